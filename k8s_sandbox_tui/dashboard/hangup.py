"""Whether the terminal is still there: not everybody is told by SIGHUP when it goes.

Below a parent that keeps the signal to itself (make, a script) nothing comes, and Textual's input
thread reads the end of the input again and again, with half a core.
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

LOOK_EVERY = 1.0
"""Seconds between two looks."""
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


def on_hangup(loop: asyncio.AbstractEventLoop, terminal: int, leave: Callable[[], object]) -> None:
    """Call `leave` once the other side of a terminal is closed.

    Args:
        loop: Looks from time to time; nothing is looked at after it has stopped.
        terminal: The descriptor that keys come from.
        leave: Called once.
    """
    poll = select.poll()
    # No event is asked for: that the other side has hung up is always told.
    poll.register(terminal, 0)

    def look() -> None:
        if any(event & _GONE for _, event in poll.poll(0)):
            leave()
        else:
            loop.call_later(LOOK_EVERY, look)

    loop.call_later(LOOK_EVERY, look)
