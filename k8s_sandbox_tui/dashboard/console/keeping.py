"""How much of the output is kept to be shown, and what goes when there is more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from k8s_sandbox_tui.dashboard.console.scrollback import MAX_CHARACTERS, MAX_LINES, Scrollback

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.console.layout import OutputLayout
    from k8s_sandbox_tui.dashboard.settings.model import ConsoleSettings

MAX_CARDS = 200


class Limits(NamedTuple):
    """Bounds for each command, and for all together."""

    lines: int = MAX_LINES
    characters: int = MAX_CHARACTERS
    cards: int = MAX_CARDS
    all_characters: int = 4 * MAX_CHARACTERS
    """Of all commands together; one that has a right to more may have it."""

    @classmethod
    def of(cls, settings: ConsoleSettings) -> Limits:
        """The bounds that the user has written down."""
        return cls(settings.scrollback_lines, settings.scrollback_megabytes * 1024 * 1024)

    def scrollback(self) -> Scrollback:
        """An empty one within the bounds."""
        return Scrollback(max_lines=self.lines, max_characters=self.characters)


DEFAULT_LIMITS = Limits()


def make_room(layout: OutputLayout, limits: Limits) -> None:
    """Keep the whole within its bounds: old output goes first, then the oldest cards that have ended."""
    cards = [rows.card for rows in layout.cards]
    total = sum(card.scrollback.cost for card in cards)
    for rows in layout.cards[:-1]:
        if total <= max(limits.characters, limits.all_characters):
            break
        total -= rows.card.scrollback.cost
        rows.card.scrollback.drop_all()
        rows.sync(())
    surplus = len(cards) - limits.cards
    if surplus > 0:
        layout.remove({card.number for card in [card for card in cards if not card.live][:surplus]})
