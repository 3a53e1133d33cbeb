"""The scripts of jobs with real shells. `f` numbers are those of known faults of other libraries; see
`test_exec_failure_modes.py`."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import random
import resource
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.jobs import plans
from k8s_sandbox_tui.provider.jobs.limits import KEPT_JOBS
from k8s_sandbox_tui.provider.jobs.models import JobState, LogOffset
from tests.interruptible import EXIT_42_ON_INTERRUPT
from tests.unit.jobs.job_shell import JobShell, sleepers, start_time, until

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = "0123456789abcde"


def unique(tail: str = "") -> str:
    """A time to sleep that no other test sleeps for."""
    return f"{random.randrange(10**6, 10**7)}{tail}"


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as process:
        yield process
        process.kill()


COMMANDS: list[tuple[str | list[str], int]] = [
    ("exit 0", 0),
    ("exit 7", 7),
    ("no-such-program-12345", 127),
    (["no-such-program-12345"], 127),
    (["/etc/passwd"], 126),
    ("kill -9 $$", 137),
    ("kill -TERM $$", 143),
    (["sh", "-c", "exit 3"], 3),
    ("exit 5 #" + "x" * 200_000, 5),
    ("true | false", 1),
]


def test_exit_codes_are_true(each_jobs: JobShell) -> None:
    jobs = each_jobs
    started = {jobs.start(command): code for command, code in COMMANDS}
    told = {job_id: jobs.follow(job_id).states[-1] for job_id in started}
    assert {job_id: state.exit_code for job_id, state in told.items()} == started
    listed = jobs.list()
    assert [job.id for job in listed] == list(started)
    assert {job.state for job in listed} == {JobState.EXITED}
    assert {job.id: job.exit_code for job in listed} == started
    assert all(job.duration_ms is not None and 0 <= job.duration_ms < 60_000 for job in listed)


def test_the_two_streams_are_apart_and_byte_for_byte(jobs: JobShell) -> None:
    data = bytes(range(256)) * 100
    job_id = jobs.start("printf '%b' \"$D\"; printf x >&2", env={"D": "".join(f"\\0{byte:03o}" for byte in data[:256])})
    log = jobs.follow(job_id)
    assert (log.text(), log.text("stderr"), log.missed) == (data[:256], b"x", 0)
    assert log.offset == LogOffset(256, 1)


def test_a_missing_program_or_directory_is_said_in_the_jobs_own_log(jobs: JobShell) -> None:
    assert b"no-such-program" in jobs.follow(jobs.start(["no-such-program"])).text("stderr")
    log = jobs.follow(jobs.start("echo ran", cwd="/no/such/place"))
    assert log.text() == b""
    assert b"/no/such/place" in log.text("stderr")
    assert log.states[-1].exit_code in {1, 2}


def test_f22_f30_f50_a_job_outlives_its_exec_and_is_its_own(each_jobs: JobShell) -> None:
    jobs = each_jobs
    seconds = unique()
    look = (
        "cat /proc/self/stat; grep SigIgn /proc/self/status; umask; ls -l /proc/self/fd >&2; cat; echo $FROM_POD; pwd"
    )
    started = time.monotonic()
    job_id = jobs.start(f"umask 022; {look}; sleep {seconds}")
    assert time.monotonic() - started < 20
    until(lambda: bool(sleepers(seconds)))
    # The start's exec has ended, and nothing has its pipes: `start` has read them to their end.
    log = jobs.follow(job_id, seconds=0)
    stat, ignored, umask, from_pod, folder = log.text().decode().splitlines()
    fields = stat.rpartition(") ")[2].split()
    pid = (jobs.folder / job_id / "pid").read_text().split()[0]
    assert fields[2] == fields[3] == pid
    assert (
        int(ignored.split()[1], 16) & (1 << signal.SIGINT - 1 | 1 << signal.SIGQUIT - 1 | 1 << signal.SIGHUP - 1) == 0
    )
    assert (umask, from_pod, folder) == ("0022", "yes", "/")
    descriptors = [
        line.split(" -> ")[0].split()[-1] for line in log.text("stderr").decode().splitlines() if "->" in line
    ]
    assert set(descriptors) <= {"0", "1", "2", "3"}  # 3 is that of ls itself
    assert log.states[-1].state is JobState.RUNNING


def test_variables_reach_the_command_and_stand_nowhere_else(jobs: JobShell) -> None:
    seconds, secret = unique(), secrets.token_hex(16)
    env = {"SECRET": secret, "A": "1\n2 '\"$x`"}
    job_id = jobs.start(f'printf "%s\\n" "$SECRET" "$A" >/dev/null; test "$SECRET" || exit; sleep {seconds}', env=env)
    until(lambda: bool(sleepers(seconds)))
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            assert secret.encode() not in file.read_bytes()
    files = list((jobs.folder / job_id).iterdir())
    assert len(files) > 4
    for file in files:
        assert secret not in file.read_text()
        assert file.stat().st_mode & 0o077 == 0
    assert (jobs.folder / job_id).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("env", [{"A": "b c"}, {"IFS": "o", "PPID": "5", "A": "b c"}], ids=["plain", "special"])
def test_variables_of_all_kinds(jobs: JobShell, env: dict[str, str]) -> None:
    log = jobs.follow(jobs.start('printf %s "$A"; exit 4', env=env))
    assert (log.text(), log.states[-1].exit_code) == (b"b c", 4)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arguments=st.lists(
        st.text(
            st.one_of(
                st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
                st.sampled_from("'\"\\$`\n\t ;&|<>(){}[]*?#~!%=-"),
                st.sampled_from([os.fsdecode(bytes((byte,))) for byte in (0x80, 0x88, 0xFF)]),
            ),
            max_size=30,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_any_arguments_arrive_unchanged(jobs: JobShell, arguments: list[str]) -> None:
    job_id = jobs.start(["printf", "%s\\0", *arguments])
    log = jobs.follow(job_id)
    assert log.text("stderr") == b""
    assert log.text().split(b"\0")[:-1] == [os.fsencode(argument) for argument in arguments]
    info = jobs.info(job_id)
    assert info.command[0] == "printf"
    assert len(info.command) == len(arguments) + 2


def test_a_log_is_read_on_from_any_byte(jobs: JobShell) -> None:
    job_id = jobs.start("printf 0123456789; printf abcdef >&2")
    jobs.follow(job_id)
    log = jobs.follow(job_id, LogOffset(4, 6))
    assert (log.text(), log.text("stderr"), log.offset) == (b"456789", b"", LogOffset(10, 6))


@pytest.mark.parametrize("write", ["cat", 'while IFS= read -r line; do echo "$line"; done'], ids=["fast", "by-line"])
def test_a_log_keeps_its_newest_within_its_bound(each_jobs: JobShell, write: str) -> None:
    jobs = each_jobs
    count = 20_000 if write == "cat" else 6000
    whole = b"".join(b"%015d\n" % number for number in range(count))
    make = f"awk 'BEGIN {{ for (i = 0; i < {count}; i++) printf \"%015d\\n\", i }}'"
    job_id = jobs.start(f"{make} | {write}; echo end >&2", max_log=65536)
    live = jobs.follow(job_id)
    sizes = [file.stat().st_size for file in (jobs.folder / job_id).glob("out.*")]
    assert len(sizes) <= 2
    assert 16384 <= sum(sizes) <= 65536
    log = jobs.follow(job_id)
    assert log.text("stderr") == b"end\n"
    assert whole.endswith(log.text())
    assert log.missed + len(log.text()) == len(whole) == log.offset.stdout
    # Followed meanwhile it gives as much or more, each byte where it belongs.
    assert live.offset == log.offset
    for chunk in live.chunks:
        if chunk.stream == "stdout":
            assert whole[chunk.offset :].startswith(chunk.data)


def test_a_full_disk_ends_the_log_and_not_the_job(jobs: JobShell) -> None:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    job_id = jobs.start("head -c 200000 /dev/zero; echo end >&2; exit 6", limit=limit)
    log = jobs.follow(job_id)
    assert len(log.text()) <= 8192
    assert log.text("stderr") == b"end\n"
    assert (log.states[-1].exit_code, log.states[-1].log_cut) == (6, True)
    assert jobs.info(job_id).log_cut


def test_following_gives_output_as_it_comes_and_ends_with_the_job(jobs: JobShell, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    job_id = jobs.start(f"echo first; read -r x <{gate}; echo $x; exit 9")
    with jobs.popen(jobs.follow_plan(job_id, LogOffset())) as process:
        assert process.stdout is not None
        head = b""
        while not head.endswith(b"first\n"):
            head += process.stdout.read(1)
        assert head == b"begun\nout 0 6\nfirst\n"
        gate.write_text("second\n")
        rest = process.stdout.read()
        assert rest.startswith(b"out 6 7\nsecond\nstate 2 ")
        assert process.wait(60) == 0


@pytest.mark.parametrize("way", ["a byte", "the end"])
def test_f20_f21_a_follower_ends_with_its_input_and_leaves_nothing(each_jobs: JobShell, way: str) -> None:
    jobs = each_jobs
    seconds = unique()
    job_id = jobs.start(f"echo x; sleep {seconds}")
    with jobs.popen(jobs.follow_plan(job_id, LogOffset())) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"begun\n"
        if way == "a byte":
            process.stdin.write(b"\n")
            process.stdin.flush()
        else:
            process.stdin.close()
        # Its pipes end with the last process that has them.
        process.stdout.read()
        process.wait(60)
    assert sleepers(seconds)
    assert jobs.info(job_id).state is JobState.RUNNING


def test_f30_a_follower_ends_after_its_turn(jobs: JobShell) -> None:
    job_id = jobs.start("echo x; sleep 600")
    log = jobs.follow(job_id, seconds=1)
    assert (log.text(), log.states[-1].state) == (b"x\n", JobState.RUNNING)


def test_f22_what_a_command_leaves_behind_does_not_keep_its_end_from_being_told(jobs: JobShell) -> None:
    seconds = unique()
    job_id = jobs.start(f"sleep {seconds} & echo started; exit 3")
    log = jobs.follow(job_id)
    assert (log.text(), log.states[-1].exit_code) == (b"started\n", 3)
    assert sleepers(seconds)
    assert jobs.kill(job_id) == 0
    assert not sleepers(seconds)


@pytest.mark.parametrize(
    "command",
    [
        "sleep S",
        "sleep S & sleep S; echo x",
        "setsid sleep S & wait",
        "(setsid sh -c 'sleep S & sleep S') & sleep S",
        ["env", "-i", "sleep", "S"],
        "trap '' TERM; sleep S & while :; do sleep 1; done",
    ],
    ids=["simple", "children", "session", "grandchildren", "clears-environment", "ignores-term"],
)
def test_f20_f21_kill_leaves_nothing_and_spares_others(each_jobs: JobShell, command: str | list[str]) -> None:
    jobs = each_jobs
    seconds, other_seconds = unique(), unique(".5")
    other = jobs.start(["sleep", other_seconds])
    if isinstance(command, str):
        job_id = jobs.start(
            command.replace("S", seconds) if "TERM" not in command else command.replace(" S", f" {seconds}")
        )
    else:
        job_id = jobs.start([word.replace("S", seconds) for word in command])
    until(lambda: bool(sleepers(seconds)) and bool(sleepers(other_seconds)))
    assert jobs.kill(job_id, 0.3) == 0
    assert not sleepers(seconds)
    assert sleepers(other_seconds)
    assert jobs.follow(job_id).states[-1].exit_code in {137, 143}
    assert jobs.info(other).state is JobState.RUNNING


def test_a_signal_reaches_the_group_as_the_command_wants_it(each_jobs: JobShell) -> None:
    jobs = each_jobs
    job_id = jobs.start([sys.executable, "-c", EXIT_42_ON_INTERRUPT])
    until(lambda: jobs.follow(job_id, seconds=0).text() == b"up\n")
    assert jobs.signal(job_id, "INT") == b"sent\n"
    assert jobs.follow(job_id).states[-1].exit_code == 42
    assert jobs.signal(job_id, "INT") == b"ended\n"


def test_a_process_that_was_given_the_pid_of_a_job_is_spared(jobs: JobShell, stranger: subprocess.Popen[bytes]) -> None:
    job_id = jobs.start("exit 0")
    jobs.follow(job_id)
    folder = jobs.folder / job_id
    (folder / "end").unlink()
    for file in ("pid", "sup"):
        (folder / file).write_text(f"{stranger.pid} {int(start_time(stranger.pid)) - 1}\n")
    assert jobs.signal(job_id, "KILL") == b"ended\n"
    assert jobs.kill(job_id, 0.1) == 0
    assert jobs.info(job_id).state is JobState.LOST
    assert stranger.poll() is None


def test_a_job_whose_supervisor_was_killed_is_lost_once_it_ends(jobs: JobShell) -> None:
    seconds = unique()
    job_id = jobs.start(["sleep", seconds])
    supervisor = int((jobs.folder / job_id / "sup").read_text().split()[0])
    os.killpg(supervisor, signal.SIGKILL)
    until(lambda: not start_time(supervisor))
    assert jobs.info(job_id).state is JobState.RUNNING
    assert jobs.kill(job_id) == 0
    info = jobs.info(job_id)
    assert (info.state, info.exit_code, info.duration_ms) == (JobState.LOST, None, None)
    assert jobs.follow(job_id).states[-1].state is JobState.LOST


def test_the_newest_jobs_that_have_ended_are_kept_and_all_that_run(jobs: JobShell) -> None:
    running = jobs.start(["sleep", "600"])
    lost = f"{0:012x}"
    (jobs.folder / lost).mkdir()
    for name, content in (("job", '{"command":"x"}\n'), ("start", "1 1\n"), ("sup", "999999999 5\n")):
        (jobs.folder / lost / name).write_text(content)
    ended = [f"{number:012x}" for number in range(1, KEPT_JOBS + 4)]
    for age, job_id in enumerate(ended):
        folder = jobs.folder / job_id
        folder.mkdir()
        for name, content in (("job", '{"command":"x"}\n'), ("start", f"1 {age}\n"), ("end", "0 2\n")):
            (folder / name).write_text(content)
        os.utime(folder / "end", (1000 - age, 1000 - age))
    half = jobs.folder / ".00000000aaaa"
    half.mkdir()
    (half / "sup").write_text("999999999 5\n")
    strange = jobs.folder / "a b"
    strange.mkdir()
    (strange / "end").write_text("")
    newest = jobs.start(["sleep", "600"])
    # The lost one counts as ended when it is noticed.
    kept = {running, newest, lost, *ended[: KEPT_JOBS - 1]}
    until(lambda: {job.id for job in jobs.list()} == kept)
    until(lambda: not half.exists())
    assert strange.exists()
    assert jobs.info(lost).state is JobState.LOST


def test_removing(jobs: JobShell) -> None:
    job_id = jobs.start(["sleep", "600"])
    assert jobs.remove(job_id) == b"runs\n"
    assert jobs.kill(job_id) == 0
    jobs.follow(job_id)
    assert jobs.remove(job_id) == b"removed\n"
    assert jobs.remove(job_id) == b"none\n"
    assert jobs.list() == []
    assert list(jobs.folder.iterdir()) == []
    assert jobs.run(jobs.follow_plan(job_id, LogOffset())).out == b"none\n"


def test_what_is_no_job_is_left_out_of_the_list(jobs: JobShell) -> None:
    job_id = jobs.start("exit 0")
    jobs.follow(job_id)
    for name, content in (("000000000001", b"\0\xff\n" * 100_000), ("000000000002", b'{"command":5}'), ("a b", b"{}")):
        (jobs.folder / name).mkdir()
        (jobs.folder / name / "job").write_bytes(content)
        (jobs.folder / name / "start").write_text("1 1\n")
    (jobs.folder / "000000000003").mkdir()
    os.mkfifo(jobs.folder / "000000000003" / "job")
    (jobs.folder / "000000000004").mkdir()
    (jobs.folder / "000000000004" / "job").write_text(json.dumps({"command": "x"}))
    (jobs.folder / "000000000004" / "start").write_text("$(touch /tmp/x) `x`\n")
    assert [job.id for job in jobs.list()] == [job_id]


def test_a_job_that_goes_while_it_is_told_of_is_left_out_without_a_word(jobs: JobShell, tmp_path: Path) -> None:
    stays, goes = (jobs.start("exit 0") for _ in range(2))
    jobs.follow(stays)
    jobs.follow(goes)
    tools = tmp_path / "tools"
    tools.mkdir()
    head = tools / "head"
    head.write_text(
        f'#!{jobs.shell.path}\nPATH={jobs.shell.tools}\ncase $3 in {goes}/job)rm -rf {goes};;esac\nexec head "$@"\n'
    )
    head.chmod(0o700)
    meanwhile = JobShell(dataclasses.replace(jobs.shell, tools=f"{tools}:{jobs.shell.tools}"), jobs.folder)
    assert [job.id for job in meanwhile.list()] == [stays]
    assert not (jobs.folder / goes).exists()


def test_a_place_that_cannot_be_written_is_said(jobs: JobShell) -> None:
    with jobs.own():
        plan = plans.plan_start("/proc/none", "0" * 12, "true", cwd=None, env=None, max_log=65536)
    answer = jobs.run(plan)
    assert answer.code == 1
    assert b"/proc/none" in answer.err


def test_a_payload_that_is_cut_off_starts_nothing(jobs: JobShell) -> None:
    with jobs.own():
        plan = plans.plan_start(str(jobs.folder), "0" * 12, "true", cwd=None, env=None, max_log=65536)
    process = subprocess.Popen(plan.argv, stdin=-1, stdout=-1, stderr=-1, env={"PATH": jobs.shell.tools})
    out, err = process.communicate(plan.payload[:512], timeout=60)
    assert (process.returncode, out) == (1, b"")
    assert b"did not arrive" in err
    assert not jobs.folder.exists()
