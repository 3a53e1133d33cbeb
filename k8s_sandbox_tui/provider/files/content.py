"""Content on its way to a file in a sandbox: in frames, so that a part of it cannot be taken for the whole."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.files.checksum import Checksum
from k8s_sandbox_tui.provider.files.runner import conclude, moving

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.exec.running import RunningCommand

FRAME: Final = 1 << 20
"""Bytes of a frame that is filled before it is sent, and of what is sent at once."""

LONG_FRAME: Final = 16 << 20
"""Bytes of a frame where it is known that there will be so many: the sandbox starts some processes for each."""

FINISH_SECONDS: Final = 600.0
"""How long the sandbox may take over what it has received, such as giving many files their names."""

Data = bytes | bytearray | memoryview
Content = Data | Iterable[bytes] | AsyncIterable[bytes]
"""What a file is filled from."""


class FrameWriter:
    """Sends content to a script that takes frames (`scripts.FRAMES`), and then what size and checksum it has."""

    def __init__(self, running: RunningCommand, path: str, *, summed: bool, size: int | None = None) -> None:
        """Begins with nothing.

        Args:
            running: The script.
            path: What a failure is about.
            summed: Whether it wants a checksum.
            size: Bytes that will come, neither more nor fewer; None: not known.
        """
        self._running = running
        self._path = path
        self._checksum = Checksum() if summed else None
        self._coming = size
        self._room = 0
        self._waiting = bytearray()
        self.size = 0

    async def write(self, data: Data) -> None:
        """Takes some content; where the size is not known, it is sent when a frame is full."""
        view = memoryview(data).cast("B")
        self.size += len(view)
        if self._coming is not None:
            await self._write_long(view, self._coming)
            return
        if self._waiting:
            room = FRAME - len(self._waiting)
            self._waiting += view[:room]
            view = view[room:]
            if len(self._waiting) < FRAME:
                return
            waiting, self._waiting = self._waiting, bytearray()
            await self._send_frame(waiting)
        while len(view) >= FRAME:
            await self._send_frame(view[:FRAME])
            view = view[FRAME:]
        self._waiting += view

    async def end(self) -> None:
        """Sends what is left, and what it all has to be."""
        if self._waiting:
            await self._send_frame(self._waiting)
        if self._coming is not None and self.size != self._coming:
            raise self._other_size(self._coming)
        checksum = f" {self._checksum.value}" if self._checksum is not None else ""
        async with moving(self._path):
            await self._running.send_stdin(f"0\n{self.size}{checksum}\n".encode())

    async def _write_long(self, view: memoryview, coming: int) -> None:
        """In frames that are opened before their content is there."""
        if self.size > coming:
            raise self._other_size(coming)
        while view:
            head = b""
            if not self._room:
                self._room = min(LONG_FRAME, coming - self.size + len(view))
                head = b"%d\n" % self._room
            size = min(self._room, FRAME)
            piece, view = view[:size], view[size:]
            self._room -= len(piece)
            await self._send(head, piece)

    def _other_size(self, coming: int) -> ValueError:
        return ValueError(f"{self.size} bytes of content where there were to be {coming}")

    async def _send_frame(self, frame: Data) -> None:
        await self._send(b"%d\n" % len(frame), frame)

    async def _send(self, head: bytes, piece: Data) -> None:
        content = bytes(piece)
        summing: asyncio.Future[None] | None = None
        if self._checksum is not None:
            # In a thread: much of the work does not need the interpreter, and sending need not wait for it.
            summing = asyncio.get_running_loop().run_in_executor(None, self._checksum.update, content)
        async with moving(self._path):
            if head:
                await self._running.send_stdin(head)
            await self._running.send_stdin(content)
            if summing is not None:
                await summing


async def parts(content: Content) -> AsyncIterator[Data]:
    """The content in pieces.

    Raises:
        InvalidArgumentError: It is not bytes, or a piece of it is not.
    """
    if isinstance(content, bytes | bytearray | memoryview):
        yield _checked(content)
    elif isinstance(content, AsyncIterable):
        async for part in content:
            yield _checked(part)
    else:
        for part in content:
            yield _checked(part)


async def send_content(
    running: RunningCommand,
    path: str,
    fill: Callable[[FrameWriter], Awaitable[None]],
    *,
    summed: bool,
    size: int | None = None,
    parents: bool = False,
    finish: float = FINISH_SECONDS,
) -> bytes:
    """Sends content to a script, which may end before it has all, and waits for the script's end; its output.

    Args:
        running: The script; where this raises, the caller's context kills it.
        path: What a failure is about.
        fill: Writes the content.
        summed: Whether a checksum goes with it.
        size: Bytes that `fill` will write, exactly; None: not known.
        parents: Whether the directories on the way could be what is missing.
        finish: Seconds that the script may take after it has everything.

    Raises:
        FileError: The script failed, or nothing moved.
        SandboxError: As for any command.
    """
    writer = FrameWriter(running, path, summed=summed, size=size)
    output, stderr = bytearray(), bytearray()

    async def send() -> None:
        await fill(writer)
        await writer.end()

    async def receive() -> None:
        async for chunk in running:
            (output if chunk.stream == "stdout" else stderr).extend(chunk.data)

    sending, receiving = asyncio.create_task(send()), asyncio.create_task(receive())
    try:
        await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
        async with moving(path, finish):
            await asyncio.wait({receiving})
    finally:
        for task in (sending, receiving):
            task.cancel()
        await asyncio.wait({sending, receiving})
        with contextlib.suppress(asyncio.CancelledError):
            sending.exception()
    receiving.result()
    # Of a tree, the script says which of its files it cannot place.
    await conclude(running, stderr, path + output.decode("utf-8", "surrogateescape"), parents=parents)
    return bytes(output)


def _checked(part: object) -> Data:
    if isinstance(part, bytes | bytearray):
        return part
    if isinstance(part, memoryview):
        return part.cast("B")
    msg = f"Content must be bytes, not {type(part).__name__}."
    raise InvalidArgumentError(msg, hint="Encode text, or use write_file for it.")
