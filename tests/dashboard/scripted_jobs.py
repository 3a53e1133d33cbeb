"""Jobs that do what a test tells them to do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

from k8s_sandbox_tui.provider.jobs.errors import JobRunningError
from k8s_sandbox_tui.provider.jobs.models import JobInfo, JobState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from types import TracebackType

    from k8s_sandbox_tui.provider.errors import SandboxError


class Chunk(NamedTuple):
    stream: Literal["stdout", "stderr"]
    data: bytes


class ScriptedLog:
    """One reader of a job's log."""

    def __init__(self, job: ScriptedJob) -> None:
        self._job = job
        self.left = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.left = True

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        given = 0
        while True:
            while given < len(self._job.log):
                yield self._job.log[given]
                given += 1
            if self._job.info.state is not JobState.RUNNING:
                return
            async with self._job.news:
                await self._job.news.wait()


class ScriptedJob:
    """A job."""

    def __init__(
        self, number: int, command: str | tuple[str, ...], cwd: str = "", env: Mapping[str, str] | None = None
    ) -> None:
        self.env = dict(env or {})
        self.log: list[Chunk] = []
        self.news = asyncio.Condition()
        self.logs: list[ScriptedLog] = []
        self.removed = False
        self.killed = False
        self.info = JobInfo(
            id=f"{number:06x}abcdef",
            command=command,
            cwd=cwd,
            started_at=datetime(2026, 1, 5, 12, tzinfo=UTC),
            state=JobState.RUNNING,
            exit_code=None,
            duration_ms=65_000,
        )

    def follow(self) -> ScriptedLog:
        self.logs.append(ScriptedLog(self))
        return self.logs[-1]

    async def out(self, data: bytes) -> None:
        self.log.append(Chunk("stdout", data))
        async with self.news:
            self.news.notify_all()

    async def exit(self, code: int) -> None:
        self.info = JobInfo(
            id=self.info.id,
            command=self.info.command,
            cwd=self.info.cwd,
            started_at=self.info.started_at,
            state=JobState.EXITED,
            exit_code=code,
            duration_ms=65_000,
        )
        async with self.news:
            self.news.notify_all()

    async def wait(self) -> int:
        assert self.info.exit_code is not None
        return self.info.exit_code

    async def kill(self) -> None:
        self.killed = True
        await self.exit(143)

    async def remove(self) -> None:
        if self.info.state is JobState.RUNNING:
            raise JobRunningError(f"Job {self.info.id} runs.", job_id=self.info.id, hint="Kill it first.")
        self.removed = True


@dataclass
class ScriptedJobs:
    """The jobs of a sandbox."""

    jobs: list[ScriptedJob] = field(default_factory=list[ScriptedJob])
    fails: SandboxError | None = None

    async def start(
        self, command: str, /, *, cwd: str | None = None, env: Mapping[str, str] | None = None
    ) -> ScriptedJob:
        if self.fails is not None:
            raise self.fails
        self.jobs.append(ScriptedJob(len(self.jobs) + 1, command, cwd or "", env))
        return self.jobs[-1]

    async def list(self) -> Sequence[ScriptedJob]:
        if self.fails is not None:
            raise self.fails
        return [job for job in self.jobs if not job.removed]
