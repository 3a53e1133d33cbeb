"""The table of sandboxes: draws the visible lines of the store, and redraws those alone that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from k8s_sandbox_tui.dashboard.looks import LOOKS, UNICODE, Glyphs
from k8s_sandbox_tui.dashboard.table.columns import AGE, BY_ID, cell_text
from k8s_sandbox_tui.dashboard.table.layout import Cell, column_at, lay_out
from k8s_sandbox_tui.dashboard.table.lines import (
    MARGIN,
    LineStyles,
    header_strip,
    placeholder_strip,
    row_strip,
)
from k8s_sandbox_tui.dashboard.table.placeholder import Placeholder, PlaceholderLine, placeholder_lines
from k8s_sandbox_tui.dashboard.table.placement import clamped, kept_scroll, neighbour, scroll_to_see

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import datetime

    from rich.style import Style
    from textual import events

    from k8s_sandbox_tui.dashboard.store import Row, SandboxStore

HEADER = 1
"""Lines of the header, which does not scroll."""

_TONES = ("calm", "warning", "error")


class SandboxTable(ScrollView, can_focus=True):
    """Sandboxes, one a line. Cursor and scroll hold on to sandboxes, not to line numbers."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--text",
        "table--muted",
        "table--header",
        "table--sorted",
        "table--cursor",
        "table--bar",
        *(f"table--{status}" for status in LOOKS),
        *(f"table--{tone}" for tone in _TONES),
    }
    DEFAULT_CSS = """
    SandboxTable {
        background: $background;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        scrollbar-background: $background;
        scrollbar-background-hover: $background;
        scrollbar-background-active: $background;
        & .table--text { color: $foreground; }
        & .table--muted { color: $muted; }
        & .table--header { color: $muted; background: $surface; }
        & .table--sorted { color: $accent; background: $surface; text-style: bold; }
        & .table--cursor { background: $cursor-blurred; }
        & .table--bar { color: $muted; }
        &:focus .table--cursor { background: $cursor-focused; }
        &:focus .table--bar { color: $accent; }
        & .table--failed { color: $status-failed; }
        & .table--unknown { color: $status-unknown; }
        & .table--pending { color: $status-pending; }
        & .table--starting { color: $status-starting; }
        & .table--stopping { color: $status-stopping; }
        & .table--running { color: $status-running; }
        & .table--stopped { color: $status-stopped; }
        & .table--calm { color: $foreground; text-style: bold; }
        & .table--warning { color: $status-pending; text-style: bold; }
        & .table--error { color: $status-failed; text-style: bold; }
    }
    """
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

    class Selected(Message):
        """The cursor is on another sandbox, or on none."""

        def __init__(self, row: Row | None) -> None:
            super().__init__()
            self.row = row

    class Activated(Message):
        """A sandbox was double-clicked."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    class CursorLost(Message):
        """The sandbox under the cursor is gone; the cursor went to a neighbour, or to none."""

        def __init__(self, lost: Row, row: Row | None) -> None:
            super().__init__()
            self.lost = lost
            self.row = row

    placeholder: reactive[Placeholder | None] = reactive[Placeholder | None](None)

    def __init__(
        self,
        store: SandboxStore,
        *,
        clock: Callable[[], datetime],
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._store = store
        self._clock = clock
        self._now = clock()
        self._glyphs = glyphs
        self._cursor: Row | None = None
        self._index = 0
        self._home: Row | None = None
        self._at_top = True
        self._width = 0
        self._cells: tuple[Cell, ...] = ()
        self._layout_of: tuple[object, ...] = ()
        self._generation = 0
        self._line_styles: LineStyles | None = None
        self._message: list[PlaceholderLine] = []
        self._drawn: dict[int, Hashable] = {}
        self._strips: LRUCache[Hashable, Strip] = LRUCache(512)

    # What the screen asks and tells.

    @property
    def cursor_row(self) -> Row | None:
        """The sandbox under the cursor."""
        return self._cursor

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The columns as they are laid out."""
        return self._cells

    def show_changes(self, *, settled: bool = True) -> None:
        """Bring the store's changes onto the screen.

        Args:
            settled: False while the first pages still come in; until the user moves,
                the cursor then stays on the first line instead of on its sandbox.
        """
        before = self._store.rows
        if self._store.arrange():
            self._follow(before, settled=settled)
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
        self.show_changes()

    # Keys and mouse.

    def action_move(self, lines: int) -> None:
        """Move the cursor by lines."""
        self._move_to(self._index + lines)

    def action_page(self, pages: float) -> None:
        """Move the cursor and the scroll by pages, with a line of overlap."""
        lines = int(pages * max(1, self._height - 1))
        rows = len(self._store.rows)
        index = max(0, min(self._index + lines, rows - 1))
        self._scroll_rows(clamped(self._top + lines, self._height, rows))
        self._move_to(index)

    def action_go_to(self, index: int) -> None:
        """Move the cursor to the first (0) or the last (-1) line."""
        self._move_to(len(self._store.rows) + index if index < 0 else index)

    def on_click(self, event: events.Click) -> None:
        """A title sorts, a line takes the cursor, twice opens it."""
        if event.widget is not self or event.button != 1:
            return
        if event.y < HEADER:
            column = column_at(self._cells, event.x - MARGIN)
            if column is not None:
                self.sort_by(column.id)
            return
        index = self._top + event.y - HEADER
        if index < len(self._store.rows):
            self._move_to(index)
            if event.chain == 2 and self._cursor is not None:
                self.post_message(self.Activated(self._cursor))

    def on_focus(self) -> None:
        """The cursor shows who listens to the keys."""
        self._restyle()

    def on_blur(self) -> None:
        """The cursor fades."""
        self._restyle()

    def on_resize(self) -> None:
        """Lay the columns out anew; the cursor stays in view."""
        self._drawn.clear()
        self._lay_out()
        if self._cursor is not None:
            rows = len(self._store.rows)
            self._scroll_rows(scroll_to_see(self._index, scroll=self._top, height=self._height, total=rows))
        self._set_message()

    def notify_style_update(self) -> None:
        """The theme or the focus changed: all styles are looked up again."""
        super().notify_style_update()
        self._restyle()

    def watch_placeholder(self) -> None:
        """Show the message if there is no row."""
        self._set_message()
        self._redraw()

    # Cursor and scroll.

    @property
    def _top(self) -> int:
        return self.scroll_offset.y

    @property
    def _height(self) -> int:
        return max(0, self.size.height - HEADER)

    def _follow(self, before: Sequence[Row], *, settled: bool) -> None:
        """Keep cursor and scroll on their sandboxes after the order or the number of rows changed."""
        rows = self._store.rows
        height = self._height
        top = self._top
        lost: Row | None = None
        anchor = self._anchor(before, top, height)
        target = self._cursor
        if self._home is not None and self._home.shown:
            target, self._home = self._home, None
        elif target is not None and not target.shown:
            if target.alive:
                self._home = self._home or target
            else:
                lost = target
            target = neighbour(before, self._index) or (rows[0] if rows else None)
        if target is None or (self._at_top and not settled):
            target = rows[0] if rows else None
        self._index = 0 if target is None else rows.index(target)
        self.virtual_size = Size(0, len(rows) + HEADER)
        if anchor is not None:
            row, line = anchor
            after = rows.index(row) if row.shown else self._index
            scroll = kept_scroll(
                scroll=top, before=line, after=after, cursor=self._index, height=height, total=len(rows)
            )
            self._scroll_rows(scroll)
        self._set_cursor(target)
        if lost is not None:
            self.post_message(self.CursorLost(lost, target))

    def _anchor(self, before: Sequence[Row], top: int, height: int) -> tuple[Row, int] | None:
        """The row that stays in place on the screen, and its index: the cursor's, else the first one in view."""
        if self._cursor is not None and top <= self._index < top + height:
            return self._cursor, self._index
        for line in range(top, min(top + height, len(before))):
            if before[line].shown:
                return before[line], line
        return None

    def _move_to(self, index: int) -> None:
        rows = self._store.rows
        if not rows:
            return
        self._index = max(0, min(index, len(rows) - 1))
        self._home = None
        self._at_top = False
        self._set_cursor(rows[self._index])
        self._scroll_rows(scroll_to_see(self._index, scroll=self._top, height=self._height, total=len(rows)))
        self._redraw()

    def _set_cursor(self, row: Row | None) -> None:
        if row is not self._cursor:
            self._cursor = row
            self.post_message(self.Selected(row))

    def _scroll_rows(self, top: int) -> None:
        if top != self._top:
            self.scroll_to(y=top, animate=False, force=True)

    # Drawing.

    def _lay_out(self) -> None:
        """Place the columns anew if something they depend on changed."""
        # Without the scrollbar, which is given its cell whether it shows or not.
        self._width = self.scrollable_content_region.width
        inputs = (self._width, *self._store.longest.items(), self._store.several_namespaces)
        if inputs != self._layout_of:
            self._layout_of = inputs
            self._cells = lay_out(self._width - MARGIN, self._store.longest, namespaces=self._store.several_namespaces)
            self._generation += 1

    def _restyle(self) -> None:
        self._line_styles = None
        self._generation += 1
        if self.is_mounted:
            self._redraw()

    def _styles_of_lines(self) -> LineStyles:
        styles = self._line_styles
        if styles is None:

            def part(name: str) -> Style:
                return self.get_component_rich_style(f"table--{name}", partial=True)

            styles = self._line_styles = LineStyles(
                base=self.rich_style,
                text=part("text"),
                muted=part("muted"),
                header=part("header"),
                header_sorted=part("sorted"),
                cursor=part("cursor"),
                bar=part("bar"),
                status={status: part(status) for status in LOOKS},
                title={tone: part(tone) for tone in _TONES},
            )
        return styles

    def _set_message(self) -> None:
        if self.placeholder is None:
            self._message = []
        else:
            self._message = placeholder_lines(self.placeholder, self._width, self._height)

    def _key(self, y: int) -> tuple[Hashable, ...]:
        """What a line of the screen shows: two lines with the same key look the same."""
        store = self._store
        width = self._width
        if y < HEADER and store.total:
            return ("header", self._generation, width, store.sort_column.id, store.descending)
        index = self._top + y - HEADER
        if 0 <= index < len(store.rows):
            row = store.rows[index]
            age = cell_text(AGE, row.info, self._now)
            return (row.uid, row.version, age, row is self._cursor, self._generation, width)
        if not store.rows and 0 <= y - HEADER < len(self._message):
            line = self._message[y - HEADER]
            return ("message", line, self._generation, width)
        return ("blank", self._generation, width)

    def _redraw(self) -> None:
        """Ask for those lines alone that show something else than what was drawn."""
        size = self.size
        changed = [y for y in range(size.height) if self._drawn.get(y) != self._key(y)]
        if changed:
            self.refresh(*[Region(0, y, size.width, 1) for y in changed])

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen, or take it from the cache."""
        key = self._key(y)
        self._drawn[y] = key
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._strip(y)
        return strip

    def _strip(self, y: int) -> Strip:
        store = self._store
        styles = self._styles_of_lines()
        width = self._width
        if y < HEADER and store.total:
            return header_strip(
                self._cells,
                width,
                styles=styles,
                glyphs=self._glyphs,
                sorted_by=store.sort_column,
                descending=store.descending,
            )
        index = self._top + y - HEADER
        if 0 <= index < len(store.rows):
            row = store.rows[index]
            return row_strip(
                row.info,
                cell_text(AGE, row.info, self._now),
                self._cells,
                width,
                styles=styles,
                glyphs=self._glyphs,
                cursor=row is self._cursor,
            )
        if not store.rows and 0 <= y - HEADER < len(self._message):
            return placeholder_strip(self._message[y - HEADER], width, styles)
        return Strip.blank(width, styles.base)
