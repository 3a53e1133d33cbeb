"""The API server's clock, read from the `Date` header of its answers: this machine's own may be wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping  # noqa: TC003 - a public signature
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# So far the two clocks of this machine may drift apart before it counts as having slept, in seconds.
_SLEPT = 5.0


class ServerClock:
    """Remembers the last `Date`; it is parsed when the time is asked for."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._wall_at = 0.0
        self._header = ""
        self._seen_at = 0.0

    @property
    def is_set(self) -> bool:
        """Whether an answer has told the time, and this machine has not slept since."""
        return self._read() is not None and not self._slept

    def note(self, headers: Mapping[str, str]) -> None:
        """Takes the time from an answer that has just come."""
        header = headers.get("Date")
        if header:
            self._header, self._seen_at, self._wall_at = header, self._monotonic(), self._wall()

    def now(self) -> datetime:
        """The time there, UTC, at most a second behind; this machine's while no answer has told it."""
        told = self._read()
        if told is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(told + self._monotonic() - self._seen_at, UTC)

    @property
    def _slept(self) -> bool:
        # The monotonic clock stands still meanwhile; where the other one was set, asking again does no harm.
        apart = (self._wall() - self._wall_at) - (self._monotonic() - self._seen_at)
        return abs(apart) > _SLEPT

    def _read(self) -> float | None:
        try:
            return parsedate_to_datetime(self._header).timestamp() if self._header else None
        except (ValueError, OverflowError):
            return None
