"""Bounds over all commands together: what goes when there is too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.console.layout import OutputLayout

KEPT_CARDS = 200
KEPT_BYTES = 32 * 1024 * 1024
"""Of all output that is kept to be shown."""


def make_room(layout: OutputLayout) -> None:
    """Keep the whole within its bounds: old output goes first, then the oldest cards that have ended."""
    cards = [rows.card for rows in layout.cards]
    total = sum(card.scrollback.cost for card in cards)
    for rows in layout.cards[:-1]:
        if total <= KEPT_BYTES:
            break
        total -= rows.card.scrollback.cost
        rows.card.scrollback.drop_all()
        rows.sync(())
    surplus = len(cards) - KEPT_CARDS
    if surplus > 0:
        layout.remove({card.number for card in [card for card in cards if not card.live][:surplus]})
