"""A line in which one types something for the chosen card: what to search for, where to save."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from k8s_sandbox_tui.dashboard.plain_input import PlainInput

if TYPE_CHECKING:
    from textual.app import ComposeResult


class AskInput(PlainInput):
    """Its keys go to the line around it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", tooltip="Go back to the card.")]

    class Left(Message):
        """The user wants none of it."""

    def action_leave(self) -> None:
        """Tell it."""
        self.post_message(self.Left())


class AskBar(Horizontal):
    """A title, a text field and a note. Hidden until it is opened."""

    DEFAULT_CSS = """
    AskBar {
        height: 1;
        display: none;
        background: $surface;
        &.-shown { display: block; }
        & .label { width: auto; padding: 0 1; color: $text-warning; text-style: bold; }
        & Input, & Input:focus { width: 1fr; background: transparent; }
        & .note { width: auto; max-width: 60%; padding: 0 1; color: $text-muted; }
        & .note.-wrong { color: $text-error; }
    }
    """

    class Closed(Message):
        """The line is hidden again."""

        def __init__(self, *, had_focus: bool) -> None:
            super().__init__()
            self.had_focus = had_focus

    def __init__(self, title: str, field: AskInput, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._label = Static(title, classes="label", markup=False)
        self.field = field
        self._note = Static("", classes="note", markup=False)

    def compose(self) -> ComposeResult:
        """The three."""
        yield self._label
        yield self.field
        yield self._note

    @property
    def shown(self) -> bool:
        """Whether it is there."""
        return self.has_class("-shown")

    def open(self) -> None:
        """Show the line and type into it."""
        self.add_class("-shown")
        self.field.focus()

    def close(self) -> None:
        """Hide the line."""
        if self.shown:
            self.post_message(self.Closed(had_focus=self.has_focus_within))
            self.remove_class("-shown")

    def title(self, text: str) -> None:
        """Say what is asked."""
        self._label.update(text)

    def note(self, text: str, *, wrong: bool = False) -> None:
        """Say something about what was typed."""
        self._note.set_class(wrong, "-wrong")
        self._note.update(text)

    @on(AskInput.Left)
    def _left(self, event: AskInput.Left) -> None:
        event.stop()
        self.close()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.submit()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.typed()

    def submit(self) -> None:
        """Enter was pressed."""

    def typed(self) -> None:
        """Another text stands there."""
