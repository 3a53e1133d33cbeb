"""The columns as a list under the hand: a line each, with a sign at those that are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.line_list import Line, LineList
from k8s_sandbox_tui.dashboard.table.cells import fit
from k8s_sandbox_tui.dashboard.table.columns import BY_ID

if TYPE_CHECKING:
    from textual import events

    from k8s_sandbox_tui.dashboard.columns.picker import ColumnPicker
    from k8s_sandbox_tui.dashboard.looks import Glyphs

TITLE = 28
"""Cells for the title."""


class ColumnList(LineList, can_focus=True):
    """Space shows or hides, Shift and an arrow or a bracket moves; the mouse clicks and drags."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Up", show=False, id="columns.up"),
        Binding("down,j", "step(1)", "Down", show=False, id="columns.down"),
        Binding("pageup", "step(-8)", "Page up", show=False, id="columns.page-up"),
        Binding("pagedown", "step(8)", "Page down", show=False, id="columns.page-down"),
        Binding("home", "step(-999)", "First", show=False, id="columns.first"),
        Binding("end", "step(999)", "Last", show=False, id="columns.last"),
        Binding("space", "show_or_hide", "Show, hide", id="columns.toggle"),
        Binding("shift+up,left_square_bracket", "move(-1)", "Move", key_display="[ ]", id="columns.move-up"),
        Binding("shift+down,right_square_bracket", "move(1)", "Move down", show=False, id="columns.move-down"),
    ]
    cursor: reactive[int] = reactive(0)

    class Changed(Message):
        """Other columns are shown, or in another order."""

    class Refused(Message):
        """Something is not possible."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, picker: ColumnPicker, glyphs: Glyphs) -> None:
        super().__init__(self._item_line, len(picker.items), most=12)
        self._picker = picker
        self._glyphs = glyphs
        self._dragged: int | None = None
        self._moved = False

    def _item_line(self, number: int) -> Line:
        item = self._picker.items[number]
        here = number == self.cursor and self.has_focus
        column = item.column
        name = column.title if column.id in BY_ID else harmless(column.id)
        title = fit(name, TITLE, ellipsis=self._glyphs.ellipsis)
        sign = self._glyphs.mark if item.shown else " "
        about = fit(f"{title}  {item.about}", max(1, self.size.width - 4))
        line = [(f" {sign}  ", "mark"), (about, "text" if item.shown else "muted")]
        return [(text, f"cursor {part}") for text, part in line] if here else line

    @property
    def pointed_line(self) -> int:
        """The line of the view that the cursor is on."""
        return self.cursor - self.scroll_offset.y

    def watch_cursor(self) -> None:
        """Keep it in view."""
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if not top <= self.cursor < top + height:
            self.scroll_to(y=self.cursor if self.cursor < top else self.cursor - height + 1, animate=False, force=True)
        self.refresh()

    def on_focus(self) -> None:
        """The cursor shows."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor does not show."""
        self.refresh()

    def go_to(self, index: int) -> None:
        """Put the cursor on a column; there may be other ones now."""
        self.show_lines(len(self._picker.items))
        self.cursor = index

    def action_step(self, lines: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(self.cursor + lines, len(self._picker.items) - 1))

    def action_show_or_hide(self) -> None:
        """Show the column, or not."""
        reason = self._picker.toggle(self.cursor)
        self.post_message(self.Refused(reason) if reason else self.Changed())
        self.refresh()

    def action_move(self, step: int) -> None:
        """Move the column."""
        self.cursor = self._picker.move(self.cursor, step)
        self.refresh()
        self.post_message(self.Changed())

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of a column."""
        index = self.scroll_offset.y + event.y
        if event.button == 1 and index < len(self._picker.items):
            self.cursor = index
            self._dragged, self._moved = index, False
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag it."""
        to = max(0, min(self.scroll_offset.y + event.y, len(self._picker.items) - 1))
        if self._dragged is not None and to != self.cursor:
            self._moved = True
            self.action_move(to - self.cursor)

    def on_mouse_up(self) -> None:
        """Let it go; without having moved it is shown, or not."""
        self.release_mouse()
        if self._dragged is not None and not self._moved:
            self.action_show_or_hide()
        self._dragged = None
