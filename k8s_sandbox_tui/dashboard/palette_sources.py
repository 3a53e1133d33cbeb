"""What the palette offers beside the commands of the screen; each is loaded when the palette is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.command import Provider


def card_commands() -> type[Provider]:
    """What can be done with a card of the console."""
    from k8s_sandbox_tui.dashboard.console.palette import CardProvider

    return CardProvider


def place_commands() -> type[Provider]:
    """The clusters and namespaces to go to."""
    from k8s_sandbox_tui.dashboard.places.palette import PlaceProvider

    return PlaceProvider
