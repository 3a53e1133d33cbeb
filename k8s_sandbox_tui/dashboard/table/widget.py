"""The table of sandboxes: draws the visible lines of the store, and redraws those alone that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from k8s_sandbox_tui.dashboard.looks import UNICODE, Glyphs
from k8s_sandbox_tui.dashboard.table import style
from k8s_sandbox_tui.dashboard.table.columns import AGE, BY_ID, cell_text
from k8s_sandbox_tui.dashboard.table.layout import Cell, column_at, lay_out
from k8s_sandbox_tui.dashboard.table.lines import (
    MARGIN,
    LineStyles,
    Sorting,
    header_strip,
    placeholder_strip,
    row_strip,
)
from k8s_sandbox_tui.dashboard.table.messages import CursorLost, OrderChosen, SandboxActivated, SandboxSelected
from k8s_sandbox_tui.dashboard.table.placeholder import Placeholder, PlaceholderLine, placeholder_lines
from k8s_sandbox_tui.dashboard.table.placement import clamped, scroll_to_see
from k8s_sandbox_tui.dashboard.table.position import Position, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime

    from textual import events, getters
    from textual.app import App

    from k8s_sandbox_tui.dashboard.store import Row, SandboxStore

HEADER = 1
"""Lines of the header, which does not scroll."""


class SandboxTable(ScrollView, can_focus=True):
    """Sandboxes, one a line. Cursor and scroll hold on to sandboxes, not to line numbers."""

    DEFAULT_CSS = style.CSS
    if TYPE_CHECKING:
        app = getters.app(App[object])
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "One up", show=False, id="table.up"),
        Binding("down,j", "move(1)", "One down", show=False, id="table.down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="table.page-up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="table.page-down"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="table.half-page-up"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="table.half-page-down"),
        Binding("home,g", "go_to(0)", "The first", show=False, id="table.first"),
        Binding("end,G", "go_to(-1)", "The last", show=False, id="table.last"),
    ]

    placeholder: reactive[Placeholder | None] = reactive[Placeholder | None](None)

    def __init__(
        self,
        store: SandboxStore,
        *,
        clock: Callable[[], datetime],
        glyphs: Glyphs = UNICODE,
        classes: str | None = None,
    ) -> None:
        super().__init__(classes=classes)
        self._store = store
        self._clock = clock
        self._now = clock()
        self._glyphs = glyphs
        self._position: Position[Row] = Position()
        self._cells: tuple[Cell, ...] = ()
        self._cells_for: tuple[object, ...] = ()
        self._width = 0
        self._generation = 0
        self._line_styles: LineStyles | None = None
        self._message: list[PlaceholderLine] = []
        self._drawn: dict[int, Hashable] = {}
        self._strips: LRUCache[Hashable, Strip] = LRUCache(512)

    # What the screen asks and tells.

    @property
    def cursor_row(self) -> Row | None:
        """The sandbox under the cursor."""
        return self._position.row

    def show_changes(self, *, settled: bool = True) -> None:
        """Bring the store's changes onto the screen.

        Args:
            settled: False while the first pages still come in; until the user moves,
                the cursor then stays on the first line instead of on its sandbox.
        """
        before, was = self._store.rows, self._position.row
        if self._store.arrange():
            rows = self._store.rows
            top = self._position.follow(before, rows, self._window, settled=settled)
            self.virtual_size = Size(0, len(rows) + HEADER)
            self._scroll_rows(top)
            now = self._position.row
            if now is not was:
                self.post_message(SandboxSelected(now))
                if was is not None and not was.alive:
                    self.post_message(CursorLost(was, now))
        self._lay_out()
        self._redraw()

    def tick(self) -> None:
        """Let the time go on: redraw the lines whose age reads otherwise now."""
        self._now = self._clock()
        self._redraw()

    def select(self, uid: str) -> bool:
        """Put the cursor on a sandbox; False if it is not shown."""
        row = self._store.get(uid)
        if row is None or not row.shown:
            return False
        self._move_to(self._store.rows.index(row))
        return True

    def sort_by(self, column_id: str) -> None:
        """Sort by a column; the other way round if it sorts already."""
        store = self._store
        column = BY_ID[column_id]
        again = column is store.sort_column
        store.sort_by(column_id, descending=not store.descending if again else column.descending_first)
        self.post_message(OrderChosen(store.sort_column.id, descending=store.descending))
        self.show_changes()

    def sort_by_next(self) -> None:
        """Sort by the column to the right of the one that sorts now, as far as it is shown."""
        ids = [cell.column.id for cell in self._cells]
        here = self._store.sort_column.id
        self.sort_by(ids[(ids.index(here) + 1) % len(ids)] if here in ids else ids[0])

    # Keys and mouse.

    def action_move(self, lines: int) -> None:
        """Move the cursor by lines."""
        self._move_to(self._position.index + lines)

    def action_page(self, pages: float) -> None:
        """Move the cursor and the scroll by pages, with a line of overlap."""
        window = self._window
        lines = int(pages * max(1, window.height - 1))
        self._scroll_rows(clamped(window.top + lines, window.height, len(self._store.rows)))
        self._move_to(self._position.index + lines)

    def action_go_to(self, index: int) -> None:
        """Move the cursor to the first (0) or the last (-1) line."""
        self._move_to(len(self._store.rows) + index if index < 0 else index)

    def on_click(self, event: events.Click) -> None:
        """A title sorts, a line takes the cursor, twice opens it."""
        if event.button != 1:
            return
        if event.y < HEADER:
            column = column_at(self._cells, event.x - MARGIN)
            if column is not None:
                self.sort_by(column.id)
            return
        index = self._window.top + event.y - HEADER
        if index < len(self._store.rows):
            self._move_to(index)
            if event.chain == 2 and self.cursor_row is not None:
                self.post_message(SandboxActivated(self.cursor_row))

    def on_resize(self) -> None:
        """Lay the columns out anew; the cursor stays in view."""
        self._drawn.clear()
        self._lay_out()
        if self.cursor_row is not None:
            self._see_cursor()
        self.watch_placeholder()

    def notify_style_update(self) -> None:
        """The theme may have changed."""
        super().notify_style_update()
        self._restyle()

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001 - Textual's signature
        """The cursor shows whether the keys come here."""
        super().watch_has_focus(has_focus)
        self._restyle()

    def _restyle(self) -> None:
        """Look all styles up again."""
        self._line_styles = None
        self._generation += 1
        if self.is_mounted:
            self._redraw()

    def watch_placeholder(self) -> None:
        """Show the message if there is no row."""
        message = self.placeholder
        self._message = [] if message is None else placeholder_lines(message, self._width, self._window.height)
        self._redraw()

    # Cursor and scroll.

    @property
    def _window(self) -> Window:
        return Window(self.scroll_offset.y, max(0, self.size.height - HEADER))

    def _move_to(self, index: int) -> None:
        was = self._position.row
        self._position.move_to(index, self._store.rows)
        if self._position.row is not was:
            self.post_message(SandboxSelected(self._position.row))
        self._see_cursor()
        self._redraw()

    def _see_cursor(self) -> None:
        window = self._window
        total = len(self._store.rows)
        self._scroll_rows(scroll_to_see(self._position.index, scroll=window.top, height=window.height, total=total))

    def _scroll_rows(self, top: int) -> None:
        if top != self._window.top:
            self.scroll_to(y=top, animate=False, force=True)

    # Drawing.

    def _lay_out(self) -> None:
        """Place the columns anew if something they depend on changed."""
        store = self._store
        # Without the scrollbar, which is given its cell whether it shows or not.
        width = self.scrollable_content_region.width
        inputs = (width, store.several_namespaces, *store.longest.items())
        if inputs == self._cells_for:
            return
        self._cells_for = inputs
        cells = lay_out(width - MARGIN, store.longest, namespaces=store.several_namespaces)
        if (width, cells) != (self._width, self._cells):
            self._width, self._cells = width, cells
            self._generation += 1

    def _row_at(self, y: int) -> Row | None:
        index = self._window.top + y - HEADER
        return self._store.rows[index] if y >= HEADER and index < len(self._store.rows) else None

    def _message_at(self, y: int) -> PlaceholderLine | None:
        line = y - HEADER
        return self._message[line] if not self._store.rows and 0 <= line < len(self._message) else None

    def _key(self, y: int) -> tuple[Hashable, ...]:
        """What a line of the screen shows: two lines with the same key look the same."""
        shape = (self._generation, self._width)
        store = self._store
        if y < HEADER:
            return (*shape, store.sort_column.id, store.descending) if store.total else shape
        row = self._row_at(y)
        if row is None:
            return (*shape, self._message_at(y))
        age = cell_text(AGE, row.info, self._now)
        return (*shape, row.uid, row.version, age, row is self._position.row)

    def _redraw(self) -> None:
        """Ask for those lines alone that show something else than what was drawn."""
        width, height = self.size
        changed = [y for y in range(height) if self._drawn.get(y) != self._key(y)]
        if changed:
            self.refresh(*[Region(0, y, width, 1) for y in changed])

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen, or take it from the cache."""
        key = self._key(y)
        self._drawn[y] = key
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._strip(y)
        return strip

    def _strip(self, y: int) -> Strip:
        styles = self._line_styles
        if styles is None:
            variables = self.app.theme_variables
            styles = self._line_styles = style.line_styles(variables, focused=self.has_focus)
        store, width = self._store, self._width
        if y < HEADER and store.total:
            sorting = Sorting(store.sort_column, store.descending)
            return header_strip(self._cells, width, styles=styles, glyphs=self._glyphs, sorting=sorting)
        row = self._row_at(y)
        if row is not None:
            age = cell_text(AGE, row.info, self._now)
            cursor = row is self._position.row
            return row_strip(row.info, age, self._cells, width, styles=styles, glyphs=self._glyphs, cursor=cursor)
        line = self._message_at(y)
        return Strip.blank(width, styles.base) if line is None else placeholder_strip(line, width, styles)
