"""The menu of a card: all that can be done with it, with the keys that do the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from k8s_sandbox_tui.dashboard.console.variables import masked
from k8s_sandbox_tui.dashboard.console.words import one_line
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import OVER_ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.commands import Command


class CardMenu(Dialogue[str]):
    """Gives back the action that was chosen; empty for none. The keys of the card work here too."""

    DEFAULT_CSS = f"""
    CardMenu {{
        {OVER_ALL}
        & > OptionList {{
            width: 72;
            max-width: 96%;
            height: auto;
            max-height: 90%;
            padding: 0 1;
            background: $surface;
            border: round $primary;
            border-title-style: bold;
            border-title-color: $text-primary;
        }}
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,m,q", "dismiss('')", "Close", id="card-menu.close"),
    ]

    def __init__(self, title: str, commands: Sequence[Command]) -> None:
        """A menu.

        Args:
            title: Of the card.
            commands: What there is to choose from.
        """
        super().__init__()
        self._title = one_line(masked(title))
        self._commands = commands

    def compose(self) -> ComposeResult:
        """One line for each command."""
        width = max(len(command.key_names) for command in self._commands) + 2
        options = OptionList(*[Option(_line(command, width), command.id) for command in self._commands])
        options.border_title = Content(self._title)
        yield options

    def on_mount(self) -> None:
        """Enter takes the first one at once."""
        self.query_one(OptionList).highlighted = 0

    def on_key(self, event: events.Key) -> None:
        """Choose by the key of the command."""
        for command in self._commands:
            if event.key in command.keys.split(",") and event.key != "enter":
                event.stop()
                event.prevent_default()
                self.dismiss(command.action)
                return

    def on_click(self, event: events.Click) -> None:
        """A click beside the menu closes it."""
        if event.widget is self:
            self.dismiss("")

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._commands[event.option_index].action)


def _line(command: Command, width: int) -> Content:
    return Content.assemble((command.key_names.ljust(width), "bold"), command.help)
