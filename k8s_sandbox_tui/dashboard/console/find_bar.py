"""The line in which one types what to search for in a card's output."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult


class _FindInput(Input):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Go there", tooltip="Go back to the card, where n and N step through what was found."),
        Binding("down", "step(True)", "Next", tooltip="The next place."),
        Binding("up", "step(False)", "Before", tooltip="The place before."),
        Binding("escape", "leave", "End", tooltip="End the search."),
    ]

    class Left(Message):
        """The user is done typing; `keep` is false where the search ends with that."""

        def __init__(self, *, keep: bool) -> None:
            super().__init__()
            self.keep = keep

    class Stepped(Message):
        """The user wants to see another place."""

        def __init__(self, *, forwards: bool) -> None:
            super().__init__()
            self.forwards = forwards

    def action_keep(self) -> None:
        self.post_message(self.Left(keep=bool(self.value)))

    def action_leave(self) -> None:
        self.post_message(self.Left(keep=False))

    def action_step(self, forwards: bool) -> None:  # noqa: FBT001 - Textual passes action parameters by position
        self.post_message(self.Stepped(forwards=forwards))


class FindBar(Horizontal):
    """A text, and how often it was found."""

    DEFAULT_CSS = """
    FindBar {
        height: 1;
        display: none;
        background: $surface;
        &.-shown { display: block; }
        & .label { width: auto; padding: 0 1; color: $text-warning; text-style: bold; }
        & Input, & Input:focus { width: 1fr; height: 1; border: none; padding: 0; background: transparent; }
        & .result { width: auto; padding: 0 1; color: $text-muted; }
    }
    """

    class Typed(Message):
        """Another text is to be searched for."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    Left = _FindInput.Left
    Stepped = _FindInput.Stepped

    def compose(self) -> ComposeResult:
        """A title, the text and the result."""
        yield Static("Find", classes="label", markup=False)
        yield _FindInput(placeholder="text in this output; capital letters count where there are any", compact=True)
        yield Static("", classes="result", markup=False)

    def open(self) -> None:
        """Show the line and type into it; what was searched for last is there, selected."""
        self.add_class("-shown")
        self.query_one(_FindInput).focus()
        self.post_message(self.Typed(self.query_one(_FindInput).value))

    def show(self, words: str) -> None:
        """Tell how often the text was found and which place is shown; nothing hides the line, unless it is typed in."""
        self.query_one(".result", Static).update(words)
        self.set_class(bool(words) or self.has_focus_within, "-shown")

    def close(self) -> None:
        """Hide the line."""
        self.remove_class("-shown")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))
