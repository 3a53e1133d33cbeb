"""How many requests a second the client sends, over the last seconds."""

from __future__ import annotations

from collections import deque

WINDOW = 10.0
"""Seconds over which is counted: two polls at the usual interval look alike then, whenever one looks."""


class RequestRate:
    """Makes a rate of a number that only grows; there is none before the first request."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def note(self, now: float, total: int) -> None:
        """The client has sent so many requests since it began; fewer than before: it is another client.

        Args:
            now: Seconds, by a monotonic clock.
            total: All requests, also those that were sent again.
        """
        samples = self._samples
        if not total or (samples and total < samples[-1][1]):
            samples.clear()
        if total:
            samples.append((now, total))
        while samples and now - samples[0][0] > WINDOW:
            samples.popleft()

    def forget(self) -> None:
        """Another client begins."""
        self._samples.clear()

    @property
    def per_second(self) -> float | None:
        """Requests a second; None before there is a second to tell of."""
        if not self._samples:
            return None
        (began, first), (now, last) = self._samples[0], self._samples[-1]
        return (last - first) / (now - began) if now - began >= 1 else None
