"""The sandbox of a job: its connection, its folder, and scripts that are run there to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.errors import CommandError
from k8s_sandbox_tui.provider.exec.patience import PATIENCE, Patience
from k8s_sandbox_tui.provider.jobs.errors import JobNotFoundError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from k8s_sandbox_tui.provider.errors import SandboxError
    from k8s_sandbox_tui.provider.exec.shell import ExecPlan
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget

ANSWER_SECONDS: Final = 30.0
"""Until a script must have answered."""

MAX_ANSWER: Final = 4 * 1024 * 1024
"""Bytes that a script may print; those of real jobs have less than 20 KiB each."""


class JobPlace:
    """Where the jobs of one sandbox are."""

    def __init__(
        self, connect: Callable[[], Awaitable[ExecConnection]], target: ExecTarget, patience: Patience = PATIENCE
    ) -> None:
        from k8s_sandbox_tui.provider.jobs.plans import folder_of

        self._connect = connect
        self.target = target
        self.patience = patience
        self.folder = folder_of(target.uid)

    async def connection(self) -> ExecConnection:
        """The connection to its cluster.

        Raises:
            ConfigError: The kubeconfig or its credentials cannot be used.
        """
        return await self._connect()

    async def run(self, plan: ExecPlan, *, seconds: float = ANSWER_SECONDS, failure: str = "") -> bytes:
        """Runs a script to its end and returns its output; where that does not come, what was started is killed.

        Args:
            plan: The script's.
            seconds: How long it may take.
            failure: What it means where it fails and says nothing.

        Raises:
            CommandTimeoutError: It did not end in time.
            CommandError: It failed, or said too much.
            SandboxError: As for any command.
        """
        from k8s_sandbox_tui.provider.exec.commands import start_plan

        output, said = bytearray(), bytearray()
        connection = await self.connection()
        running = await start_plan(connection, self.target, plan, seconds=seconds, patience=self.patience)
        async with running:
            async for chunk in running:
                (output if chunk.stream == "stdout" else said).extend(chunk.data)
                if len(output) + len(said) > MAX_ANSWER:
                    raise CommandError("The sandbox says more of its jobs than can be.", hint=self.distrust)
            exit_code = await running.wait()
        if exit_code != 0:
            text = said.decode("utf-8", "replace").strip()
            msg = f"The sandbox cannot do this: {text or failure or f'exit code {exit_code}'}"
            raise CommandError(msg, stderr=text, hint=self.needs if text else "")
        return bytes(output)

    @property
    def needs(self) -> str:
        """What jobs need, for an error."""
        return f"Jobs need a /tmp that can be written, /proc, and the tools setsid, dd and grep; see {self.folder}."

    @property
    def distrust(self) -> str:
        """What may be wrong where the sandbox's answers are, for an error."""
        return f"Something in the sandbox has changed what is in {self.folder}."

    async def not_found(self, job_id: str) -> SandboxError:
        """The error for a job that is not there: perhaps its sandbox is not there any more."""
        from k8s_sandbox_tui.provider.errors import SandboxGoneError
        from k8s_sandbox_tui.provider.exec.liveness import why_gone

        gone = await why_gone(await self.connection(), self.target)
        if gone:
            return SandboxGoneError(gone, hint="Its jobs ended with it.")
        return JobNotFoundError(
            f"Sandbox {self.target.sandbox_id} has no job {job_id}.",
            job_id=job_id,
            hint="It may have been removed: of the jobs that have ended, the newest alone are kept.",
        )
