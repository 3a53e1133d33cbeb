"""What a script prints on its stdout, to an end that is known to be its end."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Self

from k8s_sandbox_tui.provider.files.content import FrameWriter
from k8s_sandbox_tui.provider.files.errors import FileTransferError
from k8s_sandbox_tui.provider.files.paths import shown
from k8s_sandbox_tui.provider.files.runner import MAX_STDERR, conclude, moving

if TYPE_CHECKING:
    from types import TracebackType

    from k8s_sandbox_tui.provider.exec.running import RunningCommand
    from k8s_sandbox_tui.provider.files.runner import Runner


class MarkedOutput:
    """The output of a script in pieces, without the end mark that must follow it, and what stands behind that.

    Servers have been seen to cut output short and report success.
    """

    def __init__(
        self, running: RunningCommand, stack: contextlib.AsyncExitStack, path: str, mark: str, *, behind: int = 0
    ) -> None:
        """Takes the output of a running script.

        Args:
            running: The script.
            stack: What has to be left at the end.
            path: What a failure is about.
            mark: The end mark.
            behind: Characters that follow the mark.
        """
        self._running = running
        self._stack = stack
        self._path = path
        self._mark = mark.encode()
        self._kept = len(self._mark) + behind
        self._tail = b""
        self._stderr = bytearray()

    @property
    def behind(self) -> str:
        """What stood behind the mark; known at the end."""
        return self._tail[len(self._mark) :].decode("ascii", "replace")

    @property
    def stderr(self) -> str:
        """What the script complained of so far; the end of it, where that is much."""
        return self._stderr.decode("utf-8", "replace")

    async def next_pieces(self) -> list[bytes] | None:
        """All the output that is there, which may be none; None at the end.

        Raises:
            FileError: The script failed, or its output was cut short.
            SandboxError: As for any command.
        """
        async with moving(self._path):
            chunks = await self._running.next_chunks()
        if chunks:
            pieces = [self._tail]
            for chunk in chunks:
                if chunk.stream == "stdout":
                    pieces.append(chunk.data)
                else:
                    self._stderr += chunk.data
            del self._stderr[:-MAX_STDERR]
            end = b""
            while pieces and len(end) < self._kept:
                end = pieces.pop() + end
            self._tail = end[-self._kept :]
            pieces.append(end[: -self._kept])
            return pieces
        try:
            await conclude(self._running, self._stderr, self._path)
        finally:
            await self.aclose()
        if not self._tail.startswith(self._mark):
            msg = f"The content of {shown(self._path)} was cut short on its way."
            raise FileTransferError(msg, path=self._path, hint="Try again.")
        return None

    async def aclose(self) -> None:
        """Ends the script, where it still runs. May be called again."""
        await self._stack.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, traceback)


async def open_output(
    runner: Runner,
    script: str,
    *arguments: str,
    path: str,
    mark: str,
    behind: int = 0,
    send: bytes | None = None,
    timeout: int | None = None,
) -> MarkedOutput:
    """Starts a script whose output ends with a mark, and that may take frames while it prints.

    Raises:
        SandboxError: It cannot be started.
    """
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(
            runner.start(script, *arguments, path=path, stdin=send is not None, timeout=timeout)
        )
        if send is not None:
            sending = asyncio.create_task(_send(running, path, send))
            stack.push_async_callback(_end, sending)
        return MarkedOutput(running, stack.pop_all(), path, mark, behind=behind)


async def _send(running: RunningCommand, path: str, content: bytes) -> None:
    writer = FrameWriter(running, path, summed=False)
    await writer.write(content)
    await writer.end()


async def _end(sending: asyncio.Task[None]) -> None:
    """How sending has failed, the output tells."""
    sending.cancel()
    await asyncio.wait({sending})
    if not sending.cancelled():
        sending.exception()
