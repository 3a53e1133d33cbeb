"""The main process' output, from its pipe into a bounded file in the format of the Container Runtime Interface."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LOG_NAME = "main.log"
"""In the Pod's folder."""
MAX_LINE_BYTES = 16 * 1024
"""Longer lines are written in parts, as containerd does."""
MAX_FILE_BYTES = 10 * 1024 * 1024
"""The kubelet's default of containerLogMaxSize."""
_READ_BYTES = 256 * 1024
_PAUSE_SECONDS = 0.02
"""After each read, so that a Pod that writes without end holds up itself and not the server."""


def log_records(data: bytes, stamp: bytes) -> tuple[bytes, bytes]:
    """Splits output into records of the log.

    Args:
        data: Output, from the beginning of a line or of a part of one.
        stamp: The time, in RFC 3339 with nanoseconds.

    Returns:
        The records, and what follows the last one: less than a line and less than `MAX_LINE_BYTES`.
    """
    full, partial = stamp + b" stdout F ", stamp + b" stdout P "
    records: list[bytes] = []
    *lines, rest = data.split(b"\n")
    for line in lines:
        while len(line) > MAX_LINE_BYTES:
            records.append(partial + line[:MAX_LINE_BYTES] + b"\n")
            line = line[MAX_LINE_BYTES:]  # noqa: PLW2901 -- what is left of the line is the line
        records.append(full + line + b"\n")
    while len(rest) >= MAX_LINE_BYTES:
        records.append(partial + rest[:MAX_LINE_BYTES] + b"\n")
        rest = rest[MAX_LINE_BYTES:]
    return b"".join(records), rest


def now() -> bytes:
    """The time as the log has it."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)).encode() + b".%09dZ" % nanoseconds


class PodLog:
    """Writes one Pod's log as its output comes."""

    def __init__(self, path: Path) -> None:
        """Opens the file and a pipe.

        Args:
            path: Where the log is to be; its older part moves to the same name with `.1`.
        """
        self.path = path
        self._loop = asyncio.get_running_loop()
        self._file = path.open("ab", buffering=0)
        self._size = self._file.tell()
        self._read_end, write_end = os.pipe()
        self._source: int | None = write_end
        os.set_blocking(self._read_end, False)
        self._rest = b""
        self._timer: asyncio.TimerHandle | None = None
        self._grown = self._loop.create_future()
        self._open = True
        self._watch()

    def take_sources(self) -> tuple[int, int]:
        """The pipe's write end twice, for the main process' two outputs; who takes them closes them. Only once."""
        source, self._source = self._source, None
        if source is None:
            raise ValueError("the log's sources were taken before")
        return source, os.dup(source)

    async def grown(self) -> None:
        """Returns after the next write, at once when the log is complete."""
        if self._open:
            await asyncio.shield(self._grown)

    def finish(self) -> None:
        """Writes what is still in the pipe, then closes. The processes have ended."""
        if not self._open:
            return
        while self._read():
            pass
        self.close()

    def close(self) -> None:
        """Closes the file; a last line without its end counts as a part, as in containerd."""
        if not self._open:
            return
        if self._rest:
            self._write(now() + b" stdout P " + self._rest + b"\n")
        self._open = False
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._read_end)
        os.close(self._read_end)
        if self._source is not None:
            os.close(self._source)
        self._file.close()
        self._grown.set_result(None)

    def _watch(self) -> None:
        self._loop.add_reader(self._read_end, self._on_readable)

    def _on_readable(self) -> None:
        self._loop.remove_reader(self._read_end)
        if self._read():
            self._timer = self._loop.call_later(_PAUSE_SECONDS, self._watch)

    def _read(self) -> bool:
        """Reads once; whether there may be more."""
        try:
            data = os.read(self._read_end, _READ_BYTES)
        except BlockingIOError:
            return False
        records, self._rest = log_records(self._rest + data, now())
        if records:
            self._write(records)
            grown, self._grown = self._grown, self._loop.create_future()
            grown.set_result(None)
        return bool(data)

    def _write(self, records: bytes) -> None:
        if self._size + len(records) > MAX_FILE_BYTES and self._size:
            self._file.close()
            self.path.replace(self.path.with_name(self.path.name + ".1"))
            self._file = self.path.open("ab", buffering=0)
            self._size = 0
        # A full disk loses log lines; it does not stop the Pod.
        with contextlib.suppress(OSError):
            self._size += self._file.write(records)
