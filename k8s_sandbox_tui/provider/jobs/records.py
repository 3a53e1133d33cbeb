"""What the scripts print of jobs, as values. It comes from a sandbox, where anything may have been put in its place."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from k8s_sandbox_tui.provider.jobs.models import JobInfo, JobState

if TYPE_CHECKING:
    from collections.abc import Iterator

_UPTIME: Final = r"\d{1,12}(?:\.\d{1,6})?"
_STATE: Final = re.compile(rf"([012]) (\d{{1,12}}|-) ({_UPTIME}|-) (\d{{1,3}}|-) ({_UPTIME}|-) ([01])")
_UP: Final = re.compile(rf"up ({_UPTIME})")
_JOB: Final = re.compile(r"job ([0-9a-f]{12}) (.*)")
_LATEST: Final = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())


class JobMetadata(msgspec.Struct, frozen=True):
    """A job's file `job`."""

    command: str | list[str]
    cwd: str = ""
    cut: bool = False


class RecordedState(NamedTuple):
    """What `scripts._STATE` prints. Uptimes are the machine's seconds since its start."""

    state: JobState
    started_at: datetime
    start_uptime: float
    exit_code: int | None
    end_uptime: float | None
    log_cut: bool


_decoder: Final = msgspec.json.Decoder(JobMetadata)


def parse_jobs(output: bytes) -> list[JobInfo]:
    """The jobs of a listing, the oldest first; what is no job's is left out."""
    lines = output.decode("utf-8", "replace").split("\n")
    up = _UP.fullmatch(lines[0]) if lines else None
    if up is None:
        return []
    return [job for _, job in sorted(_jobs(lines, float(up[1])), key=lambda found: found[0])]


def parse_state(text: str) -> RecordedState | None:
    """The state of a job; None where it is none."""
    found = _STATE.fullmatch(text)
    if found is None:
        return None
    there, start, start_uptime, code, end_uptime, cut = found.groups()
    if start == "-" or start_uptime == "-" or int(start) > _LATEST:
        return None
    exited = there == "2" and code != "-" and end_uptime != "-" and int(code) <= 255
    state = JobState.RUNNING if there == "1" else JobState.EXITED if exited else JobState.LOST
    return RecordedState(
        state=state,
        started_at=datetime.fromtimestamp(int(start), UTC),
        start_uptime=float(start_uptime),
        exit_code=int(code) if exited else None,
        end_uptime=float(end_uptime) if exited else None,
        log_cut=cut == "1",
    )


def parse_started(output: bytes) -> RecordedState | None:
    """The state of a job that was just started, from what its supervisor has printed."""
    found = re.fullmatch(rf"started (\d{{1,12}}) ({_UPTIME})\n", output.decode("utf-8", "replace"))
    return None if found is None else parse_state(f"1 {found[1]} {found[2]} - - 0")


def job_info(job_id: str, metadata: JobMetadata, recorded: RecordedState, uptime: float) -> JobInfo:
    """A job, from its parts; `uptime` is the machine's now."""
    command = metadata.command
    running = JobInfo(
        id=job_id,
        command=command if isinstance(command, str) else tuple(command),
        cwd=metadata.cwd,
        started_at=recorded.started_at,
        state=JobState.RUNNING,
        exit_code=None,
        duration_ms=max(0, round((uptime - recorded.start_uptime) * 1000)),
        command_cut=metadata.cut,
    )
    return seen_again(running, recorded)


def seen_again(info: JobInfo, recorded: RecordedState) -> JobInfo:
    """A job of which the state was seen anew."""
    duration = info.duration_ms
    if recorded.state is not JobState.RUNNING:
        until = recorded.end_uptime
        duration = None if until is None else max(0, round((until - recorded.start_uptime) * 1000))
    return msgspec.structs.replace(
        info,
        state=recorded.state,
        exit_code=recorded.exit_code,
        duration_ms=duration,
        log_cut=recorded.log_cut,
    )


def _jobs(lines: list[str], uptime: float) -> Iterator[tuple[float, JobInfo]]:
    """The jobs, each with the machine's uptime at its start."""
    for head, tail in pairwise(lines):
        found = _JOB.fullmatch(head)
        recorded = parse_state(found[2]) if found is not None else None
        if found is None or recorded is None:
            continue
        try:
            metadata = _decoder.decode(tail)
        except (msgspec.DecodeError, UnicodeEncodeError):
            continue
        yield recorded.start_uptime, job_info(found[1], metadata, recorded, uptime)
