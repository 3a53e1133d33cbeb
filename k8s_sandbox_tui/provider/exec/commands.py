"""Commands in a sandbox: run one to its end, or start one and hold it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, Iterable
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import InvalidArgumentError, SandboxError
from k8s_sandbox_tui.provider.exec.arguments import check_timeout
from k8s_sandbox_tui.provider.exec.capture import MAX_OUTPUT, Capture
from k8s_sandbox_tui.provider.exec.kill import start_kill
from k8s_sandbox_tui.provider.exec.opening import open_command
from k8s_sandbox_tui.provider.exec.outcome import exit_code_of, timeout_error
from k8s_sandbox_tui.provider.exec.patience import PATIENCE, Patience
from k8s_sandbox_tui.provider.exec.protocol import MAX_STDIN_PAYLOAD, Closed
from k8s_sandbox_tui.provider.exec.running import RunningCommand
from k8s_sandbox_tui.provider.exec.shell import plan_command
from k8s_sandbox_tui.provider.models import CommandResult

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from k8s_sandbox_tui.provider.exec.driver import ExecStream
    from k8s_sandbox_tui.provider.exec.shell import ExecPlan
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget

Input = bytes | str | Iterable[bytes] | AsyncIterable[bytes]
"""What a command can be given on its stdin; text is sent as UTF-8."""


async def run_command(
    connection: ExecConnection,
    target: ExecTarget,
    command: str | Sequence[str],
    *,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
    background: bool = False,
    stdin: Input | None = None,
    on_stdout: Callable[[str], None] | None = None,
    on_stderr: Callable[[str], None] | None = None,
    max_output: int | None = MAX_OUTPUT,
    patience: Patience = PATIENCE,
) -> CommandResult:
    """Runs a command and waits for its end.

    Where this is cancelled, or a callback raises, the command's processes are killed before the error goes on; it waits
    a second for that at most, and a kill that takes longer goes on by itself.

    Args:
        connection: The connection to the cluster.
        target: Where to run it.
        command: Text is run by `/bin/sh`; a sequence is a program with its arguments, run as they are.
        cwd: The working directory; relative to the container's own.
        env: Variables beside those of the container; they reach the whole command. Values do not stand in the URL.
        timeout: Milliseconds after which the command's processes are killed.
        background: Return at once, with exit code 0; the command goes on by itself, its output is in
            `/tmp/computesdk-bg.log` in the sandbox (ComputeSDK's path; a new background command empties it).
        stdin: The command's input, then its end. None: no input.
        on_stdout: Called with each piece of output as it arrives.
        on_stderr: Called with each piece of error output as it arrives.
        max_output: Bytes of output of both streams together that are kept for the result; None: all of it.
            What comes after is dropped from the result, which then says `truncated`; callbacks still get it.
        patience: How long silence is borne.

    Raises:
        InvalidArgumentError: An argument cannot be; no request was made.
        CommandTimeoutError: The timeout came first; carries the output so far.
        CommandStartError: The runtime could not start it.
        SandboxGoneError: The sandbox ended before the command did.
        ConnectionLostError: The connection ended before the command's status came; carries the output so far.
        CommandError: The runtime failed otherwise.
        ApiError: The API server refused.
        TransportError: The API server did not answer.
    """
    seconds = check_timeout(timeout)
    data = stdin.encode() if isinstance(stdin, str) else stdin
    plan = plan_command(command, cwd=cwd, env=env, stdin=data is not None, background=background)
    if background and (on_stdout or on_stderr):
        msg = "A background command's output goes to its log, not to callbacks."
        raise InvalidArgumentError(msg, hint="Read /tmp/computesdk-bg.log with another command.")
    capture = Capture(on_stdout=on_stdout, on_stderr=on_stderr, limit=max_output)
    started = time.monotonic()
    limit = asyncio.timeout(seconds)
    stream: ExecStream | None = None
    try:
        try:
            async with limit:
                stream = await open_command(connection, target, plan, patience)
                closed = await _transfer(stream, plan, data, capture)
                gone = stream.gone
        except BaseException as error:
            if stream is None and isinstance(error, SandboxError):
                raise
            killing = start_kill(connection, target, plan, patience)
            if not (isinstance(error, TimeoutError) and limit.expired()):
                await asyncio.wait({killing}, timeout=patience.cancel)
                raise
            fault = await _last_words(stream, capture, killing, patience)
            capture.finish()
            raise timeout_error(seconds, fault, capture.stdout, capture.stderr) from None
    finally:
        if stream is not None:
            await stream.aclose()
    capture.finish()
    stdout, stderr = capture.stdout, capture.stderr
    exit_code = await exit_code_of(
        closed, connection=connection, target=target, gone=gone, stdout=stdout, stderr=stderr
    )
    return CommandResult(
        stdout=stdout,
        stderr=stderr,
        exit_code=exit_code,
        duration_ms=round((time.monotonic() - started) * 1000),
        truncated=capture.truncated,
    )


async def start_command(
    connection: ExecConnection,
    target: ExecTarget,
    command: str | Sequence[str],
    *,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bool = False,
    tty: bool = False,
    size: tuple[int, int] | None = None,
    timeout: float | None = None,
    patience: Patience = PATIENCE,
) -> RunningCommand:
    """Starts a command and returns its handle.

    Args:
        connection: The connection to the cluster.
        target: Where to run it.
        command: Text is run by `/bin/sh`; a sequence is a program with its arguments, run as they are.
        cwd: The working directory; relative to the container's own.
        env: Variables beside those of the container. With a terminal they pass through a file in `/tmp` that
            only its user can read and that is removed before the command begins.
        stdin: Whether it will be sent input; without, its input is empty.
        tty: Give it a terminal; its error output then comes as output.
        size: The terminal's columns and rows, set before the command begins.
        timeout: Milliseconds after which its processes are killed.
        patience: How long silence is borne.

    Raises:
        InvalidArgumentError: An argument cannot be; no request was made.
        SandboxGoneError: The sandbox has ended.
        ApiError: The API server refused.
        TransportError: The API server did not answer.
        CommandTimeoutError: The timeout came before the command was started.
    """
    seconds = check_timeout(timeout)
    plan = plan_command(command, cwd=cwd, env=env, stdin=stdin, tty=tty, size=size)
    return await start_plan(connection, target, plan, seconds=seconds, patience=patience)


async def start_plan(
    connection: ExecConnection,
    target: ExecTarget,
    plan: ExecPlan,
    *,
    seconds: float | None = None,
    patience: Patience = PATIENCE,
) -> RunningCommand:
    """Starts what is planned, to be killed after so many seconds; raises as `start_command` does."""
    started = time.monotonic()
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            stream = await open_command(connection, target, plan, patience)
    except BaseException as error:
        if isinstance(error, SandboxError):
            raise
        killing = start_kill(connection, target, plan, patience)
        await asyncio.wait({killing}, timeout=patience.cancel)
        if isinstance(error, TimeoutError) and limit.expired():
            raise timeout_error(seconds, "", "", "") from None
        raise
    return RunningCommand(connection, target, plan, stream, started=started, seconds=seconds, patience=patience)


async def _transfer(stream: ExecStream, plan: ExecPlan, data: Input | None, capture: Capture) -> Closed:
    """Sends the input and takes the output, both at once: a command may wait for either."""
    writer: asyncio.Task[None] | None = None
    if plan.stdin:
        small = len(plan.payload) + (len(data) if isinstance(data, bytes) else 0) <= MAX_STDIN_PAYLOAD
        if small and (data is None or isinstance(data, bytes)):
            await _send_input(stream, data)
        else:
            writer = asyncio.create_task(_send_input(stream, data))
            # Where the caller's iterator fails, the command would wait for the rest of its input for ever.
            writer.add_done_callback(lambda task: stream.interrupt() if _failed(task) else None)
    try:
        while not isinstance(event := await stream.read(), Closed):
            capture.feed(event.stream, event.data)
    finally:
        if writer is not None:
            writer.cancel()
            await asyncio.wait({writer})
    if writer is not None and _failed(writer):
        writer.result()
    return event


def _failed(task: asyncio.Task[None]) -> bool:
    return not task.cancelled() and task.exception() is not None


async def _send_input(stream: ExecStream, data: Input | None) -> None:
    await stream.begin()
    if isinstance(data, bytes):
        await stream.send(data)
    elif isinstance(data, AsyncIterable):
        async for part in data:
            await stream.send(part)
    elif data is not None and not isinstance(data, str):
        for part in data:
            await stream.send(part)
    await stream.end_input()


async def _last_words(
    stream: ExecStream | None, capture: Capture, killing: asyncio.Task[str], patience: Patience
) -> str:
    """Takes the rest of the output of a command that is being killed; returns why it may still run, or nothing."""
    if stream is None:
        await asyncio.wait({killing}, timeout=patience.kill)
        return killing.result() if killing.done() else "the kill did not end in time"

    async def read() -> None:
        while not isinstance(event := await stream.read(), Closed):
            capture.feed(event.stream, event.data)

    reader = asyncio.create_task(read())
    await asyncio.wait({reader, killing}, timeout=patience.kill, return_when=asyncio.FIRST_COMPLETED)
    if not reader.done():
        await asyncio.wait({reader}, timeout=patience.last_words)
    ended = reader.done()
    reader.cancel()
    await asyncio.wait({reader})
    if killing.done():
        return killing.result()
    return "" if ended else "the kill did not end in time"
