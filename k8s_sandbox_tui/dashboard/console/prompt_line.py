"""The bottom line of the console: where commands go, and the command that is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.console.greeting import prompt_label
from k8s_sandbox_tui.dashboard.console.prompt import CommandInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.console.sessions import Session
    from k8s_sandbox_tui.provider.models import SandboxInfo


class PromptLine(Horizontal):
    """The sandbox, its directory, and a field."""

    DEFAULT_CSS = """
    PromptLine {
        height: 1;
        background: $surface;
        Console:focus-within & { background: $panel; }
        & #console-label { width: auto; max-width: 60%; padding: 0 1; color: $text-muted; }
        Console:focus-within & #console-label { color: $text-primary; }
        & #console-command, & #console-command:focus { width: 1fr; background: transparent; }
    }
    """

    def __init__(self, history: Callable[[str], Iterator[str]]) -> None:
        """Nothing is selected.

        Args:
            history: Commands that start with a text, newest first.
        """
        super().__init__(id="console-prompt")
        self.input = CommandInput(history, id="console-command")
        self._label = Static(id="console-label", markup=False)

    def compose(self) -> ComposeResult:
        """Both."""
        yield self._label
        yield self.input

    def show(self, info: SandboxInfo | None, session: Session, refused: str) -> None:
        """Say where the next command goes, or why it cannot."""
        label = prompt_label(info, session)
        # Laying all out again takes longer than a key may wait: only where the label's width asks for it.
        self._label.update(label, layout=label.cell_length != self._label.size.width)
        self.input.placeholder = refused or "Type a command, then Enter; Tab completes paths"
