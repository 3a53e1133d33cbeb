"""Reading a file of a sandbox, piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from k8s_sandbox_tui.provider.files import scripts
from k8s_sandbox_tui.provider.files.faults import TOO_LARGE, fault_error
from k8s_sandbox_tui.provider.files.output import MarkedOutput, open_output
from k8s_sandbox_tui.provider.files.runner import nonce

if TYPE_CHECKING:
    from types import TracebackType

    from k8s_sandbox_tui.provider.files.runner import Runner

_SCRIPT: Final = scripts.PRELUDE + scripts.READ


class FileReader:
    """A file that is read; `read_stream` makes it. An async iterator over its content, in pieces of any size.

    As a context manager it ends the reading on leaving, wherever that is.
    """

    def __init__(self, output: MarkedOutput) -> None:
        self._output = output
        self._first = b""
        self._ended = False

    async def peek(self) -> None:
        """Waits until it is known whether the file can be read, and keeps what has been read with that.

        Raises:
            FileError: It cannot.
            SandboxError: As for any command.
        """
        self._first = await self._next()

    def __aiter__(self) -> Self:
        """Its content from where it is; ends with the file."""
        return self

    async def __anext__(self) -> bytes:
        """The next piece.

        Raises:
            FileError: It cannot be read to its end.
            SandboxError: As for any command.
        """
        piece, self._first = self._first, b""
        if not piece and not self._ended:
            piece = await self._next()
        if not piece:
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        """Ends the reading. May be called again."""
        self._ended = True
        await self._output.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended = True
        await self._output.__aexit__(kind, error, traceback)

    async def _next(self) -> bytes:
        """Some content; nothing at the end."""
        while not self._ended:
            pieces = await self._output.next_pieces()
            if pieces is None:
                self._ended = True
            elif piece := b"".join(pieces):
                return piece
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
    limit = "" if max_bytes is None else str(max_bytes)
    reader = FileReader(await open_output(runner, _SCRIPT, path, limit, mark, path=path, mark=mark, timeout=timeout))
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
