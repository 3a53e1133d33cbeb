"""The line in which one types what to search for in a card's output."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from k8s_sandbox_tui.dashboard.console.ask_bar import AskBar, AskInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widget import Widget

    from k8s_sandbox_tui.dashboard.console.search import Search


class _FindInput(AskInput):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Go there", tooltip="Go back to the card, where n and N step through the places."),
        Binding("down", "step(True)", "Next", tooltip="The next place."),
        Binding("up", "step(False)", "Before", tooltip="The place before."),
        Binding("escape", "leave", "End", tooltip="End the search."),
    ]

    def action_step(self, forwards: bool) -> None:  # noqa: FBT001 - Textual passes action parameters by position
        self.post_message(FindBar.Stepped(forwards=forwards))


class FindBar(AskBar):
    """A text, and how often it was found. It stays in view while there is a search."""

    KEYED: ClassVar[Sequence[type[Widget]]] = (_FindInput,)
    """What is in it that has keys of its own."""

    class Typed(Message):
        """Another text is to be searched for; empty for none."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Stepped(Message):
        """The user wants to see another place."""

        def __init__(self, *, forwards: bool) -> None:
            super().__init__()
            self.forwards = forwards

    class Kept(Message):
        """The user has typed the text and goes back to the card."""

    def __init__(self) -> None:
        field = _FindInput(placeholder="text in this output; capital letters count where there are any", compact=True)
        super().__init__("Find", field)

    def open(self) -> None:
        """Show the line; what was searched for last is there, selected."""
        super().open()
        self.typed()

    def show(self, search: Search | None) -> None:
        """Tell how often the text was found and which place is shown; without a search the line goes away."""
        self.note("" if search is None else search.words)
        if search is None and not self.has_focus_within:
            self.close()

    def submit(self) -> None:
        """Go back to the card."""
        if self.field.value:
            self.post_message(self.Kept())
        else:
            self.close()

    def typed(self) -> None:
        """Search for what is typed."""
        self.post_message(self.Typed(self.field.value))
