"""Reading a file of a sandbox, piece by piece, to an end that is known to be its end."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final, Self

from k8s_sandbox_tui.provider.files import scripts
from k8s_sandbox_tui.provider.files.errors import FileTransferError
from k8s_sandbox_tui.provider.files.faults import TOO_LARGE, fault_error
from k8s_sandbox_tui.provider.files.paths import shown
from k8s_sandbox_tui.provider.files.runner import conclude, moving, nonce

if TYPE_CHECKING:
    from types import TracebackType

    from k8s_sandbox_tui.provider.exec.running import RunningCommand
    from k8s_sandbox_tui.provider.files.runner import Runner

_SCRIPT: Final = scripts.PRELUDE + scripts.READ


class FileReader:
    """A file that is read; `read_stream` makes it. An async iterator over its content, in pieces of any size.

    As a context manager it ends the reading on leaving, wherever that is.
    """

    def __init__(self, running: RunningCommand, stack: contextlib.AsyncExitStack, path: str, mark: bytes) -> None:
        self._running = running
        self._stack = stack
        self._path = path
        self._mark = mark
        self._tail = b""
        self._first = b""
        self._stderr = bytearray()
        self._ended = False

    async def peek(self) -> None:
        """Waits until it is known whether the file can be read, and keeps what has been read with that.

        Raises:
            FileError: It cannot.
            SandboxError: As for any command.
        """
        while not self._first and not self._ended:
            self._first = await self._next_piece()

    def __aiter__(self) -> Self:
        """Its content from where it is; ends with the file."""
        return self

    async def __anext__(self) -> bytes:
        """The next piece.

        Raises:
            FileError: It cannot be read to its end.
            SandboxError: As for any command.
        """
        if self._first:
            first, self._first = self._first, b""
            return first
        while not self._ended:
            piece = await self._next_piece()
            if piece:
                return piece
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Ends the reading. May be called again."""
        self._ended = True
        await self._stack.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended = True
        await self._stack.__aexit__(kind, error, traceback)

    async def _next_piece(self) -> bytes:
        """Some content; nothing at the end, or where only the mark may have come."""
        async with moving(self._path):
            async for chunk in self._running:
                if chunk.stream == "stderr":
                    self._stderr += chunk.data
                    continue
                known = self._tail + chunk.data
                self._tail = known[-len(self._mark) :]
                return known[: -len(self._mark)]
        self._ended = True
        try:
            await conclude(self._running, self._stderr, self._path)
        finally:
            await self._stack.aclose()
        if self._tail != self._mark:
            msg = f"The content of {shown(self._path)} was cut short on its way."
            raise FileTransferError(msg, path=self._path, hint="Try again.")
        return b""


async def open_reader(
    runner: Runner, path: str, *, max_bytes: int | None = None, timeout: int | None = None
) -> FileReader:
    """Opens a file; that it can be read is known when this returns.

    Raises:
        FileError: It cannot be read, or is larger than `max_bytes`.
        SandboxError: As for any command.
    """
    mark = nonce()
    async with contextlib.AsyncExitStack() as stack:
        limit = "" if max_bytes is None else str(max_bytes)
        running = await stack.enter_async_context(runner.start(_SCRIPT, path, limit, mark, path=path, timeout=timeout))
        reader = FileReader(running, stack.pop_all(), path, mark.encode())
    try:
        await reader.peek()
    except BaseException:
        await reader.aclose()
        raise
    return reader


async def read_bytes(runner: Runner, path: str, *, max_bytes: int | None, timeout: int | None) -> bytes:
    """The whole content.

    Raises:
        FileError: It cannot be read, or is larger than `max_bytes`.
        SandboxError: As for any command.
    """
    content = bytearray()
    async with await open_reader(runner, path, max_bytes=max_bytes, timeout=timeout) as reader:
        async for piece in reader:
            content += piece
            if max_bytes is not None and len(content) > max_bytes:
                # Files of /proc do not say their size.
                raise fault_error(TOO_LARGE, "", path)
    return bytes(content)
