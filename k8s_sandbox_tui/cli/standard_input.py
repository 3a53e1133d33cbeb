"""Standard input for asyncio, whatever it is: a terminal, a pipe, a file.

A thread reads it. asyncio's own pipes would switch the file to non-blocking mode, which the shell that started
this program shares and would be left with; and they refuse regular files.
"""

from __future__ import annotations

import asyncio
import os
import select
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_CHUNK = 65_536
_CHUNKS_AHEAD = 4


class StandardInput:
    """Reads file 0 in chunks, at most a few ahead of its consumer, and nothing after that one has left."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._chunks: asyncio.Queue[bytes | OSError] = asyncio.Queue()
        self._room = threading.Semaphore(_CHUNKS_AHEAD)
        self._left = threading.Event()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yields what is read until its end.

        Raises:
            OSError: It cannot be read.
        """
        wake = os.pipe()
        # A daemon: a read that never returns must not keep the process.
        threading.Thread(target=self._read, args=(wake[0],), name="stdin", daemon=True).start()
        try:
            while chunk := await self._chunks.get():
                if isinstance(chunk, OSError):
                    raise chunk
                self._room.release()
                yield chunk
        finally:
            # What is typed from now on is for somebody else.
            self._left.set()
            self._room.release()
            os.close(wake[1])

    def _read(self, wake: int) -> None:
        chunk: bytes | OSError = b"-"
        try:
            while chunk and not isinstance(chunk, OSError):
                self._room.acquire()
                try:
                    if not self._wait(wake):
                        return
                    chunk = os.read(0, _CHUNK)
                except OSError as error:
                    chunk = error
                try:
                    self._loop.call_soon_threadsafe(self._chunks.put_nowait, chunk)
                except RuntimeError:
                    # The loop has ended: nobody waits for this any more.
                    return
        finally:
            os.close(wake)

    def _wait(self, wake: int) -> bool:
        """Waits until there is something to read; false when nobody wants it any more."""
        if sys.platform != "win32":
            # The end of the pipe that is never written to is readable once the other one is closed.
            readable, _, _ = select.select([0, wake], [], [])
            return wake not in readable
        return not self._left.is_set()
