"""Searches all commands that were run before, best first, while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from k8s_sandbox_tui.dashboard.console.words import one_line
from k8s_sandbox_tui.dashboard.plain_input import PlainInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

MOST = 100
"""Commands that are listed."""


class _Query(PlainInput):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take(True)", "Run", tooltip="Run the chosen command."),
        Binding("tab", "take(False)", "Edit", tooltip="Take the chosen command into the command line."),
        Binding("up,ctrl+p", "move(-1)", "Better", tooltip="Choose the one above.", show=False),
        Binding("down,ctrl+n,ctrl+r", "move(1)", "Next", tooltip="Choose the one below."),
        Binding("escape", "leave", "Back", tooltip="Back to the command line as it was."),
    ]

    def action_take(self, run: bool) -> None:  # noqa: FBT001 - Textual passes action parameters by position
        self.post_message(HistorySearch.Taken(run=run))

    def action_move(self, step: int) -> None:
        self.post_message(HistorySearch.Moved(step))

    def action_leave(self) -> None:
        self.post_message(HistorySearch.Left())


class HistorySearch(Vertical):
    """A list of commands above a line to type in."""

    KEYED: ClassVar[Sequence[type[Widget]]] = (_Query,)
    """What is in it that has keys of its own."""
    DEFAULT_CSS = """
    HistorySearch {
        height: auto;
        display: none;
        background: $surface;
        &.-shown { display: block; }
        & OptionList { height: auto; max-height: 8; border: none; padding: 0; background: $surface; }
        & OptionList > .option-list--option { padding: 0 1; }
        & OptionList > .option-list--option-highlighted {
            background: $primary 25%; color: $foreground; text-style: none;
        }
        & Horizontal { height: 1; }
        & .label { width: auto; padding: 0 1; color: $text-warning; text-style: bold; }
        & Input, & Input:focus { width: 1fr; background: transparent; }
        & .note { width: auto; padding: 0 1; color: $text-muted; }
    }
    """

    class Taken(Message):
        """The chosen command is wanted, to be run or to be edited."""

        def __init__(self, *, run: bool) -> None:
            super().__init__()
            self.run = run

    class Moved(Message):
        """Another one is to be chosen."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class Left(Message):
        """None is wanted."""

    class Chosen(Message):
        """A command for the command line, or to be run at once."""

        def __init__(self, command: str, *, run: bool) -> None:
            super().__init__()
            self.command = command
            self.run = run

    def __init__(self, search: Callable[[str], Sequence[str]]) -> None:
        """Hidden.

        Args:
            search: The commands that fit a text, the best one first.
        """
        super().__init__()
        self._search = search
        self._found: Sequence[str] = ()
        self._list = OptionList()
        self._list.can_focus = False
        self._query = _Query(placeholder="words or letters of a command", compact=True)
        self._note = Static("", classes="note", markup=False)

    def compose(self) -> ComposeResult:
        """The list, and below it what is typed."""
        yield self._list
        with Horizontal():
            yield Static("History", classes="label", markup=False)
            yield self._query
            yield self._note

    def open(self, text: str) -> None:
        """Show it, with a text to begin with."""
        self.add_class("-shown")
        self._query.value = text
        self._query.focus()
        self._show()

    def close(self) -> None:
        """Hide it."""
        self.remove_class("-shown")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._show()

    def _show(self) -> None:
        found = self._search(self._query.value)
        self._found = found[:MOST]
        self._list.clear_options()
        self._list.add_options([Option(Content(one_line(command))) for command in self._found])
        self._list.highlighted = 0 if self._found else None
        self._list.display = bool(self._found)
        more = "+" if len(found) > MOST else ""
        self._note.update(f"{len(self._found)}{more} found" if self._found else "nothing found")

    @on(Moved)
    def _moved(self, event: Moved) -> None:
        event.stop()
        if self._found:
            self._list.highlighted = ((self._list.highlighted or 0) + event.step) % len(self._found)

    @on(Taken)
    def _taken(self, event: Taken) -> None:
        event.stop()
        self._choose(self._list.highlighted, run=event.run)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose(event.option_index, run=False)

    def _choose(self, place: int | None, *, run: bool) -> None:
        if place is not None and place < len(self._found):
            self.post_message(self.Chosen(self._found[place], run=run))
