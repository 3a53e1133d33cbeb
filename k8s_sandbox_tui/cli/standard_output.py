"""Standard output and standard error as bytes, written by a thread.

A reader that does not read blocks the thread alone: ctrl-C, standard input and the connection's pings go on.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading

from k8s_sandbox_tui.cli.output import OutputError, discard, output_error

_MOST_PENDING = 1 << 20


class StandardOutput:
    """Writes chunks to files 1 and 2 in the order in which they come, at most a mebibyte behind."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[tuple[int, bytes] | None] = queue.SimpleQueue()
        self._pending = 0
        self._progress = asyncio.Event()
        self._failure: OutputError | None = None
        # A daemon: a write that never returns must not keep the process.
        threading.Thread(target=self._write_all, name="stdout", daemon=True).start()

    async def write(self, descriptor: int, data: bytes) -> None:
        """Hands a chunk to the thread; waits while too much is pending.

        Raises:
            ReaderGoneError: Nobody reads the output any more.
            OutputError: It cannot be written.
        """
        self._pending += len(data)
        self._queue.put((descriptor, data))
        await self._wait_until_pending(_MOST_PENDING)

    async def flush(self) -> None:
        """Waits until all is written; raises as `write` does."""
        await self._wait_until_pending(0)

    def close(self) -> None:
        """Lets the thread end once all is written; nothing is handed over after that."""
        self._queue.put(None)

    async def _wait_until_pending(self, most: int) -> None:
        while self._failure is None and self._pending > most:
            self._progress.clear()
            await self._progress.wait()
        if self._failure is not None:
            raise self._failure

    def _write_all(self) -> None:
        while (piece := self._queue.get()) is not None:
            descriptor, data = piece
            failure: OutputError | None = None
            rest = memoryview(data)
            try:
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
            except OSError as error:
                failure = output_error(error)
            try:
                self._loop.call_soon_threadsafe(self._written, len(data), failure)
            except RuntimeError:
                # The loop has ended: nobody waits for this any more.
                return
            if failure is not None:
                return

    def _written(self, count: int, failure: OutputError | None) -> None:
        self._pending -= count
        if failure is not None:
            self._failure = failure
            discard()
        self._progress.set()
