"""Ends a command that runs in a sandbox, by a second exec: closing the first one does not end it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.errors import SandboxError, SandboxGoneError
from k8s_sandbox_tui.provider.exec.capture import Capture
from k8s_sandbox_tui.provider.exec.driver import ExecStream
from k8s_sandbox_tui.provider.exec.protocol import Closed
from k8s_sandbox_tui.provider.exec.shell import plan_kill

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.exec.patience import Patience
    from k8s_sandbox_tui.provider.exec.shell import ExecPlan
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget

_kills: Final[set[asyncio.Task[str]]] = set()
"""Kills that go on although nobody waits for them any more; the loop itself keeps no task alive."""


def start_kill(connection: ExecConnection, target: ExecTarget, plan: ExecPlan, patience: Patience) -> asyncio.Task[str]:
    """Kills the command's processes, TERM first and KILL after a grace, in a task of its own.

    The task gives an empty text when none is left, else why some may be left; it does not raise.
    """
    task = asyncio.create_task(_kill(connection, target, plan, patience))
    _kills.add(task)
    task.add_done_callback(_kills.discard)
    return task


async def _kill(connection: ExecConnection, target: ExecTarget, plan: ExecPlan, patience: Patience) -> str:
    capture = Capture()
    try:
        async with asyncio.timeout(patience.kill):
            stream = await ExecStream.open(connection, target, plan_kill(plan), patience)
            try:
                while not isinstance(event := await stream.read(), Closed):
                    capture.feed(event.stream, event.data)
            finally:
                await stream.aclose()
    except TimeoutError:
        return "the kill did not end in time"
    except SandboxGoneError:
        return ""
    except SandboxError as error:
        return error.message
    if event.status is None:
        return "the connection ended before the kill did"
    if event.status.exit_code == 0:
        return ""
    return capture.stderr.strip() or event.status.message or "some of its processes do not end"
