"""Runs the scripts of this folder in a sandbox, to an output or a typed error."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from typing import TYPE_CHECKING, Final, Protocol

from k8s_sandbox_tui.provider.config import check_milliseconds
from k8s_sandbox_tui.provider.errors import CommandTimeoutError, InvalidArgumentError
from k8s_sandbox_tui.provider.files.errors import FileTimeoutError
from k8s_sandbox_tui.provider.files.faults import fault_error
from k8s_sandbox_tui.provider.files.paths import shown

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from k8s_sandbox_tui.provider.exec.running import RunningCommand
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget

MAX_STDERR: Final = 8192
"""Bytes of error output that are kept."""

STALL_SECONDS: Final = 60.0
"""Without a byte moved for so long, a transfer has failed."""


class Access(Protocol):
    """What opens the cluster; `provider.access.ClusterAccess` fits."""

    async def open(self) -> ExecConnection:
        """The connection.

        Raises:
            ConfigError: The kubeconfig or its credentials cannot be used.
        """
        ...


class Runner:
    """Runs scripts in one sandbox."""

    def __init__(self, access: Access, target: ExecTarget) -> None:
        self._access = access
        self._target = target

    @contextlib.asynccontextmanager
    async def start(
        self, script: str, *arguments: str, path: str, stdin: bool = False, timeout: int | None = None
    ) -> AsyncGenerator[RunningCommand]:
        """Starts a script, and kills it where the body ends before it.

        Args:
            script: The shell code.
            arguments: Its positional parameters.
            path: What a failure is about.
            stdin: Whether input will be sent.
            timeout: Milliseconds after which it is killed.
        """
        from k8s_sandbox_tui.provider.exec.commands import start_plan
        from k8s_sandbox_tui.provider.exec.shell import plan_script

        seconds = None if timeout is None else _check_timeout(timeout) / 1000
        plan = plan_script(script, arguments, stdin=stdin)
        connection = await self._access.open()
        try:
            running = await start_plan(connection, self._target, plan, seconds=seconds)
        except CommandTimeoutError as error:
            raise _timed_out(error, path) from None
        async with running:
            yield running

    async def run(
        self,
        script: str,
        *arguments: str,
        path: str,
        other: str = "",
        timeout: int | None = None,
        parents: bool = False,
    ) -> bytes:
        """Runs a script to its end and returns its output.

        Args:
            script: The shell code.
            arguments: Its positional parameters.
            path: What a failure is about.
            other: What it is about after the script has printed a 2.
            timeout: Milliseconds after which it is killed.
            parents: Whether the directories on the way could be what is missing.

        Raises:
            FileError: It failed.
            SandboxError: As for any command.
        """
        output = bytearray()
        stderr = bytearray()
        async with self.start(script, *arguments, path=path, timeout=timeout) as running:
            async for chunk in running:
                (output if chunk.stream == "stdout" else stderr).extend(chunk.data)
            if other and output.endswith(b"2\n"):
                await conclude(running, stderr, other, parents=parents, source=path)
            else:
                await conclude(running, stderr, path, parents=parents)
        return bytes(output)


async def conclude(
    running: RunningCommand, stderr: bytes | bytearray, path: str, *, parents: bool = False, source: str = ""
) -> None:
    """Waits for a script's end.

    Raises:
        FileError: It failed.
        SandboxError: As for any command.
    """
    try:
        exit_code = await running.wait()
    except CommandTimeoutError as error:
        raise _timed_out(error, path) from None
    if exit_code != 0:
        said = bytes(stderr[-MAX_STDERR:]).decode("utf-8", "replace")
        raise fault_error(exit_code, said, path, parents=parents, source=source)


@contextlib.asynccontextmanager
async def moving(path: str, seconds: float = STALL_SECONDS) -> AsyncGenerator[None]:
    """Bounds one step of a transfer.

    Raises:
        FileTimeoutError: The step took longer.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        msg = f"{shown(path)}: nothing moved for {seconds:.0f} s."
        raise FileTimeoutError(msg, path=path, hint="The connection or the sandbox stands still; try again.") from None


def nonce() -> str:
    """What makes a temporary name, or a mark in the output, unlike any other."""
    return secrets.token_hex(8)


def _timed_out(error: CommandTimeoutError, path: str) -> FileTimeoutError:
    return FileTimeoutError(f"{shown(path)}: {error.message}", path=path, hint="Give a longer timeout.")


def _check_timeout(timeout: int) -> int:
    if check_milliseconds("timeout", timeout) == 0:
        msg = "A timeout of 0 ms leaves no time."
        raise InvalidArgumentError(msg, hint="Give milliseconds above 0, or None for no timeout.")
    return timeout
