"""Opens the exec of a planned command, after what has to be there before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import CommandError
from k8s_sandbox_tui.provider.exec.capture import Capture
from k8s_sandbox_tui.provider.exec.driver import ExecStream
from k8s_sandbox_tui.provider.exec.outcome import exit_code_of
from k8s_sandbox_tui.provider.exec.protocol import Closed

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.exec.patience import Patience
    from k8s_sandbox_tui.provider.exec.shell import ExecPlan
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget


async def open_command(
    connection: ExecConnection, target: ExecTarget, plan: ExecPlan, patience: Patience
) -> ExecStream:
    """Opens a command's exec; `begin` is left to the caller.

    Raises:
        SandboxError: It cannot be opened; the command has not begun.
    """
    if plan.before is not None:
        await _run_before(connection, target, plan.before, patience)
    return await ExecStream.open(connection, target, plan, patience)


async def _run_before(connection: ExecConnection, target: ExecTarget, plan: ExecPlan, patience: Patience) -> None:
    capture = Capture()
    stream = await ExecStream.open(connection, target, plan, patience)
    try:
        await stream.begin()
        await stream.end_input()
        while not isinstance(event := await stream.read(), Closed):
            capture.feed(event.stream, event.data)
    finally:
        await stream.aclose()
    capture.finish()
    exit_code = await exit_code_of(event, connection=connection, target=target, gone=stream.gone)
    if exit_code != 0:
        raise CommandError(
            f"The command's environment could not be brought to the sandbox: {capture.stderr.strip()}",
            stderr=capture.stderr,
            hint="A terminal with variables needs a /tmp that can be written.",
        )
