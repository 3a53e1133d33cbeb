"""`jobs` as a script uses it: started here, found there, with their own exit codes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from datetime import datetime, timedelta

import pytest

from k8s_sandbox_tui.cli.job_document import JobDocument
from tests.cli.program import PROGRAM, run

pytestmark = pytest.mark.usefixtures("in_local_cluster")


def start(box: str, script: str, *options: str) -> str:
    done = run("jobs", "start", *options, box, "--", "sh", "-c", script)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"[0-9a-f]{12}\n", done.stdout)
    return done.stdout.strip()


def test_a_job_goes_on_and_its_exit_code_and_streams_are_its_own(box: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAKEN", "from here")
    job = start(box, "echo $PWD $TAKEN; echo err >&2; exit 3", "--cwd", "/tmp", "--env", "TAKEN")
    followed = run("jobs", "logs", "-f", box, job[:6])
    assert (followed.stdout, followed.stderr, followed.returncode) == ("/tmp from here\n", "err\n", 3)
    printed = run("jobs", "logs", box, job)
    assert (printed.stdout, printed.stderr, printed.returncode) == ("/tmp from here\n", "err\n", 0)
    waited = run("jobs", "wait", "-o", "json", box, job)
    assert waited.returncode == 3
    told = json.loads(waited.stdout)
    assert set(told) == set(JobDocument.__struct_fields__)
    assert (told["id"], told["sandbox_id"], told["state"], told["exit_code"]) == (job, box, "exited", 3)
    assert (told["command"][:2], told["cwd"]) == (["sh", "-c"], "/tmp")
    ran = datetime.fromisoformat(told["ended_at"]) - datetime.fromisoformat(told["started_at"])
    assert ran == timedelta(milliseconds=told["duration_ms"])


def test_jobs_are_listed_killed_and_removed(box: str) -> None:
    job = start(box, "trap '' INT; while :; do sleep 1; done")
    header, *rows = run("jobs", "ls", box).stdout.splitlines()
    assert header.split() == ["JOB", "STATE", "EXIT", "AGE", "RAN", "COMMAND"]
    (row,) = (row for row in rows if row.startswith(job))
    assert row.split()[1] == "running"
    assert "sh -c 'trap" in row
    assert job in run("jobs", "ls", "-o", "name", box).stdout.splitlines()
    assert job in {one["id"] for one in json.loads(run("jobs", "ls", "-o", "json", box).stdout)}
    assert run("jobs", "wait", "--timeout", "0.2", box, job).returncode == 124
    refused = run("jobs", "rm", box, job)
    assert (refused.returncode, refused.stderr) == (1, f"{job}: error: Job {job} runs. Kill it first.\n")
    assert run("jobs", "kill", "--signal", "int", box, job).stderr == f"{job}: sent int\n"
    other = start(box, "sleep 600")
    ended = run("jobs", "kill", "--grace", "0.2", box, job, other)
    assert ended.returncode == 0
    # A shell that waits for a child ends with that one's TERM only by KILL.
    assert set(ended.stderr.splitlines()) == {f"{job}: ended with exit code 143", f"{other}: ended with exit code 143"}
    assert run("jobs", "rm", box, job, other).stderr == f"{job}: removed\n{other}: removed\n"


@pytest.mark.parametrize(("name", "code"), [("0123456789ab", 3), ("f00", 3), ("not an id", 3), ("not-an-id-at-all", 2)])
def test_a_job_that_is_not_there_is_said(box: str, name: str, code: int) -> None:
    done = run("jobs", "wait", box, name)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("error: ")
    assert name in done.stderr


def test_a_missing_program_ends_the_job_with_127(box: str) -> None:
    done = run("jobs", "start", box, "--", "/no/such/program")
    assert done.returncode == 0
    followed = run("jobs", "logs", "-f", box, done.stdout.strip())
    assert (followed.stdout, followed.returncode) == ("", 127)
    assert "/no/such/program" in followed.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_leaving_a_log_leaves_the_job(box: str, number: signal.Signals, code: int) -> None:
    job = start(box, "echo started; sleep 600")
    with subprocess.Popen([*PROGRAM, "jobs", "logs", "-f", box, job], stdout=-1, stderr=-1) as following:
        assert following.stdout is not None
        assert following.stderr is not None
        assert following.stdout.readline() == b"started\n"
        following.send_signal(number)
        assert following.wait(timeout=60) == code
        assert following.stderr.read() == b""
    assert run("jobs", "kill", box, job).stderr == f"{job}: ended with exit code 143\n"
