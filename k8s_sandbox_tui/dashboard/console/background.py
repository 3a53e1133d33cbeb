"""Commands that go on by themselves: a line that ends with `&` starts a job, whose log the card follows."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from types import TracebackType

    from k8s_sandbox_tui.dashboard.console.protocols import BackgroundJob, OutputPiece

_BACKGROUND = re.compile(r"(?P<command>.*[^&|<>\\\s])\s*&\s*", re.DOTALL)


def background_of(command: str) -> str | None:
    """The command that a line puts into the background; None where the line does not end with a lone `&`."""
    found = _BACKGROUND.fullmatch(command)
    return found["command"] if found else None


class JobHandle:
    """A job as a card sees it. Leaving it, or losing it, leaves the job running; killing it kills the job."""

    def __init__(self, job: BackgroundJob) -> None:
        self._job = job
        self._log = job.follow()
        self._began = time.monotonic() - (job.info.duration_ms or 0) / 1000

    @property
    def job_id(self) -> str:
        """Its id."""
        return self._job.info.id

    @property
    def duration_ms(self) -> int:
        """Milliseconds that it ran, so far or in all."""
        running = self._job.info.exit_code is None
        known = None if running else self._job.info.duration_ms
        return int((time.monotonic() - self._began) * 1000) if known is None else known

    async def __aenter__(self) -> Self:
        await self._log.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._log.__aexit__(kind, error, trace)

    def __aiter__(self) -> AsyncIterator[OutputPiece]:
        """What it prints."""
        return self._log.__aiter__()

    async def wait(self) -> int:
        """The exit code; raises SandboxError where there is none."""
        return await self._job.wait()

    async def kill(self) -> None:
        """End all its processes."""
        await self._job.kill()


class JobHost:
    """Starts jobs, or finds one again, where others start commands."""

    def __init__(self, begin: Callable[[str, str | None, Mapping[str, str] | None], Awaitable[BackgroundJob]]) -> None:
        """Prepare it.

        Args:
            begin: Gives the job for a command, a directory and variables.
        """
        self._begin = begin

    @classmethod
    def of(cls, job: BackgroundJob) -> Self:
        """The host that has just this job."""

        async def found(_command: str, _cwd: str | None, _env: Mapping[str, str] | None) -> BackgroundJob:
            return job

        return cls(found)

    async def start_command(
        self, command: str, /, *, cwd: str | None = None, env: Mapping[str, str] | None = None
    ) -> JobHandle:
        """Start a line, which may end with `&`, as a job; raises SandboxError."""
        return JobHandle(await self._begin(background_of(command) or command, cwd, env))
