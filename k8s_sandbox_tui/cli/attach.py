"""A command that runs in a sandbox, joined with the standard files of this process."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Literal, Protocol

from k8s_sandbox_tui.cli import output, terminal
from k8s_sandbox_tui.cli.standard_input import StandardInput
from k8s_sandbox_tui.cli.standard_output import StandardOutput
from k8s_sandbox_tui.provider.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Coroutine

_DESCRIPTORS = {"stdout": 1, "stderr": 2}


class Piece(Protocol):
    """Some bytes of output."""

    @property
    def stream(self) -> Literal["stdout", "stderr"]:
        """Which of the two they came out of."""
        ...

    @property
    def data(self) -> bytes:
        """At least one byte."""
        ...


class Attachable(Protocol):
    """A command that runs; the provider's `RunningCommand` is one."""

    def __aiter__(self) -> AsyncIterator[Piece]: ...

    async def wait(self) -> int:
        """Its exit code."""
        ...

    async def send_stdin(self, data: bytes, /) -> None:
        """Sends input."""
        ...

    async def close_stdin(self) -> None:
        """Ends its input."""
        ...

    async def resize(self, columns: int, rows: int, /) -> None:
        """Sets the size of its terminal."""
        ...


async def attach(running: Attachable, *, stdin: bool, tty: bool) -> int:
    """Joins a command with this process's files until it ends; with both, keys go to it as they are.

    Args:
        running: The command.
        stdin: Whether it gets standard input.
        tty: Whether it has a terminal, which then follows the size of this one.

    Returns:
        Its exit code.

    Raises:
        SandboxError: There is none: the connection is lost, or the sandbox gone.
        OutputError: The output cannot be written.
    """
    standard_output = StandardOutput()
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(standard_output.close)
        if stdin and tty:
            stack.enter_context(terminal.raw_input())
        if stdin:
            await stack.enter_async_context(_in_background(_feed(running)))
        if tty:
            await stack.enter_async_context(_resizing(running))
        async for chunk in running:
            await standard_output.write(_DESCRIPTORS[chunk.stream], chunk.data)
        await standard_output.flush()
        return await running.wait()


async def _feed(running: Attachable) -> None:
    """Passes standard input on to its end. What goes wrong with the command shows in its output and status."""
    try:
        with contextlib.suppress(SandboxError):
            async for data in StandardInput().chunks():
                await running.send_stdin(data)
    except OSError as error:
        output.note(f"error: cannot read standard input: {error.strerror}")
    with contextlib.suppress(SandboxError):
        await running.close_stdin()


@contextlib.asynccontextmanager
async def _resizing(running: Attachable) -> AsyncGenerator[None]:
    """Tells the command of each new size of the terminal; of several in a row the last one counts."""
    changed = asyncio.Event()

    async def follow() -> None:
        with contextlib.suppress(SandboxError):
            while await changed.wait():
                changed.clear()
                now = terminal.size()
                if now is not None:
                    await running.resize(*now)

    with terminal.watched_size(changed.set):
        async with _in_background(follow()):
            yield


@contextlib.asynccontextmanager
async def _in_background(work: Coroutine[object, None, None]) -> AsyncGenerator[None]:
    """Runs a coroutine beside the body and cancels it at the body's end."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
