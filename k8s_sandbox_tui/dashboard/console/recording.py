"""The whole output of commands, as it came, in files without a name that end with the dashboard."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
import weakref
from array import array
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEMORY = 128 * 1024
"""Bytes of a command's output that need no file."""

MOST = 512 * 1024 * 1024
MOST_IN_ALL = 1024 * 1024 * 1024
SPARE = 256 * 1024 * 1024
"""Bytes that the disk has to have left."""

BLOCK = 1024 * 1024
"""Bytes that are written in one go, off the event loop."""

Stream = Literal["stdout", "stderr"]
_STREAMS: tuple[Stream, Stream] = ("stdout", "stderr")


class Part(NamedTuple):
    """Bytes of one stream."""

    stream: Stream
    data: bytes


class Recording:
    """All that one command has printed, as far as there was room; made by a `Shelf`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()
        self._buffer = bytearray()
        self._lengths = array("Q", [0])
        self.written = 0
        """Bytes of it that are on the disk."""
        self.lost = ""
        """Why what came later is not in it; empty while it is whole."""

    @property
    def size(self) -> int:
        """Bytes in it."""
        return self.written + len(self._buffer)

    async def add(self, stream: Stream, data: bytes) -> None:
        """Take output; waits while a block of it is written."""
        if self.lost:
            return
        # Their lengths are kept for stdout and stderr in turn.
        if _STREAMS[(len(self._lengths) - 1) % 2] == stream:
            self._lengths[-1] += len(data)
        else:
            self._lengths.append(len(data))
        self._buffer += data
        if len(self._buffer) >= (BLOCK if self.written else MEMORY):
            await self._flush()

    def parts(self) -> Iterator[Part]:
        """What is in it now, in the order in which it came, in parts of at most `BLOCK` bytes. Blocks.

        Raises:
            OSError: The file cannot be read, or was dropped meanwhile.
        """
        lengths, written, buffer = list(self._lengths), self.written, bytes(self._buffer)
        position, end, stop = 0, written + len(buffer), 0
        for number, length in enumerate(lengths):
            stop = min(stop + length, end)
            while position < stop:
                if position < written:
                    data = self.read_block(position, min(BLOCK, stop - position, written - position))
                else:
                    data = buffer[position - written : min(stop, position + BLOCK) - written]
                yield Part(_STREAMS[number % 2], data)
                position += len(data)

    def drop(self, reason: str) -> None:
        """Let go of all that is in it, and take no more."""
        self.lost = reason
        self._buffer.clear()
        self._lengths = array("Q", [0])
        self.written = 0
        file, self._file = self._file, None
        if file is not None:
            file.close()

    async def _flush(self) -> None:
        """Write what is in memory to the file; where that fails, it ends with what is there."""
        block = bytes(self._buffer)
        self.lost = self._shelf.refuses(self, len(block))
        if self.lost:
            return
        try:
            await asyncio.to_thread(self._write, block, self.written)
        except (OSError, ValueError) as error:
            # A ValueError is that of a file that was closed meanwhile.
            self.lost = self.lost or (isinstance(error, OSError) and error.strerror) or "the disk cannot be written"
            return
        if not self.lost:
            self.written += len(block)
            del self._buffer[: len(block)]

    def _write(self, block: bytes, position: int) -> None:
        with self._lock:
            if self._file is None:
                self._file = self._shelf.new_file()
                weakref.finalize(self, self._file.close)
            self._shelf.check_room()
            self._file.seek(position)
            rest = memoryview(block)
            while rest:
                rest = rest[self._file.write(rest) :]

    def read_block(self, position: int, size: int) -> bytes:
        """At most so many bytes of what is on the disk, from a place. Blocks.

        Raises:
            OSError: The file cannot be read, or was dropped meanwhile.
        """
        with self._lock:
            if self._file is None:
                raise OSError(0, self.lost)
            self._file.seek(position)
            data = self._file.read(size)
        if not data:
            raise OSError(0, "its file is shorter than it was")
        return data


class Shelf:
    """All recordings, bounded together: the oldest make room."""

    def __init__(self, folder: Path | None = None) -> None:
        """No recordings.

        Args:
            folder: Where the files are made; by default the user's cache folder, as `/tmp` may be memory.
        """
        self._folder = folder
        self._where = tempfile.gettempdir()
        self._recordings: list[weakref.ref[Recording]] = []

    def new(self) -> Recording:
        """An empty recording."""
        recording = Recording(self)
        self._recordings = [known for known in self._recordings if known() is not None]
        self._recordings.append(weakref.ref(recording))
        return recording

    def refuses(self, recording: Recording, size: int) -> str:
        """Why a recording may not write some bytes; empty when it may, for which older ones are dropped."""
        if recording.size > MOST:
            return f"{MOST // 1024**2} MB of one command are kept"
        others = [other for known in self._recordings if (other := known()) is not None and other is not recording]
        total = size + recording.written + sum(other.written for other in others)
        for other in others:
            if total <= MOST_IN_ALL:
                break
            total -= other.written
            if other.written:
                other.drop("the output of later commands took its room")
        return ""

    def new_file(self) -> IO[bytes]:
        """A new file without a name, for its owner alone. Blocks.

        Raises:
            OSError: There is no room or no folder for it.
        """
        folder = self._folder
        if folder is None:
            from platformdirs import user_cache_path

            folder = user_cache_path("k8s-sandbox-tui")
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._where = str(folder) if folder.is_dir() else tempfile.gettempdir()
        return tempfile.TemporaryFile(buffering=0, dir=self._where)

    def check_room(self) -> None:
        """Find out whether there is room. Blocks.

        Raises:
            OSError: The disk is almost full.
        """
        if shutil.disk_usage(self._where).free < SPARE:
            raise OSError(0, "the disk is almost full")
