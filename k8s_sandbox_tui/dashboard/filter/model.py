"""A filter as the store applies it: tests that a sandbox has to pass, all of them."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.dashboard.row import Row
    from k8s_sandbox_tui.provider.label_terms import LabelTerm

LIMIT = 0.4
"""Seconds that a filter may take for all sandboxes together."""

AT_ONCE = 256
"""Sandboxes between two looks at the clock."""


Passes = Callable[["Row", float], bool]
"""Whether a sandbox fits, at a time in seconds since 1970."""


class FilterTooSlowError(Exception):
    """A filter takes too long."""


class Test(Record, frozen=True):
    """One term of a filter."""

    passes: Passes
    negated: bool = False
    word: str = ""
    """Where the term is only a word to be found: the word, casefolded; looked for in one go, which is faster."""
    text: Callable[[Row], str] | None = None
    """The column in which the word is looked for; None for the `haystack`."""
    asks: LabelTerm | None = None
    """What an API server can be asked for in its place: it finds no more than this does."""


class Filter(Record, frozen=True):
    """A parsed filter; without tests it lets everything through."""

    text: str = ""
    """As it was typed."""
    tests: tuple[Test, ...] = ()
    problem: str = ""
    """Why it cannot be used; empty where it can."""
    timed: bool = False
    """Whether it depends on the time: what it lets through changes without any change of a sandbox."""
    costly: bool = False
    """Whether it may take long."""
    doubt: str = ""
    """What may have been meant otherwise, for when nothing is found."""

    @property
    def active(self) -> bool:
        """Whether it can leave anything out."""
        return bool(self.tests)

    @property
    def asks(self) -> tuple[LabelTerm, ...]:
        """The part of it that an API server can be asked for."""
        return tuple(dict.fromkeys([test.asks for test in self.tests if test.asks is not None]))

    def matches(self, row: Row, now: float) -> bool:
        """Whether a sandbox is let through."""
        return all([test.passes(row, now) is not test.negated for test in self.tests])  # noqa: C419 - faster here

    def select(self, rows: Sequence[Row], now: float) -> list[Row]:
        """The sandboxes that are let through, in their order.

        Raises:
            FilterTooSlowError: It takes too long for so many.
        """
        if self.costly:
            return self._select_within_limit(rows, now)
        left = list(rows)
        for test in self.tests:
            left = _passing(left, test, now)
        return left

    def _select_within_limit(self, rows: Sequence[Row], now: float) -> list[Row]:
        ends = perf_counter() + LIMIT
        left: list[Row] = []
        for first in range(0, len(rows), AT_ONCE):
            left.extend([row for row in rows[first : first + AT_ONCE] if self.matches(row, now)])
            if perf_counter() > ends:
                raise FilterTooSlowError
        return left


def _passing(rows: list[Row], test: Test, now: float) -> list[Row]:
    word, passes, text = test.word, test.passes, test.text
    if not word:
        return [row for row in rows if passes(row, now) is not test.negated]
    if text is not None:
        return [row for row in rows if (word in text(row).casefold()) is not test.negated]
    if test.negated:
        return [row for row in rows if word not in (row.haystack or haystack(row))]
    return [row for row in rows if word in (row.haystack or haystack(row))]


def haystack(row: Row) -> str:
    """The text of a sandbox in which words are looked for; the separator cannot be typed. Kept in the row."""
    text = row.haystack
    if text is None:
        info = row.info
        words = (info.name, info.namespace, info.status, info.reason, info.runtime, info.image, info.node, info.pod_ip)
        text = row.haystack = "\n".join((*words, *map("=".join, info.metadata.items()))).casefold()
    return text
