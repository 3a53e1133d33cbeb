"""Keys that are typed ahead wait until the key before has had its effect.

Textual passes a key on to the widget that has the focus at that moment, and does what it stands for some turns of the
event loop later. Of `/web` that comes at once, over a slow line or from a hand that is faster than the screen, the
letters would be commands of the table.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from textual.events import InputEvent, Key, Paste

if TYPE_CHECKING:
    from textual.app import App
    from textual.message_pump import MessagePump

LONGEST = 1.0
"""Seconds that keys wait for the one before, on a machine that has much else to do."""

LEAVES = "ctrl+q"
"""The key that waits for nothing."""

TURNS = 3
"""Turns of the event loop in which a worker that a key began has opened its screen."""


class TypeAhead:
    """Hands the events of a terminal over to an app, in their order."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._waiting: deque[InputEvent] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Whether all that was taken has had its effect."""
        return self._task is None

    def take(self, event: InputEvent) -> None:
        """Hand an event over as soon as those before it have had their effect. To be called in the app's loop."""
        if isinstance(event, Key) and event.key == LEAVES:
            self._waiting.clear()
            self._app.post_message(event)
            return
        self._waiting.append(event)
        if self._task is None:
            self._hand_over()

    def forget(self) -> None:
        """Let go of what waits: it was typed for somebody else."""
        self._waiting.clear()

    def _hand_over(self) -> None:
        """Hand over what waits, up to the next key, which is waited for."""
        while self._waiting:
            event = self._waiting.popleft()
            self._app.post_message(event)
            if isinstance(event, (Key, Paste)):
                self._task = asyncio.create_task(self._effect())
                self._task.add_done_callback(self._had_effect)
                return

    def _had_effect(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled():
            task.result()
            self._hand_over()

    async def _effect(self) -> None:
        """Wait for what a key does."""
        app, stack = self._app, list(self._app.screen_stack)
        try:
            async with asyncio.timeout(LONGEST):
                await _through(app)
                if not app.screen_stack:
                    return
                # First the key goes from the widget that has the focus up to the app, then what it led to.
                taker = app.focused or app.screen
                for pump in (*taker.ancestors_with_self, *taker.ancestors_with_self):
                    await _through(pump)
                for _ in range(TURNS):
                    await asyncio.sleep(0)
                if app.screen_stack and app.screen_stack != stack:
                    # It has the keys once it has been resumed.
                    await _through(app.screen)
        except TimeoutError:
            return


async def _through(pump: MessagePump) -> None:
    """Wait until a widget has done all that is before it."""
    done = asyncio.Event()
    if pump.call_later(done.set):
        await done.wait()
