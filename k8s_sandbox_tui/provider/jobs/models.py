"""What is known of a job, and what its log gives."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from k8s_sandbox_tui.provider.exec.protocol import Stream


class JobState(StrEnum):
    """How far a job is."""

    RUNNING = "running"
    """Its command runs."""
    EXITED = "exited"
    """Its command has ended; the exit code is known."""
    LOST = "lost"
    """It has ended, and what would have recorded its exit code was killed with it or before."""


class JobInfo(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A job as it was last seen. What it says comes from the sandbox: treat it as any output of a command."""

    id: str
    """12 hexadecimal digits, unlike those of any other job."""
    command: str | tuple[str, ...]
    """As it was given; of a long one the first 4096 characters."""
    cwd: str
    """The working directory as it was given; empty for the container's own."""
    started_at: datetime
    """By the clock of the sandbox's node."""
    state: JobState
    exit_code: int | None
    """128+n where signal n ended it. None while it runs, and where it was lost."""
    duration_ms: int | None
    """Milliseconds that it ran, so far or in all; None where it was lost."""
    command_cut: bool = False
    """`command` is not all of it."""
    log_cut: bool = False
    """The disk was full: the log lacks what came then and after it."""

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, by the clock of the sandbox's node; None while it runs, and where it was lost."""
        if self.state is not JobState.EXITED or self.duration_ms is None:
            return None
        return self.started_at + timedelta(milliseconds=self.duration_ms)


class LogOffset(msgspec.Struct, frozen=True, gc=False):
    """A place in a job's log: bytes of each stream since the job's start."""

    stdout: int = 0
    stderr: int = 0


LOG_START = LogOffset()
"""The beginning of a log."""


class LogChunk(msgspec.Struct, frozen=True, gc=False):
    """Some bytes of one stream of a job; a character may be split over two of them."""

    stream: Stream
    data: bytes
    offset: int
    """Of the first byte, in the stream since the job's start."""
    missed: int = 0
    """Bytes before it that the log does not have any more: it keeps the newest only."""


class JobLog(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A job's log from one offset to what was its end. How the two streams were mixed is not known."""

    stdout: bytes
    stderr: bytes
    offset: LogOffset
    """Where to read on."""
    missed: int
    """Bytes of both streams that were asked for, and that the log does not have any more."""
