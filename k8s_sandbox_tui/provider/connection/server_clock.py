"""The API server's clock, read from the `Date` header of its answers: this machine's own may be wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping  # noqa: TC003 - a public signature
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


class ServerClock:
    """Remembers the last `Date`; it is parsed when the time is asked for."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._header = ""
        self._seen_at = 0.0

    @property
    def is_set(self) -> bool:
        """Whether an answer has told the time."""
        return self._read() is not None

    def note(self, headers: Mapping[str, str]) -> None:
        """Takes the time from an answer that has just come."""
        header = headers.get("Date")
        if header:
            self._header, self._seen_at = header, self._monotonic()

    def now(self) -> datetime:
        """The time there, UTC, at most a second behind; this machine's while no answer has told it."""
        told = self._read()
        if told is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(told + self._monotonic() - self._seen_at, UTC)

    def _read(self) -> float | None:
        try:
            return parsedate_to_datetime(self._header).timestamp() if self._header else None
        except (ValueError, OverflowError):
            return None
