"""Standard input for asyncio, whatever it is: a terminal, a pipe, a file.

A thread reads it. asyncio's own pipes would switch the file to non-blocking mode, which the shell that started
this program shares and would be left with; and they refuse regular files.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_CHUNK = 65_536
_CHUNKS_AHEAD = 4


class StandardInput:
    """Reads file 0 in chunks, at most a few ahead of its consumer."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._chunks: asyncio.Queue[bytes | OSError] = asyncio.Queue()
        self._room = threading.Semaphore(_CHUNKS_AHEAD)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yields what is read until its end.

        Raises:
            OSError: It cannot be read.
        """
        # A daemon: a read that never returns must not keep the process.
        threading.Thread(target=self._read, name="stdin", daemon=True).start()
        while chunk := await self._chunks.get():
            if isinstance(chunk, OSError):
                raise chunk
            self._room.release()
            yield chunk

    def _read(self) -> None:
        chunk: bytes | OSError = b"-"
        while chunk and not isinstance(chunk, OSError):
            self._room.acquire()
            try:
                chunk = os.read(0, _CHUNK)
            except OSError as error:
                chunk = error
            try:
                self._loop.call_soon_threadsafe(self._chunks.put_nowait, chunk)
            except RuntimeError:
                # The loop has ended: nobody waits for this any more.
                return
