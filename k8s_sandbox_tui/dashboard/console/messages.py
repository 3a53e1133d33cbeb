"""What the console tells the screen around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.console.actions import CardAction
    from k8s_sandbox_tui.dashboard.console.model import CommandCard
    from k8s_sandbox_tui.dashboard.console.search import Search


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


class OutputFollowed(Message):
    """Whether the output follows its end, or how many rows came below since it stopped."""

    def __init__(self, *, following: bool, lines_below: int) -> None:
        super().__init__()
        self.following = following
        self.lines_below = lines_below

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, OutputFollowed)


class CardAsked(Message):
    """The user wants something done with a card."""

    def __init__(self, card: CommandCard, action: CardAction) -> None:
        super().__init__()
        self.card = card
        self.action = action


class MenuAsked(Message):
    """The user wants to see what can be done with a card."""

    def __init__(self, card: CommandCard) -> None:
        super().__init__()
        self.card = card


class CardsLeft(Message):
    """The user goes back to the command line."""


class SearchMoved(Message):
    """The search has found something, or another place, or has ended (None)."""

    def __init__(self, search: Search | None) -> None:
        super().__init__()
        self.search = search

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, SearchMoved)
