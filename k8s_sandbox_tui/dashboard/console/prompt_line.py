"""The bottom line of the console: where commands go, and the command that is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.console.greeting import prompt_label
from k8s_sandbox_tui.dashboard.console.prompt import CommandInput
from k8s_sandbox_tui.dashboard.console.sessions import Session
from k8s_sandbox_tui.dashboard.console.signs import UNICODE, Signs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual.app import ComposeResult

    from k8s_sandbox_tui.provider.models import SandboxInfo


INVITATIONS = ("Type a command, then Enter; Tab completes paths", "Type a command, then Enter", "Type a command")
"""What an empty line says: the first that there is room for."""

_WIDTH_UNKNOWN = 1000
_PADDING = 2
"""Cells around the label."""


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

    def __init__(self, history: Callable[[str], Iterator[str]], signs: Signs = UNICODE) -> None:
        """Nothing is selected.

        Args:
            history: Commands that start with a text, newest first.
            signs: What stands for a text that is cut.
        """
        super().__init__(id="console-prompt")
        self.input = CommandInput(history, id="console-command", ellipsis=signs.ellipsis)
        self._label = Static(id="console-label", markup=False)
        self._ellipsis = signs.ellipsis
        self._info: SandboxInfo | None = None
        self._session = Session()

    def compose(self) -> ComposeResult:
        """Both."""
        yield self._label
        yield self.input

    def show(self, info: SandboxInfo | None, session: Session, invitations: Sequence[str]) -> None:
        """Say where the next command goes, and how it is typed or why it cannot be, as long as there is room for."""
        self._info, self._session = info, session
        self._show_label()
        self.input.invite(invitations)

    def on_resize(self) -> None:
        """There is room for more, or for less."""
        self._show_label()

    def _show_label(self) -> None:
        room = self.size.width * 3 // 5 - _PADDING if self.size.width else _WIDTH_UNKNOWN
        label = prompt_label(self._info, self._session, room, self._ellipsis)
        # Laying all out again takes longer than a key may wait: only where the label's width asks for it.
        self._label.update(label, layout=label.cell_length + _PADDING != self._label.outer_size.width)
