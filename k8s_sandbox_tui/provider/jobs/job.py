"""A job: a command that runs on by itself in a sandbox."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.config import check_milliseconds
from k8s_sandbox_tui.provider.durations import Duration, check_duration
from k8s_sandbox_tui.provider.errors import CommandError, InvalidArgumentError
from k8s_sandbox_tui.provider.jobs.errors import JobLostError, JobRunningError, JobTimeoutError
from k8s_sandbox_tui.provider.jobs.follow import JobFollow
from k8s_sandbox_tui.provider.jobs.limits import KILL_GRACE, MAX_GRACE, READ_LIMIT
from k8s_sandbox_tui.provider.jobs.models import LOG_START, JobInfo, JobLog, JobState, LogOffset
from k8s_sandbox_tui.provider.jobs.place import ANSWER_SECONDS

if TYPE_CHECKING:
    from datetime import datetime

    from k8s_sandbox_tui.provider.jobs.place import JobPlace
    from k8s_sandbox_tui.provider.jobs.records import RecordedState


class Job:
    """A job of one sandbox. Made by `JobCollection`.

    It depends on nothing here: it goes on when this program ends, and any other can find it by its id.
    """

    def __init__(self, place: JobPlace, info: JobInfo) -> None:
        """Wraps what is known; makes no request."""
        self._place = place
        self._info = info

    @property
    def info(self) -> JobInfo:
        """The job as it was last seen; `get_info` looks again."""
        return self._info

    @property
    def id(self) -> str:
        """12 hexadecimal digits, unlike those of any other job."""
        return self._info.id

    @property
    def command(self) -> str | tuple[str, ...]:
        """As it was given; of a long one the first 4096 characters."""
        return self._info.command

    @property
    def started_at(self) -> datetime:
        """By the clock of the sandbox's node."""
        return self._info.started_at

    @property
    def state(self) -> JobState:
        """As it was last seen."""
        return self._info.state

    @property
    def exit_code(self) -> int | None:
        """128+n where signal n ended it; None where it was last seen running, and where it was lost."""
        return self._info.exit_code

    async def get_info(self) -> JobInfo:
        """Looks at the job again.

        Raises:
            JobNotFoundError: It has been removed.
            SandboxGoneError: The sandbox ended, and its jobs with it.
            SandboxError: See `Sandbox.run_command`.
        """
        from k8s_sandbox_tui.provider.jobs.plans import plan_list
        from k8s_sandbox_tui.provider.jobs.records import parse_jobs

        found = parse_jobs(await self._place.run(plan_list(self._place.folder, [self.id])))
        if not found or found[0].id != self.id:
            raise await self._place.not_found(self.id)
        self._info = found[0]
        return self._info

    def follow(self, offset: LogOffset = LOG_START) -> JobFollow:
        """Gives its log as it arrives, to the end of the job; an async iterator and context manager.

        Args:
            offset: From where in the log; the beginning when it is left out.
        """
        return JobFollow(self._place, self.id, offset=offset, on_state=self._see)

    def peek(self, offset: LogOffset = LOG_START) -> JobFollow:
        """Gives its log to what is its end now; as `follow` otherwise.

        Args:
            offset: From where in the log; the beginning when it is left out.
        """
        return JobFollow(self._place, self.id, offset=offset, seconds=0, on_state=self._see)

    async def read_log(self, offset: LogOffset = LOG_START, *, limit: int = READ_LIMIT) -> JobLog:
        """Reads its log from an offset to what is its end now.

        Args:
            offset: From where in the log; the beginning when it is left out.
            limit: Bytes of both streams together after which it stops, 16 MiB when it is left out.

        Raises:
            JobNotFoundError: It has been removed.
            SandboxError: See `Sandbox.run_command`.
        """
        parts: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        missed = 0
        async with self.peek(offset) as log:
            async for chunk in log:
                parts[chunk.stream] += chunk.data
                missed += chunk.missed
                limit -= len(chunk.data)
                if limit <= 0:
                    break
        return JobLog(stdout=bytes(parts["stdout"]), stderr=bytes(parts["stderr"]), offset=log.offset, missed=missed)

    async def wait(self, timeout: int | None = None) -> int:
        """Waits for its end.

        Args:
            timeout: Milliseconds to wait; None: for ever. The job goes on after it.

        Returns:
            Its exit code, 128+n where signal n ended it.

        Raises:
            JobTimeoutError: It did not end in that time.
            JobLostError: It has ended, and nobody knows its exit code.
            JobNotFoundError: It has been removed.
            SandboxGoneError: The sandbox ended, and its jobs with it.
            SandboxError: It could not be reached for two minutes, or not at all.
        """
        if timeout is not None:
            check_milliseconds("timeout", timeout)
        limit = asyncio.timeout(None if timeout is None else timeout / 1000)
        try:
            async with limit:
                await self._wait()
        except TimeoutError:
            if not limit.expired():
                raise
            msg = f"Job {self.id} did not end within {timeout} ms."
            raise JobTimeoutError(msg, job_id=self.id, hint="It goes on; wait again, or kill it.") from None
        code = self._info.exit_code
        if code is None:
            msg = f"Job {self.id} has ended, and what would have recorded its exit code was killed."
            raise JobLostError(msg, job_id=self.id, hint="Its log may tell; `read_log` has what there is.")
        return code

    async def signal(self, name: str) -> bool:
        """Sends a signal to all processes of its group; False when it had ended.

        Args:
            name: As `TERM` or `SIGTERM`.

        Raises:
            InvalidArgumentError: No such signal.
            JobNotFoundError: It has been removed.
            SandboxError: See `Sandbox.run_command`.
        """
        from k8s_sandbox_tui.provider.jobs.plans import plan_signal

        answer = await self._place.run(plan_signal(self._place.folder, self.id, name))
        if answer == b"none\n":
            raise await self._place.not_found(self.id)
        return answer == b"sent\n"

    async def kill(self, grace: Duration = KILL_GRACE) -> None:
        """Kills all its processes, also those that have left its group, and waits until they have ended.

        Args:
            grace: Milliseconds or a timedelta between TERM and KILL, 60 s at most.

        Raises:
            CommandError: Some of them may still run; the message says why.
            JobNotFoundError: It has been removed.
            SandboxError: See `Sandbox.run_command`.
        """
        from k8s_sandbox_tui.provider.jobs.plans import plan_kill_job

        seconds = check_duration("grace", grace).total_seconds()
        if seconds > MAX_GRACE / 1000:
            msg = f"A grace of {seconds:g} s cannot be."
            raise InvalidArgumentError(msg, hint=f"Give {MAX_GRACE} ms at most.")
        plan = plan_kill_job(self._place.folder, self.id, seconds)
        # Each tenth of a second takes the script some time to look around.
        await self._place.run(plan, seconds=2 * seconds + ANSWER_SECONDS, failure="some of its processes do not end")
        await self._wait()

    async def remove(self) -> None:
        """Removes its log and what else is known of it.

        Raises:
            JobRunningError: It runs.
            JobNotFoundError: It has been removed.
            SandboxError: See `Sandbox.run_command`.
        """
        from k8s_sandbox_tui.provider.jobs.plans import plan_remove

        answer = await self._place.run(plan_remove(self._place.folder, self.id))
        if answer == b"none\n":
            raise await self._place.not_found(self.id)
        if answer == b"runs\n":
            raise JobRunningError(f"Job {self.id} runs.", job_id=self.id, hint="Kill it first.")
        if answer != b"removed\n":
            raise CommandError(f"Job {self.id} could not be removed.", hint=self._place.needs)

    def __repr__(self) -> str:
        """Names the job."""
        return f"Job({self.id!r}, {self.state.value!r})"

    async def _wait(self) -> None:
        if self._info.state is JobState.RUNNING:
            async with JobFollow(self._place, self.id, logs=False, on_state=self._see) as end:
                async for _ in end:
                    pass

    def _see(self, state: RecordedState) -> None:
        from k8s_sandbox_tui.provider.jobs.records import seen_again

        self._info = seen_again(self._info, state)
