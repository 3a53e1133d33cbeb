"""Reads what nobody wants, so that a command whose client has left can go on."""

from __future__ import annotations

import asyncio
import os

_READ_BYTES = 1 << 18
_BURST_BYTES = 1 << 20
_PAUSE_SECONDS = 0.05
"""After each burst, so that a command that writes without end costs little of a core."""


class Discard:
    """Reads a descriptor to its end, then closes it."""

    def __init__(self, descriptor: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._timer: asyncio.TimerHandle | None = None
        self._burst = 0
        self._open = True
        self._watch()

    def close(self) -> None:
        """Closes it now; may be called again."""
        if not self._open:
            return
        self._open = False
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)

    def _watch(self) -> None:
        self._loop.add_reader(self._descriptor, self._on_readable)

    def _on_readable(self) -> None:
        try:
            data = os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            # A terminal's master fails so when the last process has left it.
            data = b""
        if not data:
            self.close()
            return
        self._burst += len(data)
        if self._burst >= _BURST_BYTES:
            self._burst = 0
            self._loop.remove_reader(self._descriptor)
            self._timer = self._loop.call_later(_PAUSE_SECONDS, self._watch)
