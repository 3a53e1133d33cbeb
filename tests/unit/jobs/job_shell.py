"""Runs the execs of jobs with one shell of this machine, in a folder of a test's own, and ends what they leave."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self
from unittest.mock import patch

from k8s_sandbox_tui.provider.exec import scripts as exec_scripts
from k8s_sandbox_tui.provider.jobs import plans
from k8s_sandbox_tui.provider.jobs.frames import LogFrames
from k8s_sandbox_tui.provider.jobs.models import LogChunk, LogOffset
from k8s_sandbox_tui.provider.jobs.records import RecordedState, parse_jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from k8s_sandbox_tui.provider.exec.shell import ExecPlan
    from k8s_sandbox_tui.provider.jobs.models import JobInfo
    from tests.unit.exec.shells import Shell

SECONDS = 30.0


class Answer:
    """What an exec gave."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code = code
        self.out = out
        self.err = err


class Log:
    """What one run of the follower gave."""

    def __init__(self, data: bytes, offset: LogOffset) -> None:
        frames = LogFrames(offset)
        events = list(frames.feed(data))
        self.chunks = [event for event in events if isinstance(event, LogChunk)]
        self.states = [event for event in events if isinstance(event, RecordedState)]
        self.offset = frames.offset

    def text(self, stream: str = "stdout") -> bytes:
        return b"".join(chunk.data for chunk in self.chunks if chunk.stream == stream)

    @property
    def missed(self) -> int:
        return sum(chunk.missed for chunk in self.chunks)


class JobShell:
    """The jobs of one folder."""

    def __init__(self, shell: Shell, folder: Path) -> None:
        self.shell = shell
        self.folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        end_jobs(self.folder)

    def popen(self, plan: ExecPlan, limit: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
        """Starts an exec and sends it what goes first; its input stays open."""
        process = subprocess.Popen(
            plan.argv,
            stdin=subprocess.PIPE if plan.stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": self.shell.tools, "FROM_POD": "yes"},
            cwd="/",
            start_new_session=True,
            preexec_fn=limit,  # noqa: PLW1509 - these tests have no threads
        )
        if process.stdin is not None:
            process.stdin.write(plan.payload)
            process.stdin.flush()
        return process

    def run(self, plan: ExecPlan, limit: Callable[[], None] | None = None) -> Answer:
        with self.popen(plan, limit) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            # Not communicate, which would end the input, as v4 cannot.
            out = process.stdout.read()
            err = process.stderr.read()
            return Answer(process.wait(SECONDS), out, err)

    @contextlib.contextmanager
    def own(self) -> Generator[None]:
        with patch.object(exec_scripts, "SHELL", self.shell.path):
            yield

    def start(
        self,
        command: str | Sequence[str],
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        max_log: int = 1024 * 1024,
        limit: Callable[[], None] | None = None,
    ) -> str:
        """Starts a job and returns its id."""
        job_id = secrets.token_hex(6)
        with self.own():
            plan = plans.plan_start(str(self.folder), job_id, command, cwd=cwd, env=env, max_log=max_log)
        answer = self.run(plan, limit)
        assert (answer.code, answer.err) == (0, b""), answer.err
        assert answer.out.startswith(b"started ")
        return job_id

    def list(self, *job_ids: str) -> list[JobInfo]:
        with self.own():
            answer = self.run(plans.plan_list(str(self.folder), job_ids))
        assert (answer.code, answer.err) == (0, b"")
        return parse_jobs(answer.out)

    def info(self, job_id: str) -> JobInfo:
        (found,) = self.list(job_id)
        return found

    def follow_plan(self, job_id: str, offset: LogOffset | None = None, seconds: int = 30) -> ExecPlan:
        with self.own():
            return plans.plan_follow(str(self.folder), job_id, offset, seconds)

    def follow(self, job_id: str, offset: LogOffset | None = None, seconds: int = 30) -> Log:
        """Follows a job to its end, or for so long."""
        start = offset or LogOffset()
        answer = self.run(self.follow_plan(job_id, start, seconds))
        assert (answer.code, answer.err) == (0, b""), answer.err
        return Log(answer.out, start)

    def signal(self, job_id: str, name: str) -> bytes:
        with self.own():
            return self.run(plans.plan_signal(str(self.folder), job_id, name)).out

    def kill(self, job_id: str, grace: float = 2) -> int:
        with self.own():
            return self.run(plans.plan_kill_job(str(self.folder), job_id, grace)).code

    def remove(self, job_id: str) -> bytes:
        with self.own():
            return self.run(plans.plan_remove(str(self.folder), job_id)).out


def end_jobs(folder: Path) -> None:
    """Ends whatever still runs of the jobs of a folder."""
    for file in [*folder.rglob("pid"), *folder.rglob("sup")]:
        words = file.read_text().split()
        if len(words) == 2 and start_time(int(words[0])) == words[1]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(words[0]), signal.SIGKILL)


def start_time(pid: int) -> str:
    """A process's start time as in `/proc/PID/stat`; empty where there is none, or only its zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def until(condition: Callable[[], bool]) -> None:
    """Waits for something that nobody tells."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def sleepers(seconds: str) -> list[int]:
    """The processes of this machine that sleep for so long."""
    found: list[int] = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if file.read_bytes() == f"sleep\0{seconds}\0".encode() and start_time(int(file.parent.name)):
                found.append(int(file.parent.name))
    return found
