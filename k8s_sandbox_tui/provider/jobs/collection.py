"""The jobs of a sandbox: start, find, list."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import CommandError, ConnectionLostError
from k8s_sandbox_tui.provider.jobs.job import Job
from k8s_sandbox_tui.provider.jobs.limits import DEFAULT_LOG

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from k8s_sandbox_tui.provider.jobs.models import JobInfo, JobState
    from k8s_sandbox_tui.provider.jobs.place import JobPlace


class JobCollection:
    """The jobs of one sandbox. `Sandbox.jobs` is one."""

    def __init__(self, place: JobPlace) -> None:
        """Makes no request."""
        self._place = place

    async def start(
        self,
        command: str | Sequence[str],
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        max_log: int = DEFAULT_LOG,
    ) -> Job:
        """Starts a command that runs on by itself, without input; returns when it has begun.

        A program that is missing is no error here: the job ends with exit code 127. Where this is cancelled, what was
        started is killed.

        Args:
            command: Text is run by `/bin/sh`; a sequence is a program with its arguments, run as they are.
            cwd: The working directory.
            env: Variables beside the sandbox's own. Values stand in no argument list, URL or file.
            max_log: Bytes of its newest output that are kept of each stream, 8 MiB when it is left out.

        Raises:
            InvalidArgumentError: An argument cannot be; no request was made.
            CommandError: The sandbox has not what jobs need; the message says what.
            SandboxError: See `Sandbox.run_command`.
        """
        from k8s_sandbox_tui.provider.jobs.plans import metadata_of, plan_start
        from k8s_sandbox_tui.provider.jobs.records import job_info, parse_started

        place = self._place
        job_id = secrets.token_hex(6)
        plan = plan_start(place.folder, job_id, command, cwd=cwd, env=env, max_log=max_log)
        try:
            answer = await place.run(plan)
        except ConnectionLostError:
            # Whether it was started is not known; the sandbox may.
            found = await self._find([job_id])
            if not found:
                raise
            return Job(place, found[0])
        started = parse_started(answer)
        if started is None:
            raise CommandError("The sandbox has not said that the job was started.", hint=place.needs)
        return Job(place, job_info(job_id, metadata_of(command, cwd), started, started.start_uptime))

    async def list(self, *, state: JobState | None = None) -> list[Job]:
        """Lists the jobs, the oldest first: those that run, and the newest of those that have ended.

        Args:
            state: Only those in this state.

        Raises:
            SandboxError: See `Sandbox.run_command`.
        """
        return [Job(self._place, info) for info in await self._find() if state in {None, info.state}]

    async def get(self, job_id: str) -> Job:
        """Finds a job, also one that another program has started.

        Raises:
            InvalidArgumentError: The id cannot be one.
            JobNotFoundError: There is no such job.
            SandboxGoneError: The sandbox ended.
            SandboxError: See `Sandbox.run_command`.
        """
        from k8s_sandbox_tui.provider.jobs.plans import check_job_id

        found = await self._find([check_job_id(job_id)])
        if not found:
            raise await self._place.not_found(job_id)
        return Job(self._place, found[0])

    async def _find(self, job_ids: Sequence[str] = ()) -> list[JobInfo]:
        from k8s_sandbox_tui.provider.jobs.plans import plan_list
        from k8s_sandbox_tui.provider.jobs.records import parse_jobs

        return parse_jobs(await self._place.run(plan_list(self._place.folder, job_ids)))
