"""One output of a main process, read as fast as everybody who wants it can take it."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_READ_BYTES = 256 * 1024
# A Pod that writes without end holds up itself and not the server: after so much time with its output, in seconds, it
# is left alone for as long, so that others have half of the time at least, however slow the machine is.
_TURN_SECONDS = 0.02
_LONGEST_PAUSE = 0.2


class OutputTap:
    """Reads a descriptor while nobody holds it back."""

    def __init__(self, descriptor: int, stream: bytes, take: Callable[[OutputTap, bytes], None]) -> None:
        """Begins to read.

        Args:
            descriptor: The output; this object's from here on.
            stream: `stdout` or `stderr`.
            take: Called with what came; with nothing at its end.
        """
        self.descriptor = descriptor
        self.stream = stream
        self.ended = False
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._spent = 0.0
        self._last_read = 0.0
        self._holders = 0
        self._timer: asyncio.TimerHandle | None = None
        os.set_blocking(descriptor, False)
        self._loop.add_reader(descriptor, self._on_readable)

    def hold(self) -> None:
        """One of those who read it has to catch up first."""
        self._holders += 1
        self._unwatch()

    def resume(self) -> None:
        """One that had to catch up has."""
        self._holders -= 1
        self._watch()

    def finish(self) -> None:
        """Reads all that is left, then closes."""
        while not self.ended and self._read():
            pass
        self._end()
        os.close(self.descriptor)

    def _watch(self) -> None:
        self._timer = None
        if not self._holders and not self.ended:
            self._loop.add_reader(self.descriptor, self._on_readable)

    def _unwatch(self) -> None:
        self._loop.remove_reader(self.descriptor)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_readable(self) -> None:
        began = self._loop.time()
        if not self._read():
            return
        now = self._loop.time()
        self._spent = now - began + (self._spent if began - self._last_read < _TURN_SECONDS else 0.0)
        self._last_read = now
        if self._spent >= _TURN_SECONDS and not self._holders:
            pause = min(self._spent, _LONGEST_PAUSE)
            self._spent = 0.0
            self._unwatch()
            self._timer = self._loop.call_later(pause, self._watch)

    def _read(self) -> bool:
        """Reads once; whether there may be more."""
        try:
            data = os.read(self.descriptor, _READ_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            # A terminal's master fails so when the last process has left it.
            data = b""
        if data:
            self._take(self, data)
        else:
            self._end()
        return bool(data)

    def _end(self) -> None:
        if not self.ended:
            self.ended = True
            self._unwatch()
            self._take(self, b"")
