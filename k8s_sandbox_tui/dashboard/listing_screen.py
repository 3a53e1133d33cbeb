"""A dialogue around a list of a few things: how it looks, and the line that says what went wrong."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static

from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import OVER_ALL, WINDOW
from k8s_sandbox_tui.dashboard.harmless import harmless

ChosenT = TypeVar("ChosenT")


class Listing(OptionList):
    """The list."""

    DEFAULT_CSS = """
    Listing {
        height: auto; max-height: 16; border: none; padding: 0; background: $surface; scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: transparent; }
        & > .option-list--option-highlighted { background: $cursor-blurred; color: $foreground; text-style: none; }
        &:focus > .option-list--option-highlighted { background: $cursor-focused; color: $foreground; }
    }
    """


class ListingScreen(Dialogue[ChosenT | None]):
    """Has a `Vertical` with the list and with what `said` makes; gives what was chosen."""

    DEFAULT_CSS = f"""
    ListingScreen {{
        {OVER_ALL}
        & > Vertical {{
            width: 96%; max-width: 110; height: auto; max-height: 96%; padding: 1 2;
            {WINDOW}
        }}
        & #said {{ height: auto; max-height: 4; color: $text-error; display: none; margin-top: 1; }}
        & #said.-shown {{ display: block; }}
        & #none {{ color: $muted; }}
        & .-hidden {{ display: none; }}
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", id="listing.close")]

    @staticmethod
    def said() -> Static:
        """Where `say` says it."""
        return Static("", id="said", markup=False)

    def say(self, sentence: str) -> None:
        """Say what went wrong; nothing takes it away."""
        said = self.query_one("#said", Static)
        said.update(harmless(f"! {sentence}") if sentence else "")
        said.set_class(bool(sentence), "-shown")

    def action_close(self) -> None:
        """Leave; what is listed goes on."""
        self.dismiss(None)
