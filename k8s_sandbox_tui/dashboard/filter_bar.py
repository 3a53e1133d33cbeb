"""The line in which a filter is typed; it stays in view for as long as the filter is active."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from k8s_sandbox_tui.dashboard.filter import parse_filter
from k8s_sandbox_tui.dashboard.plain_input import PlainInput

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.store import SandboxStore


AT_ONCE = 1000
"""Sandboxes made ready for the filter between two looks at the keys: one to two milliseconds."""


class FilterInput(PlainInput):
    """Where the words are typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear", tooltip="Clear the filter and go back to the table.", id="filter.clear"),
        Binding("enter,down", "keep", "Keep", tooltip="Keep the filter and go to the table.", id="filter.keep"),
    ]

    class Left(Message):
        """The user goes back to the table."""

    def action_clear(self) -> None:
        """Let everything through again."""
        self.value = ""
        self.post_message(self.Left())

    def action_keep(self) -> None:
        """Back to the table, with the filter as it is."""
        self.post_message(self.Left())


class FilterBar(Horizontal):
    """A filter and how many sandboxes it lets through."""

    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        display: none;
        background: $surface;
        &.-open { display: block; }
        & .label { width: auto; padding: 0 1; color: $accent; text-style: bold; }
        & FilterInput { width: 1fr; }
        & .result { width: auto; padding: 0 1; color: $muted; }
    }
    """

    class Changed(Message):
        """Another text was typed, and the store filters by it."""

    class Left(Message):
        """The user goes back to the table."""

    def __init__(self, store: SandboxStore) -> None:
        super().__init__()
        self._store = store

    def compose(self) -> ComposeResult:
        """A title, the text and the result."""
        yield Static("Filter", classes="label", markup=False)
        yield FilterInput(placeholder="words to find; !word leaves out", compact=True, select_on_focus=False)
        yield Static("", classes="result", markup=False)

    @property
    def text(self) -> str:
        """The filter as typed."""
        return self.query_one(FilterInput).value

    def open(self) -> None:
        """Show the line and type into it."""
        self.add_class("-open")
        self.query_one(FilterInput).focus()
        self._prepare()

    @work(exclusive=True)
    async def _prepare(self) -> None:
        for _ in self._store.preparing(AT_ONCE):
            await asyncio.sleep(0)

    def clear(self) -> None:
        """Let everything through, and hide the line."""
        self.query_one(FilterInput).value = ""
        self.remove_class("-open")

    def show(self, text: str) -> None:
        """Show a filter as if it had been typed; the focus stays where it is."""
        self.query_one(FilterInput).value = text
        self.set_class(bool(text), "-open")
        self._store.filter_by(parse_filter(text))

    def show_result(self, shown: int, total: int) -> None:
        """Tell how many sandboxes are let through."""
        result = f"{shown} of {total}"
        label = self.query_one(".result", Static)
        if str(label.content) != result:
            label.update(result)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._store.filter_by(parse_filter(event.value))
        self.post_message(self.Changed())

    @on(FilterInput.Left)
    def _left(self, event: FilterInput.Left) -> None:
        event.stop()
        if not self.text:
            self.remove_class("-open")
        self.post_message(self.Left())
