"""Names with values as rows of text fields: the environment and the metadata of the create form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from k8s_sandbox_tui.dashboard.create.dotenv import Row, looks_like_dotenv, parse_dotenv
from k8s_sandbox_tui.dashboard.create.text_field import TextField
from k8s_sandbox_tui.dashboard.create.visible import to_visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

MAX_ROWS = 300
"""Rows that a form holds; more variables than that belong in a file."""


class RowFields(Horizontal):
    """The two fields of one row, and what is wrong with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "neighbour(-1)", "Row above", show=False),
        Binding("down", "neighbour(1)", "Row below", show=False),
    ]

    @dataclass
    class Emptied(Message):
        """Backspace in a row that is empty already."""

        row: RowFields

    def __init__(self, row: Row, *, placeholder: Row, masked: bool) -> None:
        super().__init__()
        self.key_field = _KeyField(row.key, placeholder=placeholder.key, classes="key")
        self.value_field = TextField(row.value, placeholder=placeholder.value, masked=masked, classes="value")
        self._reason = Static("", markup=False, classes="reason")

    def compose(self) -> ComposeResult:
        """Key, sign, value, reason."""
        yield self.key_field
        yield Static("=", markup=False, classes="sign")
        yield self.value_field
        yield self._reason

    @property
    def row(self) -> Row:
        """As typed."""
        return Row(self.key_field.text, self.value_field.text)

    def show_reason(self, reason: str) -> None:
        """Say what is wrong with this row; nothing when the text is empty."""
        self._reason.update(to_visible(reason))
        self._reason.display = bool(reason)
        self.set_class(bool(reason), "-wrong")

    def action_neighbour(self, step: int) -> None:
        """Go to the same field of the row above or below."""
        siblings = list(self.parent.query_children(RowFields)) if self.parent is not None else [self]
        index = siblings.index(self) + step
        if 0 <= index < len(siblings):
            target = siblings[index]
            (target.value_field if self.value_field.has_focus else target.key_field).focus()
        elif step < 0:
            self.screen.set_focus(self.key_field)
            self.screen.focus_previous()
        else:
            self.screen.set_focus(self.value_field)
            self.screen.focus_next()


class _KeyField(TextField):
    """The name's field: backspace in an empty row takes the row away."""

    def action_delete_left(self) -> None:
        """Delete a character, or tell the row that there is none."""
        row = self.parent
        if isinstance(row, RowFields) and not any(row.row):
            self.post_message(RowFields.Emptied(row))
        else:
            super().action_delete_left()


class KeyValueRows(Vertical):
    """Rows that grow as one types: enter in the last one adds another, a pasted `.env` text becomes rows."""

    masked: reactive[bool] = reactive(default=False)

    @dataclass
    class Changed(Message):
        """A row was typed in, added or taken away."""

        rows: KeyValueRows

        @property
        def control(self) -> KeyValueRows:
            """The widget, for `@on` selectors."""
            return self.rows

    @dataclass
    class TooMany(Message):
        """Rows that were not taken, because the form is full."""

        rows: KeyValueRows
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
        self._first = tuple(rows)[:MAX_ROWS] or (Row("", ""),)
        self._placeholder = placeholder
        self.set_reactive(KeyValueRows.masked, masked)

    def compose(self) -> ComposeResult:
        """The rows it starts with, at least an empty one."""
        for row in self._first:
            yield self._make(row)

    def _make(self, row: Row) -> RowFields:
        return RowFields(row, placeholder=self._placeholder, masked=self.masked)

    @property
    def row_fields(self) -> list[RowFields]:
        """The rows' widgets, from the top."""
        return list(self.query_children(RowFields))

    @property
    def rows(self) -> tuple[Row, ...]:
        """As typed, empty ones included."""
        return tuple(fields.row for fields in self.row_fields)

    def show_reasons(self, reasons: Sequence[str]) -> None:
        """Say what is wrong with each row."""
        for fields, reason in zip(self.row_fields, reasons, strict=False):
            fields.show_reason(reason)

    def watch_masked(self, masked: bool) -> None:  # noqa: FBT001
        """Hide or show all values."""
        for fields in self.row_fields:
            fields.value_field.password = masked

    async def add(self, rows: Sequence[Row]) -> None:
        """Append rows, in place of an empty last one; the cursor goes to the end of the last."""
        present = self.row_fields
        room = MAX_ROWS - sum(any(fields.row) for fields in present)
        taken = rows[: max(room, 0)]
        if len(taken) < len(rows):
            self.post_message(self.TooMany(self, len(rows) - len(taken)))
        if not taken:
            return
        empty = [fields for fields in present if not any(fields.row)]
        added = [self._make(row) for row in taken]
        await self.mount_all(added)
        added[-1].value_field.focus()
        await self.remove_children(empty)
        self.post_message(self.Changed(self))

    async def _append_empty(self) -> None:
        if len(self.row_fields) >= MAX_ROWS:
            self.post_message(self.TooMany(self, 1))
            return
        fields = self._make(Row("", ""))
        await self.mount(fields)
        fields.key_field.focus()
        self.post_message(self.Changed(self))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self))

    @on(Input.Submitted)
    async def _enter(self, event: Input.Submitted) -> None:
        """Enter goes from name to value to the next row, and adds one behind the last unless that is empty."""
        event.stop()
        present = self.row_fields
        index = next(index for index, fields in enumerate(present) if event.input in fields.query(Input))
        if event.input is present[index].key_field:
            self.screen.set_focus(present[index].value_field)
            if not any(present[index].row):
                self.screen.focus_next()
        elif index + 1 < len(present):
            present[index + 1].key_field.focus()
        elif any(present[index].row):
            await self._append_empty()
        else:
            self.screen.focus_next()

    @on(RowFields.Emptied)
    async def _take_away(self, event: RowFields.Emptied) -> None:
        event.stop()
        present = self.row_fields
        index = present.index(event.row)
        if len(present) == 1:
            return
        (present[index - 1].value_field if index else present[1].key_field).focus()
        await event.row.remove()
        self.post_message(self.Changed(self))

    @on(TextField.PastedLines)
    async def _pasted(self, event: TextField.PastedLines) -> None:
        """Several lines are assignments, unless the value's field is the place for one long text such as a key."""
        event.stop()
        is_value = any(event.field is fields.value_field for fields in self.row_fields)
        if is_value and not looks_like_dotenv(event.text):
            event.field.paste(event.text)
        else:
            await self.add(parse_dotenv(event.text))
