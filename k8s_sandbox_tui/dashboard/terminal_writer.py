"""Writes to the terminal in a thread of its own, so that nothing waits for a terminal that takes nothing.

Textual's writer thread holds up the event loop once 30 writes wait for it, and ends with the first error, after which
it takes nothing any more: with a terminal that hangs, or is gone, all work in the dashboard stood still for ever.
"""

from __future__ import annotations

import os
import select
import threading
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LATE = 0.1
"""Seconds that something has waited for the terminal, from which on it is behind."""

AT_ONCE = 4096
"""Bytes that are written at once: what a terminal takes while it is read, it takes in pieces of about this."""

PATIENCE = 1.0
"""Seconds for which a terminal may take nothing while it is given back."""


class TerminalWriter:
    """Writes in order, and never keeps the one who asks for it."""

    def __init__(self, descriptor: int, encoding: str) -> None:
        """Prepare it; nothing is written before `start`.

        Args:
            descriptor: The terminal.
            encoding: The terminal's; what it has no character for is written as `?`.
        """
        self._descriptor = descriptor
        self._encoding = encoding
        self._changed = threading.Condition()
        self._texts: list[str] = []
        self._asked_at = 0.0
        self._oldest: float | None = None
        self._over = False
        self._gone = False
        self._caught_up: Callable[[], None] | None = None
        self._moved_at = monotonic()
        self._thread = threading.Thread(target=self._run, daemon=True, name="terminal-output")

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def write(self, text: str) -> None:
        """Have a text written; where the terminal is gone, it is forgotten."""
        with self._changed:
            if self._gone:
                return
            if not self._texts:
                self._asked_at = monotonic()
                self._oldest = self._oldest or self._asked_at
                self._changed.notify()
            self._texts.append(text)

    @property
    def behind(self) -> bool:
        """Whether something has waited for the terminal for long, and what would be written now would for longer."""
        oldest = self._oldest
        return oldest is not None and monotonic() - oldest > LATE

    def when_caught_up(self, call: Callable[[], None]) -> None:
        """Have something called, in the thread that writes, once nothing waits; another one asked for before is not."""
        with self._changed:
            self._caught_up = call
            self._changed.notify()

    def stop(self) -> None:
        """Write what waits and end, unless the terminal takes nothing for too long."""
        with self._changed:
            self._over = True
            self._changed.notify()
        while self._thread.is_alive():
            before = self._moved_at
            self._thread.join(PATIENCE)
            if self._moved_at == before:
                return

    def _run(self) -> None:
        while (text := self._next()) is not None:
            try:
                self._write_all(text.encode(self._encoding, "replace"))
            except OSError:
                # The terminal is gone: `hangup` ends the dashboard.
                with self._changed:
                    self._gone = True
                    self._texts.clear()
                    self._oldest = None
                return
            with self._changed:
                self._oldest = self._asked_at if self._texts else None

    def _next(self) -> str | None:
        with self._changed:
            while not self._texts:
                call, self._caught_up = self._caught_up, None
                if call is not None:
                    call()
                elif self._over:
                    return None
                else:
                    self._changed.wait()
            text = "".join(self._texts)
            self._texts.clear()
            return text

    def _write_all(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._descriptor, left[:AT_ONCE]) :]
            except BlockingIOError:
                # Another program that has this terminal asked for that.
                select.select([], [self._descriptor], [])
            self._moved_at = monotonic()
