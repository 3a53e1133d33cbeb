"""The main process' output as a bounded file in the format of the Container Runtime Interface."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_LINE_BYTES = 16 * 1024
"""Longer lines are written in parts, as containerd does."""
MAX_FILE_BYTES = 10 * 1024 * 1024
"""The kubelet's default of containerLogMaxSize."""


def log_records(data: bytes, stamp: bytes, stream: bytes) -> tuple[bytes, bytes]:
    """Splits output into records of the log.

    Args:
        data: Output, from the beginning of a line or of a part of one.
        stamp: The time, in RFC 3339 with nanoseconds.
        stream: `stdout` or `stderr`.

    Returns:
        The records, and what follows the last one: less than a line and less than `MAX_LINE_BYTES`.
    """
    full, partial = b"%s %s F " % (stamp, stream), b"%s %s P " % (stamp, stream)
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
    """Writes one log as its output comes."""

    def __init__(self, path: Path) -> None:
        """Opens the file.

        Args:
            path: Where the log is to be; its older part moves to the same name with `.1`.
        """
        self.path = path
        self._older = path.with_name(path.name + ".1")
        self._file = path.open("ab", buffering=0)
        self._size = self._file.tell()
        self._rest: dict[bytes, bytes] = {}
        self._grown = asyncio.get_running_loop().create_future()
        self._open = True

    async def grown(self) -> None:
        """Returns after the next write, at once when the log is complete."""
        if self._open:
            await asyncio.shield(self._grown)

    def write(self, stream: bytes, data: bytes) -> None:
        """Adds what came on `stdout` or `stderr`; the beginning of a line waits for its end."""
        records, self._rest[stream] = log_records(self._rest.get(stream, b"") + data, now(), stream)
        if records:
            self._write(records)
            grown, self._grown = self._grown, asyncio.get_running_loop().create_future()
            grown.set_result(None)

    def close(self) -> None:
        """Closes the file; a last line without its end counts as a part, as in containerd. May be called again."""
        if not self._open:
            return
        for stream, rest in self._rest.items():
            if rest:
                self._write(b"%s %s P %s\n" % (now(), stream, rest))
        self._open = False
        self._file.close()
        self._grown.set_result(None)

    def discard(self) -> None:
        """Deletes both files."""
        self.close()
        self.path.unlink(missing_ok=True)
        self._older.unlink(missing_ok=True)

    def _write(self, records: bytes) -> None:
        if self._size + len(records) > MAX_FILE_BYTES and self._size:
            self._file.close()
            self.path.replace(self._older)
            self._file = self.path.open("ab", buffering=0)
            self._size = 0
        # A full disk loses log lines; it does not stop the Pod.
        with contextlib.suppress(OSError):
            self._size += self._file.write(records)
