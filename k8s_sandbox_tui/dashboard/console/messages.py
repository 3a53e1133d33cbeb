"""What the console tells the screen around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.console.model import CommandCard


class CommandStarted(Message):
    """A command was sent to its sandbox."""

    def __init__(self, card: CommandCard) -> None:
        super().__init__()
        self.card = card


class CommandFinished(Message):
    """A command is over; `card.ending` says how."""

    def __init__(self, card: CommandCard) -> None:
        super().__init__()
        self.card = card


class ConsoleLeft(Message):
    """The user wants out of the console: the focus belongs somewhere else."""
