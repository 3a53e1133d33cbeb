"""The screen around the table: what is shown of the store, in which order, through which filter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.css.query import NoMatches

from k8s_sandbox_tui.dashboard.immediate_screen import ImmediateScreen
from k8s_sandbox_tui.dashboard.memories import COLUMNS, SORT, Sort
from k8s_sandbox_tui.dashboard.shown_keys import command_key
from k8s_sandbox_tui.dashboard.split import Split
from k8s_sandbox_tui.dashboard.store import SandboxStore
from k8s_sandbox_tui.dashboard.table.key_columns import columns_of
from k8s_sandbox_tui.dashboard.table.messages import MarksChanged, OrderChosen
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import getters

    from k8s_sandbox_tui.dashboard.clipboard_app import ClipboardApp
    from k8s_sandbox_tui.dashboard.filter_bar import FilterBar
    from k8s_sandbox_tui.dashboard.row import Row
    from k8s_sandbox_tui.dashboard.surroundings import Surroundings
    from k8s_sandbox_tui.dashboard.table.columns import Column
    from k8s_sandbox_tui.provider.label_terms import LabelTerm


class TableScreen(ImmediateScreen[None]):
    """Has a table in a `Split`, and the commands that concern the view of it."""

    if TYPE_CHECKING:
        app = getters.app(ClipboardApp[object])

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        remembered = self._remembered = around.remembered
        self._clock = around.clock
        self._glyphs = around.glyphs
        self.keymap = around.settings.keymap
        """The user's own keys, by id."""
        self.key_of = partial(command_key, self.keymap)
        """The key of a command, as the user has it."""
        self.store = SandboxStore(lambda: around.clock().timestamp())
        sort = remembered.get(SORT)
        self.store.sort_by(sort.column, descending=sort.descending)
        self.store.show_columns(columns_of(remembered.get(COLUMNS) or around.settings.columns))
        self._filter_bar: FilterBar | None = None

    def paint(self) -> None:
        """Bring the store onto the screen."""
        if self._filter_bar is not None:
            self._filter_bar.show_result(len(self.store.rows), self.store.total, asked=self.asked)

    def tick(self) -> None:
        """Let the time go on: ages read otherwise, and a filter by age lets others through."""
        self.table.tick()
        if self.store.filter.timed:
            self.store.refilter()
            self.paint()

    @property
    def is_taken_down(self) -> bool:
        """Whether its widgets have gone already: when the app ends they do before it, and rows may still come."""
        return self.query_one_optional(SandboxTable) is None

    @property
    def table(self) -> SandboxTable:
        """The table."""
        return self.query_one(SandboxTable)

    @property
    def asked(self) -> tuple[LabelTerm, ...]:
        """What the cluster was asked for; empty where that was all sandboxes."""
        return ()

    @property
    def selected(self) -> Row | None:
        """The sandbox under the cursor."""
        try:
            return self.table.cursor_row
        except NoMatches:  # the app ends
            return None

    def show_filter(self, text: str) -> None:
        """Have a filter as it was typed before."""
        if self._filter_bar is not None:
            self._filter_bar.show(text)
        elif text:
            from k8s_sandbox_tui.dashboard.filter_bar import FilterBar

            self._filter_bar = FilterBar(self.store, self._remembered, self.keymap, text)
            self.mount(self._filter_bar, before=self.query_one(Split))

    def on_filter_bar_changed(self) -> None:
        """Filter while one types."""
        self.paint()

    def on_filter_bar_left(self) -> None:
        """Back to the table."""
        self.table.focus()

    @on(OrderChosen)
    def _order_chosen(self, event: OrderChosen) -> None:
        self._remembered.put(SORT, Sort(event.column_id, event.descending))

    @on(MarksChanged)
    def _marks_changed(self) -> None:
        self.refresh_bindings()

    # Commands.

    def action_mark(self) -> None:
        """Mark the sandbox under the cursor, and go on."""
        self.table.mark()

    @work(group="marks")
    async def action_mark_many(self) -> None:
        """Ask which sandboxes to mark."""
        from k8s_sandbox_tui.dashboard.mark_screen import MarkScreen

        uids = await self.app.push_screen_wait(MarkScreen(self.store, self._clock))
        if uids is not None:
            # Some may have gone while the dialogue was open.
            self.store.marks.replace([uid for uid in uids if self.store.get(uid) is not None])
            self.table.show_marks()

    async def action_filter(self) -> None:
        """Type a filter."""
        if self._filter_bar is None:
            from k8s_sandbox_tui.dashboard.filter_bar import FilterBar

            self._filter_bar = FilterBar(self.store, self._remembered, self.keymap)
            await self.mount(self._filter_bar, before=self.query_one(Split))
        self._filter_bar.open()
        self.paint()

    def action_clear(self) -> None:
        """Take all marks away; where none is, show all sandboxes again."""
        if self.store.marks:
            self.store.marks.clear()
            self.table.show_marks()
        elif self._filter_bar is not None:
            self._filter_bar.clear()

    @work(group="columns")
    async def action_columns(self) -> None:
        """Ask which columns to show; the table follows while one chooses."""
        from k8s_sandbox_tui.dashboard.columns.screen import ColumnsScreen

        before = self.store.columns
        shown = before or self.table.shown_columns
        ids = await self.app.push_screen_wait(ColumnsScreen(shown, self.store.rows, self._glyphs, self._show_columns))
        if ids is None:
            self._show_columns(before)
        else:
            self._show_columns(columns_of(ids))
            self._remembered.put(COLUMNS, ids)

    def columns_shown(self) -> None:
        """Other columns are shown."""

    def _show_columns(self, columns: Sequence[Column]) -> Sequence[Column]:
        """Show these, or with none those that fit; those that there is room for."""
        self.store.show_columns(columns)
        self.table.show_changes()
        self.columns_shown()
        return self.table.shown_columns

    def action_sort_next(self) -> None:
        """Sort by the column to the right of the one that sorts now."""
        self.table.sort_by_next()

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        self.table.sort_by(self.store.sort_column.id)
