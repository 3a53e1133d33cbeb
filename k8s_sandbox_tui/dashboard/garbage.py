"""When Python looks through all objects for garbage: in moments in which nobody waits for the screen.

To look through what a screen with much on it holds takes 20 to 50 ms, which is more than a frame. By itself Python
looks whenever enough has been made: while output pours in, or while somebody scrolls. The quick looks at what is young,
of 1 to 3 ms, stay as they are; so does all of it from Python 3.14 on, which looks in small steps.
"""

from __future__ import annotations

import gc
import sys
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CHECK_EVERY = 1.0
"""Seconds."""
QUIET = 1.0
"""Seconds without a key or the mouse after which a moment is quiet."""
LEAST_APART = 5.0
LATEST = 30.0
"""Seconds after which it is done although the user is busy: garbage must not fill memory."""
ENOUGH = 10
"""Looks at what is middle-aged after which there is a reason; Python's own figure."""
NEVER = 1_000_000_000

IN_STEPS = sys.version_info >= (3, 14)


class QuietCollection:
    """Decides when to look through everything."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._touched = self._collected = clock()

    def begin(self) -> None:
        """From now on Python itself does it no more."""
        gc.set_threshold(*gc.get_threshold()[:2], NEVER)

    def touched(self) -> None:
        """The user did something."""
        self._touched = self._clock()

    @property
    def untouched(self) -> float:
        """Seconds since the user did something."""
        return self._clock() - self._touched

    def check(self) -> None:
        """Do it if it is due."""
        now = self._clock()
        if self.due(gc.get_count()[2], now):
            gc.collect()
            self._collected = self._clock()

    def due(self, looks: int, now: float) -> bool:
        """Whether there is a reason and nobody waits.

        Args:
            looks: How often it was looked at what is middle-aged since everything was.
            now: By the clock.
        """
        since = now - self._collected
        quiet = now - self._touched >= QUIET and since >= LEAST_APART
        return looks > ENOUGH and (quiet or since >= LATEST)
