"""A screen that writes what a key changed at once."""

from __future__ import annotations

import asyncio
from operator import attrgetter
from time import monotonic
from typing import TYPE_CHECKING

from textual.screen import Screen, ScreenResultType

if TYPE_CHECKING:
    from textual import getters
    from textual.app import App
    from textual.widget import Widget

FRAME = 0.004
"""Seconds between two writes to the terminal at the least."""

# Told by nothing else.
_SPEAKS_OF_FOCUS = attrgetter("_has_focus_within")


class ImmediateScreen(Screen[ScreenResultType]):
    """Does not wait for Textual's next frame, which after a write comes up to 33 ms later.

    Where widgets are to be placed anew, others have a turn before that and before all is painted: together with what
    led to it these take longer than a frame.
    """

    if TYPE_CHECKING:
        app = getters.app(App[object])

    _may_paint = True
    _to_paint = False

    def __init__(self) -> None:
        super().__init__()
        self._written_at = 0.0
        self._again: asyncio.TimerHandle | None = None

    async def on_idle(self) -> None:
        """Write what is due, now or as soon as it may be."""
        if not (self._dirty_widgets or self._layout_required or self._scroll_required or self._repaint_required):
            return
        now = monotonic()
        left = self._written_at + FRAME - now
        if left <= 0:
            self._written_at = now
            await self._write()
        elif self._again is None:
            self._again = asyncio.get_running_loop().call_later(left, self._idle_again)

    async def _write(self) -> None:
        if not self._layout_required:
            self._on_timer_update()
            return
        await asyncio.sleep(0)
        self._may_paint = self._to_paint = False
        try:
            self._on_timer_update()
        finally:
            self._may_paint = True
        await asyncio.sleep(0)
        if self._to_paint and self.is_attached:
            self._compositor_refresh()

    def _compositor_refresh(self) -> None:
        self._to_paint = not self._may_paint
        if self._may_paint:
            super()._compositor_refresh()

    def _update_focus_styles(self, focused: Widget | None = None, blurred: Widget | None = None) -> None:
        """Style those anew whose rules speak of the focus; Textual does it to all that is around them, for 20 ms."""
        moved = [widget for widget in (focused, blurred) if widget is not None]
        around = {node for widget in moved for node in widget.ancestors_with_self if _SPEAKS_OF_FOCUS(node)}
        nodes = {node for outer in around for node in outer.walk_children(with_self=True) if _SPEAKS_OF_FOCUS(node)}
        if nodes:
            self.app.stylesheet.update_nodes(nodes, animate=True)

    def _idle_again(self) -> None:
        self._again = None
        self.check_idle()
