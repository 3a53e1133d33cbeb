"""When an API server could last not be connected to: what it says right after that may not be its last word."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SETTLING_SECONDS = 15.0
"""One that has just started takes requests before it has read all roles, and refuses them (kubernetes#121635)."""


class Absence:
    """The times that no connection could be made."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.times = 0
        """How many so far."""
        self._monotonic = monotonic
        self._last = 0.0

    def note(self) -> None:
        """No connection could be made just now."""
        self.times += 1
        self._last = self._monotonic()

    @property
    def is_recent(self) -> bool:
        """Whether it was so short a time ago that a right may seem to be missing."""
        return self.times > 0 and self._monotonic() - self._last < SETTLING_SECONDS
