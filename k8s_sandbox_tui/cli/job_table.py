"""Jobs as a table of plain text."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli.table import age

if TYPE_CHECKING:
    from datetime import datetime

    from k8s_sandbox_tui.provider.jobs.models import JobInfo

HEADER = ("JOB", "STATE", "EXIT", "AGE", "RAN", "COMMAND")


def row(info: JobInfo, now: datetime) -> tuple[str, ...]:
    """Returns one line's cells, in the order of `HEADER`."""
    return (
        info.id,
        info.state,
        "" if info.exit_code is None else str(info.exit_code),
        age((now - info.started_at).total_seconds()),
        "" if info.duration_ms is None else age(info.duration_ms / 1000),
        command_text(info),
    )


def command_text(info: JobInfo) -> str:
    """Returns the command as one would type it, with an ellipsis where it is not all of it."""
    text = info.command if isinstance(info.command, str) else shlex.join(info.command)
    return f"{text}…" if info.command_cut else text
