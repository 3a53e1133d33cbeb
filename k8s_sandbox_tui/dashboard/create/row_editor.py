"""The one row of names and values that is being edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from k8s_sandbox_tui.dashboard.create.row_text import KEY_WIDTH, SIGN
from k8s_sandbox_tui.dashboard.create.text_field import TextField
from k8s_sandbox_tui.dashboard.create.visible import to_visible
from k8s_sandbox_tui.provider.dotenv import Row

if TYPE_CHECKING:
    from textual.app import ComposeResult


class RowEditor(Horizontal):
    """Two fields, and what is wrong with them. Where a key leads beyond the row, the parent decides."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "leave('up')", "Row above", show=False),
        Binding("down", "leave('down')", "Row below", show=False),
        Binding("tab", "leave('tab')", "Next field", show=False),
        Binding("shift+tab", "leave('shift+tab')", "Previous field", show=False),
    ]

    @dataclass
    class Left(Message):
        """A key wants to leave the field."""

        key: str

    @dataclass
    class Emptied(Message):
        """Backspace in a row that is empty already."""

    def __init__(self, *, placeholder: Row, masked: bool) -> None:
        super().__init__()
        self.key_field = _KeyField(placeholder=placeholder.key, classes="key")
        self.value_field = TextField(placeholder=placeholder.value, masked=masked, classes="value")
        self._reason = Static("", markup=False, classes="reason")
        self._reason.display = False
        self._shown_reason = ""

    def compose(self) -> ComposeResult:
        """Key, value, reason."""
        yield self.key_field
        yield self.value_field
        yield self._reason

    def render(self) -> Content:
        """The sign between the two, where it is not covered."""
        return Content(" " * KEY_WIDTH + SIGN)

    @property
    def row(self) -> Row:
        """As typed."""
        return Row(self.key_field.text, self.value_field.text)

    def load(self, row: Row) -> None:
        """Take in another row, the cursors at the ends."""
        with self.prevent(Input.Changed):
            for field, text in ((self.key_field, row.key), (self.value_field, row.value)):
                field.text = text
                field.cursor_position = len(field.value)

    def show_reason(self, reason: str) -> None:
        """Say what is wrong with this row; nothing when the text is empty."""
        if reason != self._shown_reason:
            self._shown_reason = reason
            self._reason.update(to_visible(reason))
            self._reason.display = bool(reason)
            self.set_class(bool(reason), "-wrong")

    def action_leave(self, key: str) -> None:
        """Hand on a key that leads away."""
        self.post_message(self.Left(key))


class _KeyField(TextField):
    """The name's field: backspace in an empty row takes the row away."""

    def action_delete_left(self) -> None:
        """Delete a character, or tell the row that there is none."""
        editor = self.parent
        if isinstance(editor, RowEditor) and not any(editor.row):
            self.post_message(RowEditor.Emptied())
        else:
            super().action_delete_left()
