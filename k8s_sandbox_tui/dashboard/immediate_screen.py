"""A screen that writes what a key changed at once."""

from __future__ import annotations

from time import monotonic

from textual.screen import Screen, ScreenResultType

FRAME = 0.004
"""Seconds between two writes to the terminal at the least."""


class ImmediateScreen(Screen[ScreenResultType]):
    """Does not wait for Textual's next frame, which after a write comes up to 33 ms later."""

    def __init__(self) -> None:
        super().__init__()
        self._written_at = 0.0

    def on_idle(self) -> None:
        """Write what is due."""
        due = self._dirty_widgets or self._layout_required or self._scroll_required or self._repaint_required
        now = monotonic()
        if due and now - self._written_at >= FRAME:
            self._written_at = now
            self._on_timer_update()
