"""`exec`: a command in a sandbox, with its bytes, its exit code and, if asked for, a terminal."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import output, terminal
from k8s_sandbox_tui.cli.lookup import find
from k8s_sandbox_tui.cli.standard_input import StandardInput
from k8s_sandbox_tui.cli.standard_output import StandardOutput
from k8s_sandbox_tui.provider.errors import InvalidArgumentError, SandboxError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine

    from k8s_sandbox_tui.cli.arguments import Exec
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.exec.running import RunningCommand
    from k8s_sandbox_tui.provider.sandbox import Sandbox

_DESCRIPTORS = {"stdout": 1, "stderr": 2}


async def exec_command(verb: Exec, compute: Compute) -> int:
    """Runs the command and returns its own exit code. Cancelling ends the command in the sandbox as well."""
    if verb.stdin and verb.tty and not output.is_terminal(0):
        raise InvalidArgumentError(
            "-it needs a terminal, and standard input is none.", hint="Use -i alone to pass a pipe or a file on."
        )
    sandbox = await find(compute, verb.id)
    if verb.background:
        return await _start_in_background(verb, sandbox)
    running = await sandbox.start_command(
        verb.command,
        cwd=verb.cwd or None,
        env=dict(verb.env) or None,
        stdin=verb.stdin,
        tty=verb.tty,
        size=terminal.size() if verb.tty else None,
        timeout=verb.timeout,
    )
    async with running:
        if verb.stdin and verb.tty:
            with terminal.raw_input():
                return await _attach(verb, running)
        return await _attach(verb, running)


async def _start_in_background(verb: Exec, sandbox: Sandbox) -> int:
    result = await sandbox.run_command(verb.command, cwd=verb.cwd or None, env=dict(verb.env) or None, background=True)
    if result.exit_code == 0:
        output.note(f"Started. Its output: exec {sandbox.sandbox_id} -- cat /tmp/computesdk-bg.log")
    return result.exit_code


async def _attach(verb: Exec, running: RunningCommand) -> int:
    """Joins the command with this process's files until it ends."""
    standard_output = StandardOutput()
    async with contextlib.AsyncExitStack() as stack:
        if verb.stdin:
            await stack.enter_async_context(_in_background(_feed(running)))
        if verb.tty:
            await stack.enter_async_context(_resizing(running))
        async for chunk in running:
            await standard_output.write(_DESCRIPTORS[chunk.stream], chunk.data)
        await standard_output.flush()
        return await running.wait()


async def _feed(running: RunningCommand) -> None:
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
async def _resizing(running: RunningCommand) -> AsyncGenerator[None]:
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
