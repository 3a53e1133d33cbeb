"""The drawing of the table: the visible lines of the store, and those alone anew that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.cache import LRUCache
from textual.geometry import Region
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from k8s_sandbox_tui.dashboard.table import style
from k8s_sandbox_tui.dashboard.table.bare_lines import BareLines
from k8s_sandbox_tui.dashboard.table.columns import AGE, Column, cell_text
from k8s_sandbox_tui.dashboard.table.layout import Cell, lay_out
from k8s_sandbox_tui.dashboard.table.lines import (
    MARGIN,
    Header,
    LineStyles,
    RowLook,
    header_strip,
    marks_text,
    placeholder_strip,
    row_strip,
)
from k8s_sandbox_tui.dashboard.table.placeholder import Placeholder, PlaceholderLine, placeholder_lines
from k8s_sandbox_tui.dashboard.table.position import Position, Window
from k8s_sandbox_tui.dashboard.table.scroll_bar import TableScrollBar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime

    from textual import getters
    from textual.app import App
    from textual.widget import Widget

    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.row import Row
    from k8s_sandbox_tui.dashboard.store import SandboxStore

HEADER = 1
"""Lines of the header, which does not scroll."""


class TableView(ScrollView):
    """Sandboxes, one a line, with a cursor and marks; without any key."""

    if TYPE_CHECKING:
        app = getters.app(App[object])
    ALLOW_SELECT = False

    placeholder: reactive[Placeholder | None] = reactive[Placeholder | None](None)

    def __init__(
        self, store: SandboxStore, *, clock: Callable[[], datetime], glyphs: Glyphs, classes: str | None
    ) -> None:
        super().__init__(classes=classes)
        self._styles_cache = BareLines()
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
        self._bar: TableScrollBar | None = None

    @property
    def vertical_scrollbar(self) -> TableScrollBar:
        """Made when it is first needed, as Textual's is."""
        bar = self._bar
        if bar is None:
            bar = self._bar = self._vertical_scrollbar = TableScrollBar(self.scrollbar_size_vertical)
            bar.display = False
            start: Callable[[Widget, Widget], None] = getattr(self.app, "_start_widget")  # noqa: B009 - not public
            start(self, bar)
        return bar

    @property
    def cursor_row(self) -> Row | None:
        """The sandbox under the cursor."""
        return self._position.row

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns that there is room for, from the left."""
        return tuple([cell.column for cell in self._cells])

    def tick(self) -> None:
        """Let the time go on: redraw the lines whose age reads otherwise now."""
        self._now = self._clock()
        self._redraw()

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

    @property
    def _window(self) -> Window:
        return Window(self.scroll_offset.y, max(0, self.size.height - HEADER))

    def _scroll_rows(self, top: int) -> None:
        if top != self._window.top:
            self.scroll_to(y=top, animate=False, force=True)

    def _lay_out(self) -> None:
        """Place the columns anew if something they depend on changed."""
        store = self._store
        # Without the scrollbar, which is given its cell whether it shows or not.
        width = self.scrollable_content_region.width
        inputs = (width, store.several_namespaces, store.columns, *store.longest.items())
        if inputs == self._cells_for:
            return
        self._cells_for = inputs
        namespaces = store.several_namespaces
        cells = lay_out(width - MARGIN, store.longest, namespaces=namespaces, chosen=store.columns)
        if (width, cells) != (self._width, self._cells):
            self._width, self._cells = width, cells
            self._generation += 1

    def _row_at(self, y: int) -> Row | None:
        index = self._window.top + y - HEADER
        return self._store.rows[index] if y >= HEADER and index < len(self._store.rows) else None

    def _message_at(self, y: int) -> PlaceholderLine | None:
        line = y - HEADER
        return self._message[line] if not self._store.rows and 0 <= line < len(self._message) else None

    def _look(self, row: Row) -> RowLook:
        return RowLook(cursor=row is self._position.row, marked=row.uid in self._store.marks)

    def _header(self) -> Header:
        store = self._store
        return Header(store.sort_column, store.descending, marks_text(len(store.marks), store.hidden_marks))

    def _keys(self, lines: range) -> list[tuple[Hashable, ...]]:
        """What lines of the screen show: two lines with the same key look the same."""
        store, now = self._store, self._now
        rows, marks, cursor = store.rows, store.marks, self._position.row
        generation, width = self._generation, self._width
        top = self._window.top - HEADER
        keys: list[tuple[Hashable, ...]] = []
        for y in lines:
            if y < HEADER:
                keys.append((generation, width, self._header()) if store.total else (generation, width))
            elif top + y < len(rows):
                row = rows[top + y]
                age = cell_text(AGE, row, now)
                keys.append((generation, width, row.uid, row.version, age, row is cursor, row.uid in marks))
            else:
                keys.append((generation, width, self._message_at(y)))
        return keys

    def _redraw(self) -> None:
        """Ask for those lines alone that show something else than what was drawn."""
        width, height = self.size
        changed = [y for y, key in enumerate(self._keys(range(height))) if self._drawn.get(y) != key]
        if changed:
            self.refresh(*[Region(0, y, width, 1) for y in changed])

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen, or take it from the cache."""
        (key,) = self._keys(range(y, y + 1))
        self._drawn[y] = key
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strip(y).adjust_cell_length(self.outer_size.width, self._colours.base.background_style)
            self._strips[key] = strip
        return strip

    @property
    def _colours(self) -> LineStyles:
        if self._line_styles is None:
            variables = self.app.theme_variables
            self._line_styles = style.line_styles(variables, focused=self.has_focus)
        return self._line_styles

    def _strip(self, y: int) -> Strip:
        styles, width = self._colours, self._width
        if y < HEADER and self._store.total:
            return header_strip(self._cells, width, styles=styles, glyphs=self._glyphs, header=self._header())
        row = self._row_at(y)
        if row is not None:
            age = cell_text(AGE, row, self._now)
            look = self._look(row)
            return row_strip(row, age, self._cells, width, styles=styles, glyphs=self._glyphs, look=look)
        line = self._message_at(y)
        return Strip.blank(width, styles.base) if line is None else placeholder_strip(line, width, styles)
