"""The question before a cluster is left while something still goes on in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from k8s_sandbox_tui.dashboard.harmless import harmless

if TYPE_CHECKING:
    from textual.app import ComposeResult


class LeaveScreen(ModalScreen[bool]):
    """Says what ends; staying has the focus."""

    DEFAULT_CSS = """
    LeaveScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 60; max-width: 94%; height: auto; padding: 1 2;
            background: $surface; border: round $status-pending;
            border-title-color: $status-pending; border-title-style: bold;
        }
        & Label { width: 1fr; margin-bottom: 1; }
        & Horizontal { height: auto; align-horizontal: right; }
        & Button.-style-default {
            margin-left: 2; border: none; height: 3; background: $panel; color: $foreground; text-style: none;
            &:focus { background: $accent; color: $background; text-style: bold; background-tint: transparent; }
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "Stay"),
        Binding("y", "answer(True)", "Leave"),
        Binding("left,right", "app.focus_next", "Other button", show=False),
    ]
    AUTO_FOCUS = "#stay"

    def __init__(self, where: str, what: str) -> None:
        """Prepare the question.

        Args:
            where: The cluster, in words.
            what: What ends with it, as the beginning of a sentence.
        """
        super().__init__()
        self._where = where
        self._what = what

    def compose(self) -> ComposeResult:
        """What ends, and the two answers."""
        with Vertical() as dialog:
            dialog.border_title = harmless(f"Leave {self._where}?")
            yield Label(harmless(f"{self._what} when the connection to it is closed."), markup=False)
            with Horizontal():
                yield Button("Stay (Esc)", id="stay")
                yield Button("Leave (y)", id="leave")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "leave")

    def action_answer(self, answer: bool) -> None:  # noqa: FBT001 - Textual passes action parameters by position
        """Close with an answer."""
        self.dismiss(answer)
