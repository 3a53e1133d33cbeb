"""The table of sandboxes under the hand: its keys and its mouse, its cursor and its marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size

from k8s_sandbox_tui.dashboard.looks import UNICODE, Glyphs
from k8s_sandbox_tui.dashboard.table import style
from k8s_sandbox_tui.dashboard.table.key_columns import column_of
from k8s_sandbox_tui.dashboard.table.layout import column_at
from k8s_sandbox_tui.dashboard.table.lines import MARGIN
from k8s_sandbox_tui.dashboard.table.mark_range import MarkRange
from k8s_sandbox_tui.dashboard.table.messages import (
    ColumnsWanted,
    CursorLost,
    MarksChanged,
    MenuWanted,
    OrderChosen,
    SandboxActivated,
    SandboxSelected,
)
from k8s_sandbox_tui.dashboard.table.placement import clamped, scroll_to_see
from k8s_sandbox_tui.dashboard.table.position import Position
from k8s_sandbox_tui.dashboard.table.view import HEADER, TableView

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual import events

    from k8s_sandbox_tui.dashboard.store import SandboxStore


RIGHT_BUTTON = 3


class SandboxTable(TableView, can_focus=True):
    """Sandboxes, one a line. Cursor, marks and scroll hold on to sandboxes, not to line numbers."""

    DEFAULT_CSS = style.CSS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "One up", show=False, id="table.up"),
        Binding("down,j", "move(1)", "One down", show=False, id="table.down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="table.page-up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="table.page-down"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="table.half-page-up"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="table.half-page-down"),
        Binding("home,g", "go_to(0)", "The first", show=False, id="table.first"),
        Binding("end,G", "go_to(-1)", "The last", show=False, id="table.last"),
        Binding("shift+up", "move(-1, True)", "Mark upwards", show=False, id="table.mark-up"),
        Binding("shift+down", "move(1, True)", "Mark downwards", show=False, id="table.mark-down"),
        Binding("shift+pageup", "page(-1, True)", "Mark a page upwards", show=False, id="table.mark-page-up"),
        Binding("shift+pagedown", "page(1, True)", "Mark a page downwards", show=False, id="table.mark-page-down"),
        Binding("shift+home", "go_to(0, True)", "Mark up to the first", show=False, id="table.mark-first"),
        Binding("shift+end", "go_to(-1, True)", "Mark down to the last", show=False, id="table.mark-last"),
    ]

    def __init__(
        self,
        store: SandboxStore,
        *,
        clock: Callable[[], datetime],
        glyphs: Glyphs = UNICODE,
        classes: str | None = None,
    ) -> None:
        super().__init__(store, clock=clock, glyphs=glyphs, classes=classes)
        self._range: MarkRange | None = None
        self._pressed: int | None = None
        self._dragged = False

    # What the screen asks and tells.

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

    def start_over(self) -> None:
        """Forget where the cursor was: the sandboxes of another place come."""
        self._position = Position()
        self._range = None
        self.show_changes()
        self._scroll_rows(0)

    @property
    def cursor_line(self) -> int:
        """The line of the view that the cursor is on, from 0; outside of the view after scrolling away from it."""
        return self._position.index - self._window.top

    @property
    def pointed_line(self) -> int:
        """The same from the widget's top, as for all lists."""
        return HEADER + self.cursor_line

    def select(self, uid: str, *, line: int | None = None) -> bool:
        """Put the cursor on a sandbox, and that on this line of the view; False if it is not shown."""
        row = self._store.get(uid)
        if row is None or not row.shown:
            return False
        self._move_to(self._store.rows.index(row))
        if line is not None:
            window = self._window
            self._scroll_rows(clamped(self._position.index - line, window.height, len(self._store.rows)))
        return True

    def sort_by(self, column_id: str) -> None:
        """Sort by a column; the other way round if it sorts already."""
        store = self._store
        column = column_of(column_id) or store.sort_column
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

    def action_move(self, lines: int, extend: bool = False) -> None:  # noqa: FBT001, FBT002 - an action's parameters
        """Move the cursor by lines, marking what it passes if `extend`."""
        self._move(self._position.index + lines, extend=extend)

    def action_page(self, pages: float, extend: bool = False) -> None:  # noqa: FBT001, FBT002
        """Move the cursor and the scroll by pages, with a line of overlap."""
        window = self._window
        lines = int(pages * max(1, window.height - 1))
        self._scroll_rows(clamped(window.top + lines, window.height, len(self._store.rows)))
        self._move(self._position.index + lines, extend=extend)

    def action_go_to(self, index: int, extend: bool = False) -> None:  # noqa: FBT001, FBT002
        """Move the cursor to the first (0) or the last (-1) line."""
        self._move(len(self._store.rows) + index if index < 0 else index, extend=extend)

    def mark(self) -> None:
        """Mark the sandbox under the cursor, or take its mark away, and go on to the next."""
        if self.cursor_row is not None:
            self._store.marks.toggle(self.cursor_row.uid)
            self._move_to(self._position.index + 1)
            self.show_marks()

    def show_marks(self) -> None:
        """Bring the store's marks onto the screen; a range that was being marked ends."""
        self._range = None
        self._redraw()
        self.post_message(MarksChanged())

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A drag may begin."""
        self._dragged = False
        plain = event.button == 1 and not (event.ctrl or event.shift) and event.x >= MARGIN
        self._pressed = self._index_at(event.y) if plain else None
        if self._pressed is not None:
            # From the start: a quick hand is elsewhere with its first move.
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Dragging marks from line to line; beyond the edge the table scrolls along."""
        if self._pressed is None or event.button != 1:
            return
        if not self._dragged and self._index_at(event.y) == self._pressed:
            return
        if not self._dragged:
            self._dragged = True
            self._move_to(self._pressed)
        window = self._window
        self._move(max(window.top - 1, min(window.top + event.y - HEADER, window.top + window.height)), extend=True)

    def on_mouse_up(self) -> None:
        """A drag ends."""
        self._pressed = None
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """A title sorts, a line takes the cursor, twice opens it; with Ctrl or at the left edge it is marked.

        The right button has the menu of a line, and on the titles the choice of columns.
        """
        if event.button == RIGHT_BUTTON:
            self._wants_menu(event.y)
        if event.button != 1 or self._dragged:
            return
        if event.y < HEADER:
            column = column_at(self._cells, event.x - MARGIN)
            if column is not None:
                self.sort_by(column.id)
            return
        index = self._index_at(event.y)
        if index is None:
            return
        self._move(index, extend=event.shift)
        row = self.cursor_row
        if row is None or event.shift:
            return
        if event.ctrl or event.x < MARGIN:
            self._store.marks.toggle(row.uid)
            self.show_marks()
        elif event.chain == 2:
            self.post_message(SandboxActivated(row))

    def _wants_menu(self, y: int) -> None:
        index = self._index_at(y)
        if y < HEADER:
            self.post_message(ColumnsWanted())
        elif index is not None:
            self._move_to(index)
            self.post_message(MenuWanted())

    def on_resize(self) -> None:
        """Lay the columns out anew; the cursor stays in view."""
        self._drawn.clear()
        self._lay_out()
        if self.cursor_row is not None:
            self._see_cursor()
        self.watch_placeholder()

    # Cursor and scroll.

    def _move(self, index: int, *, extend: bool) -> None:
        if not extend:
            self._move_to(index)
            return
        here = self._position.row
        if here is None:
            return
        marks, marking = self._store.marks, self._range
        if marking is None or not marking.holds:
            marking = MarkRange(here, marks)
        self._move_to(index)
        marking.reach(self._position.index, self._store.rows, marks)
        self.show_marks()
        self._range = marking

    def _index_at(self, y: int) -> int | None:
        """The row that a line of the screen shows."""
        index = self._window.top + y - HEADER
        return index if y >= HEADER and index < len(self._store.rows) else None

    def _move_to(self, index: int) -> None:
        self._range = None
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
