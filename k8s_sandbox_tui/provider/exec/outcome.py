"""From the end of an exec to an exit code or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import (
    CommandError,
    CommandStartError,
    CommandTimeoutError,
    ConnectionLostError,
    SandboxGoneError,
)
from k8s_sandbox_tui.provider.exec.liveness import CREATE_HINT, no_container, node_unreachable, why_gone
from k8s_sandbox_tui.provider.exec.status import StatusKind, bare_words

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.exec.protocol import Closed
    from k8s_sandbox_tui.provider.exec.status import CommandStatus
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget

_KILLED = 137
_MISSING = 127


async def exit_code_of(
    closed: Closed,
    *,
    connection: ExecConnection,
    target: ExecTarget,
    gone: str = "",
    killed: bool = False,
    stdout: str = "",
    stderr: str = "",
) -> int:
    """The command's exit code.

    Exit code 137 is what a command has whose Pod is deleted or evicted under it, so there the Pod is looked at.

    Args:
        closed: How the exec ended.
        connection: The connection to the cluster, to look at the Pod where the end leaves doubt.
        target: Where the command ran.
        gone: Why the sandbox is gone, where that is known.
        killed: The command was killed by us.
        stdout: The output so far, for the error.
        stderr: The same.

    Raises:
        CommandStartError: The executable is missing or may not be run.
        SandboxGoneError: The sandbox ended before the command did.
        ConnectionLostError: The connection ended before the status came.
        CommandError: The sandbox does not run yet, its node cannot be reached, or the runtime failed otherwise.
    """
    status = closed.status
    if status is None:
        gone = gone or await why_gone(connection, target, ending_counts=True)
        if gone:
            raise SandboxGoneError(gone, hint=CREATE_HINT)
        raise ConnectionLostError(
            "The connection ended before the command did.",
            stdout=stdout,
            stderr=stderr,
            hint="Whether the command still runs is not known.",
        )
    if status.kind is StatusKind.EXITED and status.exit_code is not None:
        if status.exit_code == _KILLED and not killed:
            gone = await why_gone(connection, target, ending_counts=True)
            if gone:
                raise SandboxGoneError(gone, hint=CREATE_HINT)
        return status.exit_code
    if status.kind is StatusKind.NOT_STARTED and status.exit_code is not None:
        raise _not_started(status, status.exit_code, stdout, stderr)
    if status.kind is StatusKind.CONTAINER_GONE:
        raise await no_container(connection, target)
    if status.kind is StatusKind.NODE_UNREACHABLE:
        raise node_unreachable(target, status.message)
    raise CommandError(
        f"The command failed without an exit code: {bare_words(status.message)}.",
        stdout=stdout,
        stderr=stderr,
        hint="Whether it has begun is not known. If it stays so, create another sandbox.",
    )


def _not_started(status: CommandStatus, exit_code: int, stdout: str, stderr: str) -> CommandStartError:
    """The error where the runtime could not start the shell of a command."""
    words = bare_words(status.message)
    if "chdir to cwd" in words:
        said = "The sandbox's own directory cannot be entered any more, so no command can be run in it"
        hint = "It was removed, or closed to this user: create another sandbox."
    elif exit_code == _MISSING:
        said = "The sandbox has no /bin/sh, which every command is run by"
        hint = "Create it from an image with a shell, such as node:20-alpine: distroless ones have none."
    else:
        said = "The sandbox's /bin/sh, which every command is run by, could not be started"
        hint = "Try it in another image, such as node:20-alpine."
    return CommandStartError(f"{said}: {words}.", exit_code=exit_code, stdout=stdout, stderr=stderr, hint=hint)


def timeout_error(seconds: float | None, fault: str, stdout: str, stderr: str) -> CommandTimeoutError:
    """The error for a command that outlived its timeout; `fault` says why it may still run."""
    limit = f"{round((seconds or 0) * 1000)} ms"
    if fault:
        msg = f"The command did not end within {limit}, and may still run: {fault}."
        return CommandTimeoutError(msg, stdout=stdout, stderr=stderr)
    return CommandTimeoutError(f"The command did not end within {limit} and was killed.", stdout=stdout, stderr=stderr)
