"""Whether a screen is open: one that is left at once is told its size when its widgets have gone already."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode


def still_open(screen: DOMNode) -> bool:
    """Whether it is among the screens of its app, at the top or below others."""
    return screen in cast("App[object]", screen.app).screen_stack
