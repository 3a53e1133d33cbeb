"""How long the kubelet waits before it tries again: images that cannot be pulled, containers that end at once."""

from __future__ import annotations

FIRST = 10.0
"""Seconds; each further wait is twice as long."""
MAX = 300.0


class Backoff:
    """One row of waits, each longer than the last."""

    def __init__(self) -> None:
        self._next = FIRST

    def take(self) -> float:
        """Seconds to wait this time."""
        seconds, self._next = self._next, min(2 * self._next, MAX)
        return seconds

    def reset(self) -> None:
        """Begins anew."""
        self._next = FIRST
