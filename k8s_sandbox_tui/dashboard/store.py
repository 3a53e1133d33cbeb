"""The sandboxes on the screen: what the cluster told, in the order and through the filter the user chose.

No widget and no waiting in here. Rows are kept by uid and changed in place, never
cleared and refilled; a row that is sorted anew keeps its place among equals.
"""

from __future__ import annotations

from collections import Counter
from operator import attrgetter
from time import time
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.filter.model import Filter, FilterTooSlowError, haystack
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.looks import SHAPES, shape_of
from k8s_sandbox_tui.dashboard.marks import Marks
from k8s_sandbox_tui.dashboard.requested import Requested
from k8s_sandbox_tui.dashboard.row import Row
from k8s_sandbox_tui.dashboard.table.columns import AGE, COLUMNS, Column
from k8s_sandbox_tui.dashboard.table.key_columns import column_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from k8s_sandbox_tui.dashboard.requested import Amounts
    from k8s_sandbox_tui.provider.models import SandboxInfo


class SandboxStore:
    """Rows by uid, sorted and filtered."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        """Begin empty; the clock gives seconds since 1970."""
        self._clock = clock
        self._by_uid: dict[str, Row] = {}
        self._ordered: list[Row] = []
        self._fresh: list[Row] = []
        self._rows: list[Row] = []
        self._removed = False
        self._disordered = False
        self._refilter = False
        self._reshown = False
        self._retest: list[Row] = []
        self._counts: Counter[str] = Counter()
        self._requested = Requested()
        self._namespaces: Counter[str] = Counter()
        self._longest: dict[str, int] = {}
        self._measured = tuple([column for column in COLUMNS if column.measured])
        self.columns: tuple[Column, ...] = ()
        """Those that the user chose, in order; empty: those that fit."""
        self.sort_column: Column = AGE
        self.descending = False
        self.filter = Filter()
        self.marks = Marks()
        """A sandbox that is gone loses its mark; one that the filter hides keeps it."""
        self._arrangement = 0
        self._hidden_for = (0, 0)
        self._hidden = 0

    @property
    def rows(self) -> Sequence[Row]:
        """What is to be shown, in order, as of the last `arrange`."""
        return self._rows

    @property
    def every(self) -> Sequence[Row]:
        """All sandboxes that have a place, also those that the filter leaves out."""
        return self._ordered

    @property
    def total(self) -> int:
        """All sandboxes, also those that the filter leaves out."""
        return len(self._by_uid)

    @property
    def counts(self) -> Mapping[str, int]:
        """Sandboxes by the sign they have, those that the filter leaves out included."""
        return {shape: self._counts[shape] for shape in SHAPES if self._counts[shape]}

    @property
    def requested(self) -> Amounts:
        """CPU and memory that they request together, those that the filter leaves out included."""
        return self._requested.total

    @property
    def several_namespaces(self) -> bool:
        """Whether sandboxes of more than one namespace are known."""
        return len(self._namespaces) > 1

    @property
    def longest(self) -> Mapping[str, int]:
        """The longest text so far by column id; it only grows, so that columns stay calm."""
        return self._longest

    @property
    def marked(self) -> list[Row]:
        """The marked sandboxes in the order in which they were marked, hidden or not."""
        return [self._by_uid[uid] for uid in self.marks]

    @property
    def hidden_marks(self) -> int:
        """Marked sandboxes that the filter leaves out, as of the last `arrange`."""
        state = (self.marks.version, self._arrangement)
        if state != self._hidden_for:
            self._hidden_for = state
            self._hidden = sum([not row.shown for row in self.marked])
        return self._hidden

    def get(self, uid: str) -> Row | None:
        """The row of a sandbox, shown or not."""
        return self._by_uid.get(uid)

    def apply(self, upserted: Iterable[SandboxInfo], removed: Iterable[str]) -> None:
        """Take in what changed; `arrange` brings it into `rows`."""
        changed: list[Row] = []
        for info in upserted:
            row = self._by_uid.get(info.uid)
            if row is None:
                row = self._add(info)
            elif row.info is info:
                continue
            else:
                self._change(row, info)
            changed.append(row)
        for uid in removed:
            self._remove(uid)
        if changed:
            self._measure(changed, self._measured)

    def used_more(self, changed: Iterable[Row]) -> None:
        """Rows use another amount of CPU or memory than before."""
        column = self.sort_column
        for row in changed:
            row.version += 1
            key = column.key(row)
            if key != row.key:
                row.key = key
                self._disordered = True

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Show these columns in this order, or with none those that fit."""
        self.columns = tuple(columns)
        known = set(self._measured)
        new = tuple([column for column in columns if column.measured and column not in known])
        self._measured += new
        if new and self._by_uid:
            self._measure(list(self._by_uid.values()), new)

    def forget_all(self) -> None:
        """Let go of all sandboxes: others will come. The order and the filter stay."""
        for uid in list(self._by_uid):
            self._remove(uid)
        self._longest.clear()

    def preparing(self, at_once: int) -> Iterator[None]:
        """Make all sandboxes ready for a filter, some at a time: the first letter then finds it done."""
        for count, row in enumerate(list(self._ordered), 1):
            haystack(row)
            if count % at_once == 0:
                yield

    def sort_by(self, column_id: str, *, descending: bool) -> None:
        """Sort by a column from the next `arrange` on; by age where there is no such column."""
        column = column_of(column_id) or AGE
        if (column, descending) != (self.sort_column, self.descending):
            if column is not self.sort_column:
                for row in self._by_uid.values():
                    row.key = column.key(row)
            self.sort_column, self.descending = column, descending
            self._disordered = True

    def filter_by(self, wanted: Filter) -> str:
        """Filter from the next `arrange` on, unless the filter cannot be used: why it cannot."""
        if wanted.problem or wanted.text == self.filter.text:
            return wanted.problem
        if wanted.costly:
            # At once, as it may turn out to be too slow.
            try:
                self._show(wanted.select(self._ordered, self._clock()))
            except FilterTooSlowError:
                return f"The pattern takes too long for {len(self._by_uid)} sandboxes."
            self._reshown, self._retest = True, list(self._fresh)
        self._refilter = not wanted.costly
        self.filter = wanted
        return ""

    def refilter(self) -> None:
        """Look at all sandboxes again with the next `arrange`: time has gone on."""
        self._refilter = True

    def arrange(self) -> bool:
        """Bring `rows` up to date; whether its order or length can have changed."""
        if self._removed:
            self._ordered = [row for row in self._ordered if row.alive]
            self._fresh = [row for row in self._fresh if row.alive]
        moved = bool(self._fresh) or self._disordered
        if moved:
            # The sort is stable and quick on what is nearly sorted: the order before stays the second key.
            self._ordered.extend(self._fresh)
            self._ordered.sort(key=attrgetter("key"), reverse=self.descending is not self.sort_column.inverted)
        reshown = self._test_rows() or self._reshown
        if not (moved or self._removed or reshown):
            return False
        self._fresh = []
        self._removed = self._disordered = self._reshown = False
        self._rows = [row for row in self._ordered if row.shown]
        self._arrangement += 1
        return True

    def _test_rows(self) -> bool:
        """Have the filter look at what is new to it; whether other rows are shown now."""
        wanted, now = self.filter, self._clock()
        if self._refilter:
            self._refilter, self._retest = False, []
            self._test_all(wanted, now)
            return True
        if not wanted.active:
            for row in self._fresh:
                row.shown = True
            return bool(self._fresh)
        changed = False
        for row in self._retest:
            shown = row.alive and wanted.matches(row, now)
            changed = changed or shown is not row.shown
            row.shown = shown
        self._retest = []
        return changed

    def _test_all(self, wanted: Filter, now: float) -> None:
        try:
            passing = wanted.select(self._ordered, now)
        except FilterTooSlowError:
            # It was quick enough when it was typed: there are more sandboxes now.
            passing = self._ordered
        self._show(passing)

    def _show(self, passing: Iterable[Row]) -> None:
        """Show these of those that have a place."""
        for row in self._ordered:
            row.shown = False
        for row in passing:
            row.shown = row.alive

    def _add(self, info: SandboxInfo) -> Row:
        row = self._by_uid[info.uid] = Row(info)
        row.key = self.sort_column.key(row)
        self._fresh.append(row)
        if self.filter.active:
            self._retest.append(row)
        self._counts[shape_of(info)] += 1
        self._requested.add(info)
        self._namespaces[info.namespace] += 1
        return row

    def _change(self, row: Row, info: SandboxInfo) -> None:
        old, row.info = row.info, info
        row.version += 1
        row.haystack = None
        if old.status != info.status or old.reason != info.reason:
            self._counts[shape_of(old)] -= 1
            self._counts[shape_of(info)] += 1
        if old.resources is not info.resources or old.phase != info.phase:
            self._requested.remove(old)
            self._requested.add(info)
        key = self.sort_column.key(row)
        if key != row.key:
            row.key = key
            self._disordered = True
        if self.filter.active:
            self._retest.append(row)

    def _remove(self, uid: str) -> None:
        row = self._by_uid.pop(uid, None)
        if row is None:
            return
        row.alive = row.shown = False
        self.marks.discard(uid)
        self._removed = True
        self._counts[shape_of(row.info)] -= 1
        self._requested.remove(row.info)
        namespace = row.info.namespace
        self._namespaces[namespace] -= 1
        if not self._namespaces[namespace]:
            del self._namespaces[namespace]

    def _measure(self, changed: Sequence[Row], columns: Iterable[Column]) -> None:
        for column in columns:
            text = column.text
            if text is None:
                continue
            so_far = self._longest.get(column.id, 0)
            if max(map(len, map(text, changed))) > so_far:
                # As they are shown: what is left out for safety must not widen the column.
                self._longest[column.id] = max(so_far, *[len(harmless(text(row))) for row in changed])
