"""A command that runs: its output as it arrives, its input, its end."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Final, Self

import msgspec

from k8s_sandbox_tui.provider.errors import CommandError, InvalidArgumentError, SandboxError
from k8s_sandbox_tui.provider.exec.arguments import check_size
from k8s_sandbox_tui.provider.exec.capture import MAX_OUTPUT
from k8s_sandbox_tui.provider.exec.kill import start_kill
from k8s_sandbox_tui.provider.exec.outcome import exit_code_of, timeout_error
from k8s_sandbox_tui.provider.exec.protocol import Closed, Stream

if TYPE_CHECKING:
    from types import TracebackType

    from k8s_sandbox_tui.provider.exec.driver import ExecStream
    from k8s_sandbox_tui.provider.exec.patience import Patience
    from k8s_sandbox_tui.provider.exec.shell import ExecPlan
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget

_AHEAD: Final = 1024 * 1024
"""Bytes that are read ahead of the iteration; then the command waits, as with a full pipe."""


class OutputChunk(msgspec.Struct, frozen=True, gc=False):
    """Some bytes of a command's output; a character may be split over two of them."""

    stream: Stream
    data: bytes


class RunningCommand:
    """A command that was started; `Sandbox.start_command` makes it.

    Iterate it for its output and then `wait` for its exit code. As a context manager it kills the command on leaving,
    where that still runs. Cancelling a `wait` or an iteration does not kill it.
    """

    def __init__(
        self,
        connection: ExecConnection,
        target: ExecTarget,
        plan: ExecPlan,
        stream: ExecStream,
        *,
        started: float,
        seconds: float | None,
        patience: Patience,
    ) -> None:
        self._connection = connection
        self._target = target
        self._plan = plan
        self._stream = stream
        self._patience = patience
        self._started = started
        self._seconds = seconds
        self._duration: float | None = None
        self._chunks: deque[OutputChunk] = deque()
        self._size = 0
        self._limit = _AHEAD
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._ended = asyncio.Event()
        self._killing: asyncio.Task[str] | None = None
        self._leaving: asyncio.Task[str] | None = None
        self._timed_out = False
        self._input_open = plan.takes_input
        self._result: int | SandboxError | None = None
        self._begin = asyncio.create_task(self._send_begin())
        self._pump = asyncio.create_task(self._take_output())
        self._timer: asyncio.TimerHandle | asyncio.Task[str] | None = None
        if seconds is not None:
            left = max(started + seconds - time.monotonic(), 0.0)
            self._timer = asyncio.get_running_loop().call_later(left, self._time_out)

    @property
    def duration_ms(self) -> int:
        """Milliseconds since its start, or of its whole run."""
        duration = time.monotonic() - self._started if self._duration is None else self._duration
        return round(duration * 1000)

    def __aiter__(self) -> Self:
        """Its output as it arrives; ends with the command, however that ended: `wait` tells."""
        return self

    async def __anext__(self) -> OutputChunk:
        if not await self._has_output():
            raise StopAsyncIteration
        chunk = self._chunks.popleft()
        self._size -= len(chunk.data)
        self._room.set()
        return chunk

    async def next_chunks(self) -> list[OutputChunk]:
        """All of its output that is there, as soon as there is some; nothing at the end. For much output."""
        await self._has_output()
        chunks = list(self._chunks)
        self._chunks.clear()
        self._size = 0
        self._room.set()
        return chunks

    async def wait(self) -> int:
        """Waits for its end; may be called again.

        Output that has not been iterated stays to be: up to 32 MiB of it, what comes after is dropped.

        Returns:
            Its exit code, 128+n where signal n ended it.

        Raises:
            CommandTimeoutError: It outlived its timeout; carries the output that was not iterated.
            CommandStartError: The runtime could not start it.
            SandboxGoneError: The sandbox ended before it.
            ConnectionLostError: The connection ended before its status came.
            CommandError: The runtime failed otherwise.
        """
        self._limit = MAX_OUTPUT
        self._room.set()
        await asyncio.wait({self._pump})
        if isinstance(self._result, int):
            return self._result
        if self._result is not None:
            raise self._result
        await self._pump
        msg = "The command was not followed to its end."
        raise CommandError(msg)

    async def send_stdin(self, data: bytes) -> None:
        """Sends input; waits while the command does not take it. After the command's end it goes nowhere.

        Raises:
            InvalidArgumentError: It was started without input, or its input was closed.
        """
        self._check_input()
        await asyncio.wait({self._begin})
        await self._stream.send(data)

    async def close_stdin(self) -> None:
        """Ends its input. With a terminal nothing happens, as in Kubernetes: send the terminal's own end, Ctrl-D.

        Raises:
            InvalidArgumentError: It was started without input, or its input was closed.
        """
        self._check_input()
        self._input_open = False
        await asyncio.wait({self._begin})
        await self._stream.end_input()

    async def resize(self, columns: int, rows: int) -> None:
        """Sets the size of its terminal; does nothing without one.

        Raises:
            InvalidArgumentError: Not a size.
        """
        check_size((columns, rows))
        await self._stream.resize(columns, rows)

    async def kill(self) -> None:
        """Kills its processes: TERM, and KILL two seconds later to those that are left. Returns when it has ended.

        Raises:
            CommandError: It may still run; the message says why.
        """
        fault = await self._kill()
        if fault:
            msg = f"The command could not be killed and may still run: {fault}."
            raise CommandError(msg)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is not None and issubclass(kind, asyncio.CancelledError):
                # Who cancels wants to go on; the kill does so by itself.
                self._leaving = asyncio.create_task(self._kill())
                await asyncio.wait({self._leaving}, timeout=self._patience.cancel)
            else:
                await self._kill()
        finally:
            await self._stream.aclose()

    async def _has_output(self) -> bool:
        """Waits for output that was not iterated; False when there will be none."""
        while not self._chunks:
            if self._ended.is_set():
                return False
            self._changed.clear()
            await self._changed.wait()
        return True

    def _check_input(self) -> None:
        if not self._input_open:
            msg = "The command has no open input."
            raise InvalidArgumentError(msg, hint="Start it with stdin=True, and send before closing.")

    async def _send_begin(self) -> None:
        if self._plan.stdin:
            await self._stream.begin()
            if not self._input_open:
                await self._stream.end_input()

    async def _take_output(self) -> None:
        try:
            while not isinstance(event := await self._stream.read(), Closed):
                chunk = OutputChunk(event.stream, bytes(event.data))
                if self._limit < MAX_OUTPUT or self._size < MAX_OUTPUT:
                    self._chunks.append(chunk)
                    self._size += len(chunk.data)
                    self._changed.set()
                while self._size >= self._limit < MAX_OUTPUT:
                    self._room.clear()
                    await self._room.wait()
            self._duration = time.monotonic() - self._started
            await self._conclude(event)
        finally:
            await self._stream.aclose()
            self._end()

    async def _conclude(self, closed: Closed) -> None:
        stdout, stderr = self._unread("stdout"), self._unread("stderr")
        if self._timed_out:
            fault = self._killing.result() if self._killing is not None and self._killing.done() else ""
            self._result = timeout_error(self._seconds, fault, stdout, stderr)
            return
        try:
            self._result = await exit_code_of(
                closed,
                connection=self._connection,
                target=self._target,
                gone=self._stream.gone,
                killed=self._killing is not None,
                stdout=stdout,
                stderr=stderr,
            )
        except SandboxError as error:
            self._result = error

    def _end(self) -> None:
        if self._duration is None:
            self._duration = time.monotonic() - self._started
        if self._timer is not None:
            self._timer.cancel()
        self._begin.cancel()
        self._ended.set()
        self._changed.set()

    def _unread(self, stream: Stream) -> str:
        return b"".join(chunk.data for chunk in self._chunks if chunk.stream == stream).decode("utf-8", "replace")

    def _time_out(self) -> None:
        self._timed_out = True
        self._timer = asyncio.create_task(self._kill())

    async def _kill(self) -> str:
        """Kills it once, and waits until it has ended; returns why it may still run, or nothing."""
        if self._ended.is_set():
            return ""
        if self._killing is None:
            self._killing = start_kill(self._connection, self._target, self._plan, self._patience)
        self._limit = MAX_OUTPUT
        self._room.set()
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({ended, self._killing}, timeout=self._patience.kill, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({ended}, timeout=self._patience.last_words)
        finally:
            ended.cancel()
        if not self._ended.is_set():
            await self._stream.aclose()
            await self._ended.wait()
        return self._killing.result() if self._killing.done() else ""
