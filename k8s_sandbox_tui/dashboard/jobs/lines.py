"""A job as a line of text."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.console.words import duration_words, elapsed_words, one_line
from k8s_sandbox_tui.dashboard.table.cells import fit
from k8s_sandbox_tui.provider.jobs.models import JobState

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.jobs.models import JobInfo

ID_SHOWN = 6


def state_words(info: JobInfo) -> tuple[str, str]:
    """How a job stands, and what colour tells the same."""
    if info.state is JobState.RUNNING:
        return "running", "$text-success"
    if info.state is JobState.EXITED:
        return f"exit {info.exit_code}", "$foreground-muted" if info.exit_code == 0 else "$text-error"
    return "lost", "$text-warning"


def job_line(info: JobInfo, width: int) -> str:
    """Id, start, time and command, in at most so many cells."""
    took = "" if info.duration_ms is None else _time(info)
    start = info.started_at.astimezone().strftime("%H:%M:%S")
    before = f"{info.id[:ID_SHOWN]}  {start}  {took:>9}  "
    return before + command_line(info, max(1, width - len(before)))


def command_line(info: JobInfo, width: int) -> str:
    """Its command, in at most so many cells."""
    command = info.command if isinstance(info.command, str) else shlex.join(info.command)
    return fit(one_line(command), width).rstrip()


def _time(info: JobInfo) -> str:
    milliseconds = info.duration_ms or 0
    return elapsed_words(milliseconds) if info.state is JobState.RUNNING else duration_words(milliseconds)
