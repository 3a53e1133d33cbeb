"""Where the palette finds what the keys do; loaded when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.command import Provider


def key_commands() -> type[Provider]:
    """What the keys do where one is."""
    from k8s_sandbox_tui.dashboard.key_palette import KeyProvider

    return KeyProvider
