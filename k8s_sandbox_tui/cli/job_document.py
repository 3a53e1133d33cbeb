"""A job as JSON for programs. Fields are added, never renamed or removed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.jobs.models import JobInfo


class JobDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of `-o json`. Times are RFC 3339 in UTC; what is not known is null."""

    id: str
    sandbox_id: str
    command: str | tuple[str, ...]
    command_cut: bool
    cwd: str
    state: str
    exit_code: int | None
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int | None
    log_cut: bool


def job_document(info: JobInfo, sandbox_id: str) -> JobDocument:
    """Returns a job in the form of `-o json`."""
    return JobDocument(
        id=info.id,
        sandbox_id=sandbox_id,
        command=info.command,
        command_cut=info.command_cut,
        cwd=info.cwd,
        state=info.state,
        exit_code=info.exit_code,
        started_at=info.started_at,
        ended_at=info.ended_at,
        duration_ms=info.duration_ms,
        log_cut=info.log_cut,
    )
