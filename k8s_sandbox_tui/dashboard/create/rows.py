"""Names with values as rows of fields: the environment and the metadata of the create form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input

from k8s_sandbox_tui.dashboard.create.row_editor import RowEditor
from k8s_sandbox_tui.dashboard.create.row_text import RowText, ShownRow
from k8s_sandbox_tui.dashboard.create.text_field import TextField
from k8s_sandbox_tui.provider.dotenv import Row, looks_like_dotenv, parse_dotenv

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

MAX_ROWS = 500
"""Rows that a form holds; more variables than that belong in a file."""


class KeyValueRows(Vertical):
    """Rows that grow as one types: enter in the last one adds another, a pasted `.env` text becomes rows.

    Only the present row has text fields; the rows above and below it are drawn.
    """

    masked: reactive[bool] = reactive(default=False, init=False)

    @dataclass
    class Changed(Message):
        """A row was typed in, added or taken away."""

        widget: KeyValueRows

        @property
        def control(self) -> KeyValueRows:
            """The widget, for `@on` selectors."""
            return self.widget

    @dataclass
    class TooMany(Message):
        """Rows that were not taken, because the form is full."""

        left_out: int

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        placeholder: Row,
        masked: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._rows = list(rows[:MAX_ROWS]) or [Row("", "")]
        self._reasons: tuple[str, ...] = ()
        self._index = 0
        self._above = RowText()
        self._below = RowText()
        self.editor = RowEditor(placeholder=placeholder, masked=masked)
        self.set_reactive(KeyValueRows.masked, masked)

    def compose(self) -> ComposeResult:
        """The drawn rows with the edited one between them."""
        yield self._above
        yield self.editor
        yield self._below

    def on_mount(self) -> None:
        """Begin with the first row."""
        self.editor.load(self._rows[0])
        self._draw()

    @property
    def rows(self) -> tuple[Row, ...]:
        """As typed, empty ones included."""
        return tuple(self._rows)

    @property
    def index(self) -> int:
        """Which row is being edited."""
        return self._index

    @property
    def reasons(self) -> tuple[str, ...]:
        """What is wrong with each row, as it is shown."""
        return self._reasons

    def show_reasons(self, reasons: Sequence[str]) -> None:
        """Say what is wrong with each row."""
        self._reasons = tuple(reasons)
        self._draw()

    def watch_masked(self, masked: bool) -> None:  # noqa: FBT001
        """Hide or show all values."""
        self.editor.value_field.password = masked
        self._draw()

    def edit(self, index: int, *, on_key: bool) -> None:
        """Put the cursor into a row's name, or into its value."""
        if index != self._index:
            self._rows[self._index] = self.editor.row
            self._index = index
            self.editor.load(self._rows[index])
            self._draw()
        self.screen.set_focus(self.editor.key_field if on_key else self.editor.value_field)
        self.call_after_refresh(self.editor.scroll_visible, animate=False)

    def add(self, rows: Sequence[Row]) -> None:
        """Append rows, in place of empty ones; the cursor goes to the end of the last."""
        present = [row for row in self._rows if any(row)]
        room = MAX_ROWS - len(present)
        if len(rows) > room:
            self.post_message(self.TooMany(len(rows) - room))
        if rows[:room]:
            self._replace([*present, *rows[:room]], len(present) + len(rows[:room]) - 1, on_key=False)

    def _replace(self, rows: list[Row], index: int, *, on_key: bool) -> None:
        self._rows = rows
        self._reasons = ()
        self._index = index
        self.editor.load(rows[index])
        self._draw()
        self.edit(index, on_key=on_key)
        self.post_message(self.Changed(self))

    def _draw(self) -> None:
        reasons = self._reasons or ("",) * len(self._rows)
        shown = [ShownRow(row, reason) for row, reason in zip(self._rows, reasons, strict=False)]
        self._above.show(shown[: self._index], masked=self.masked)
        self._below.show(shown[self._index + 1 :], masked=self.masked)
        self.editor.show_reason(reasons[self._index] if self._index < len(reasons) else "")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._rows[self._index] = self.editor.row
        self.post_message(self.Changed(self))

    @on(RowText.Picked)
    def _picked(self, event: RowText.Picked) -> None:
        event.stop()
        index = event.index if event.text is self._above else self._index + 1 + event.index
        self.edit(index, on_key=event.on_key)

    @on(RowEditor.Left)
    def _left(self, event: RowEditor.Left) -> None:
        """Go to the neighbouring field or row, or out of the rows."""
        event.stop()
        on_key = self.screen.focused is self.editor.key_field
        if self.move_within_row(event.key):
            return
        if event.key in {"tab", "down"}:
            if self._index + 1 < len(self._rows):
                self.edit(self._index + 1, on_key=on_key or event.key == "tab")
            else:
                self._leave(forward=True)
        elif self._index:
            self.edit(self._index - 1, on_key=on_key and event.key == "up")
        else:
            self._leave(forward=False)

    def move_within_row(self, key: str) -> bool:
        """Go between the two fields of the present row, before the next key is looked at.

        Moving to another row has to wait for the keys on their way to the fields, and is left to the messages.

        Returns:
            False where the key leads elsewhere.
        """
        focused = self.screen.focused
        if key in {"tab", "enter"} and focused is self.editor.key_field:
            self.screen.set_focus(self.editor.value_field)
        elif key == "shift+tab" and focused is self.editor.value_field:
            self.screen.set_focus(self.editor.key_field)
        else:
            return False
        return True

    def _leave(self, *, forward: bool) -> None:
        if forward:
            self.screen.set_focus(self.editor.value_field)
            self.screen.focus_next()
        else:
            self.screen.set_focus(self.editor.key_field)
            self.screen.focus_previous()

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        """Enter goes from name to value to the next row, and adds one behind the last unless that is empty."""
        event.stop()
        if self.move_within_row("enter"):
            return
        if self._index + 1 < len(self._rows):
            self.edit(self._index + 1, on_key=True)
        elif not any(self.editor.row):
            self._leave(forward=True)
        elif len(self._rows) < MAX_ROWS:
            self._replace([*self._rows, Row("", "")], len(self._rows), on_key=True)
        else:
            self.post_message(self.TooMany(1))

    @on(RowEditor.Emptied)
    def _take_away(self, event: RowEditor.Emptied) -> None:
        event.stop()
        if len(self._rows) > 1:
            rest = [*self._rows[: self._index], *self._rows[self._index + 1 :]]
            self._replace(rest, max(self._index - 1, 0), on_key=self._index == 0)

    @on(TextField.PastedLines)
    def _pasted(self, event: TextField.PastedLines) -> None:
        """Several lines are assignments, unless the value's field is the place for one long text such as a key."""
        event.stop()
        if event.field is self.editor.value_field and not looks_like_dotenv(event.text):
            event.field.paste(event.text.strip("\r\n"))
        else:
            self.add(parse_dotenv(event.text))
