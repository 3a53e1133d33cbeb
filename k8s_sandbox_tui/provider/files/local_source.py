"""Reads files of this machine for their way to a sandbox: one file, or a tree as a tar stream.

The sources block; `read_ahead` runs them beside the event loop, one piece ahead of what is sent.
"""

from __future__ import annotations

import asyncio
import os
import stat
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.provider.files import tar_writer
from k8s_sandbox_tui.provider.files.content import FRAME
from k8s_sandbox_tui.provider.files.errors import LocalFileError
from k8s_sandbox_tui.provider.files.local_tree import LocalEntry, local_error
from k8s_sandbox_tui.provider.files.transfer import SkippedEntry

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Iterable, Iterator
    from pathlib import Path

    from k8s_sandbox_tui.provider.files.transfer import Meter

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class Source(Protocol):
    """What can be read in pieces."""

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        ...

    def close(self) -> None:
        """Closes what is open."""
        ...


class FileSource:
    """One regular file; what is added to it meanwhile does not count."""

    def __init__(self, path: Path, meter: Meter, name: str, *, follow: bool = True) -> None:
        """Opens it.

        Raises:
            LocalFileError: It cannot be read, or is no regular file.
        """
        self._path = path
        self._meter = meter
        self._name = name
        try:
            self._file = os.open(path, _READ if follow else _READ | _NO_LINK)
        except OSError as error:
            raise local_error(error, path) from error
        self.status = os.fstat(self._file)
        self._left = self.status.st_size
        if not stat.S_ISREG(self.status.st_mode):
            self.close()
            msg = f"{str(path)!r} on this machine is not a regular file."
            raise LocalFileError(msg, path=str(path), hint="Read it yourself and use write_stream.")

    def read(self, size: int) -> bytes:
        """The next piece; raises LocalFileError."""
        self._meter.path = self._name
        try:
            data = os.read(self._file, min(size, self._left))
        except OSError as error:
            raise local_error(error, self._path) from error
        if not data and self._left:
            msg = f"{str(self._path)!r} on this machine became shorter while it was sent."
            raise LocalFileError(msg, path=str(self._path), hint="Try again when nothing writes to it.")
        self._left -= len(data)
        self._meter.bytes += len(data)
        return data

    def close(self) -> None:
        """Closes it; may be called again."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class TreeSource:
    """A tree as a tar stream. Symbolic links go as links, with the target they have; they are never followed."""

    def __init__(self, root: Path, entries: Iterable[LocalEntry], meter: Meter) -> None:
        self._root = root
        self._meter = meter
        self._stream = self._pieces(entries)
        self._ahead = b""
        self.skipped: list[SkippedEntry] = []

    def read(self, size: int) -> bytes:
        """The next piece; raises LocalFileError."""
        parts, length = [self._ahead], len(self._ahead)
        while length < size:
            piece = next(self._stream, b"")
            if not piece:
                break
            parts.append(piece)
            length += len(piece)
        whole = b"".join(parts)
        self._ahead = whole[size:]
        return whole[:size]

    def close(self) -> None:
        """Closes what is open; may be called again."""
        self._stream.close()

    def _pieces(self, entries: Iterable[LocalEntry]) -> Generator[bytes]:
        for entry in entries:
            if entry.type == "other":
                self.skipped.append(SkippedEntry(path=entry.path, reason="a device, a pipe or a socket"))
            elif entry.type == "file":
                yield from self._file(entry)
            else:
                yield tar_writer.header(entry)
        yield tar_writer.END

    def _file(self, entry: LocalEntry) -> Iterator[bytes]:
        source = FileSource(self._root / entry.path, self._meter, entry.path, follow=False)
        try:
            status = source.status
            mode = stat.S_IMODE(status.st_mode)
            yield tar_writer.header(LocalEntry(entry.path, "file", status.st_size, mode, status.st_mtime_ns))
            while data := source.read(FRAME):
                yield data
            yield tar_writer.padding(status.st_size)
            self._meter.files += 1
        finally:
            source.close()


async def read_ahead(source: Source) -> AsyncGenerator[bytes]:
    """The pieces of a source, each a frame but the last; the next one is read while one is used. Closes the source."""
    reading = asyncio.create_task(asyncio.to_thread(source.read, FRAME))
    try:
        while True:
            # Not awaited itself: it must not be cancelled under the thread that reads.
            await asyncio.wait({reading})
            piece = reading.result()
            if not piece:
                return
            reading = asyncio.create_task(asyncio.to_thread(source.read, FRAME))
            yield piece
    finally:
        await asyncio.wait({reading})
        reading.exception()
        source.close()
