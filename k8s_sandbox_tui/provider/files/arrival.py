"""What a sandbox sends on its way to this machine: taken in a thread, and checked against its checksum."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from k8s_sandbox_tui.provider.files.checksum import Checksum
from k8s_sandbox_tui.provider.files.errors import FileTransferError
from k8s_sandbox_tui.provider.files.faults import FAILED, fault_error
from k8s_sandbox_tui.provider.files.paths import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.provider.files.output import MarkedOutput
    from k8s_sandbox_tui.provider.files.transfer import Meter

BATCH: Final = 1 << 20
"""Bytes that are handed to the thread at once, at least."""

_HEADER: Final = re.compile(
    rb"(?:d (?P<files>[0-9]{1,15}) (?P<bytes>[0-9]{1,18})"
    rb"|f (?P<size>[0-9]{1,18}) (?P<mode>[0-9a-f]{1,8}) (?P<time>-?[0-9]{1,18}))\n"
)
_LONGEST_HEADER: Final = 80
_HARMLESS: Final = (
    "file changed as we read it",
    "removed before we read it",
    "socket ignored",
    "unknown file type",
    "error exit delayed from previous errors",
)
"""What `tar` complains of although the archive is whole: the tree was in use, or has sockets."""


class FileHeader(NamedTuple):
    """A file is coming."""

    size: int
    """0: it does not say."""
    mode: int
    modified: int


class TreeHeader(NamedTuple):
    """A tar archive is coming."""

    files: int
    size: int


class Arrival:
    """The output of `transfer_scripts.FETCH`, or of a script like it."""

    def __init__(self, output: MarkedOutput, path: str, meter: Meter) -> None:
        self.path = path
        self.meter = meter
        self._output = output
        self._first = b""

    async def header(self) -> FileHeader | TreeHeader:
        """What is coming.

        Raises:
            FileTransferError: The sandbox answers something else.
            SandboxError: As `MarkedOutput`.
        """
        known = b""
        while b"\n" not in known and len(known) < _LONGEST_HEADER:
            pieces = await self._output.next_pieces()
            if pieces is None:
                break
            known = b"".join([known, *pieces])
        found = _HEADER.match(known)
        if found is None:
            raise self.broken("the sandbox's answer cannot be read")
        self._first = known[found.end() :]
        if found["files"] is not None:
            return TreeHeader(int(found["files"]), int(found["bytes"]))
        return FileHeader(int(found["size"]), int(found["mode"], 16) & 0o777, int(found["time"]))

    async def receive(self, take: Callable[[bytes], None]) -> None:
        """Hands everything on, in a thread, while more of it arrives; then checks its checksum.

        Args:
            take: Called in the thread with one batch after the other.

        Raises:
            FileTransferError: The checksum is another one.
            SandboxError: As `MarkedOutput`, and whatever `take` raises.
        """
        checksum = Checksum()

        def work(pieces: list[bytes]) -> None:
            batch = b"".join(pieces)
            checksum.update(batch)
            take(batch)

        loop = asyncio.get_running_loop()
        busy: asyncio.Future[None] | None = None
        waiting, size, ended = [self._first], len(self._first), False
        try:
            while not ended:
                pieces = await self._output.next_pieces()
                ended = pieces is None
                if pieces is not None:
                    waiting += pieces
                    size += sum(map(len, pieces))
                if size >= BATCH or ended:
                    if busy is not None:
                        await busy
                        self.meter.tell()
                    busy = loop.run_in_executor(None, work, waiting)
                    waiting, size = [], 0
            if busy is not None:
                await busy
        finally:
            # What is cleaned up next must not be in use by the thread.
            if busy is not None:
                await asyncio.wait({busy})
        self.meter.tell()
        if self._output.behind.split()[:1] != [str(checksum.value)]:
            raise self.broken("its checksum is another one")

    def check_tar(self) -> None:
        """Looks whether what `tar` said leaves the archive whole.

        Raises:
            FileError: It does not.
        """
        code = self._output.behind.split()[1:]
        said = self._output.stderr
        lines = said.splitlines()
        harmless = lines and all(any(words in line for words in _HARMLESS) for line in lines)
        if code != ["000"] and not (code == ["001"] and harmless):
            raise fault_error(FAILED, said, self.path)

    def broken(self, why: str) -> FileTransferError:
        """The error for what did not arrive whole."""
        msg = f"{shown(self.path)} did not arrive whole: {why}."
        return FileTransferError(msg, path=self.path, hint="Nothing was replaced by it; try again.")
