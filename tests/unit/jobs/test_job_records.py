"""What the scripts print of jobs, as values; whatever a sandbox puts in its place does no harm."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.jobs.frames import GarbledError, LogFrames, NoJob
from k8s_sandbox_tui.provider.jobs.limits import MAX_SHOWN
from k8s_sandbox_tui.provider.jobs.models import JobState, LogChunk, LogOffset
from k8s_sandbox_tui.provider.jobs.plans import (
    check_job_id,
    check_signal,
    folder_of,
    metadata_of,
    plan_follow,
    plan_start,
)
from k8s_sandbox_tui.provider.jobs.records import RecordedState, parse_jobs, parse_started, parse_state

ID = "0123456789ab"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = int(MOMENT.timestamp())


def listing(state: str, metadata: str = '{"command":"x"}', up: str = "up 20.5") -> bytes:
    return f"{up}\njob {ID} {state}\n{metadata}\n\n".encode()


def test_a_job_that_runs() -> None:
    (job,) = parse_jobs(listing(f"1 {SECONDS} 10.25 - - 0", '{"command":["a","b"],"cwd":"/w","cut":true}'))
    assert (job.id, job.command, job.cwd, job.state, job.exit_code) == (ID, ("a", "b"), "/w", JobState.RUNNING, None)
    assert (job.started_at, job.duration_ms, job.ended_at) == (MOMENT, 10_250, None)
    assert (job.command_cut, job.log_cut) == (True, False)


def test_a_job_that_has_ended() -> None:
    (job,) = parse_jobs(listing(f"2 {SECONDS} 10.25 137 12.25 1"))
    assert (job.state, job.exit_code, job.duration_ms, job.log_cut) == (JobState.EXITED, 137, 2000, True)
    assert job.ended_at == datetime(2026, 1, 1, 0, 0, 2, tzinfo=UTC)


@pytest.mark.parametrize("state", [f"0 {SECONDS} 10 - - 0", f"2 {SECONDS} 10 - - 0", f"2 {SECONDS} 10 999 12 0"])
def test_a_job_that_is_lost(state: str) -> None:
    (job,) = parse_jobs(listing(state))
    assert (job.state, job.exit_code, job.duration_ms, job.ended_at) == (JobState.LOST, None, None, None)


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"\n",
        b"up x\n",
        listing("3 1 1 - - 0"),
        listing("1 - - - - 0"),
        listing("1 999999999999 1 - - 0"),
        listing("1 1 1 -1 - 0"),
        listing("1 1 1 - - 0", "{"),
        listing("1 1 1 - - 0", '{"command":null}'),
        listing("1 1 1 - - 0", '{"command":"\\ud800"}'),
        listing("1 1 1 - - 0").replace(ID.encode(), b"../../etc/x"),
        listing("1 1 1 - - 0").removesuffix(b'\n{"command":"x"}\n\n'),
    ],
)
def test_what_is_no_job(output: bytes) -> None:
    assert parse_jobs(output) == []


@given(st.binary(max_size=200), st.binary(max_size=200), st.text(max_size=80))
def test_any_bytes_in_a_listing_do_no_harm(before: bytes, after: bytes, metadata: str) -> None:
    parse_jobs(before)
    parse_jobs(b"up 1\n" + before)
    parse_jobs(listing(before.decode("latin-1"), metadata) + after)
    parse_started(before)
    parse_state(metadata)


def test_what_a_start_says() -> None:
    started = parse_started(b"started 5 6.75\n")
    assert started is not None
    assert (started.state, started.start_uptime) == (JobState.RUNNING, 6.75)
    for wrong in (b"", b"started 5 6.75", b"started x 1\n", b"\xff\n"):
        assert parse_started(wrong) is None


pieces = st.lists(st.tuples(st.sampled_from(["out", "err"]), st.integers(0, 5), st.binary(min_size=1, max_size=40)))


@given(pieces, st.lists(st.integers(1, 30)), st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_log_arrives_whatever_the_pieces_it_comes_in(
    given_pieces: list[tuple[str, int, bytes]], cuts: list[int], out: int, err: int
) -> None:
    position = {"out": out, "err": err}
    data = b"begun\n"
    expected: dict[str, bytes] = {"stdout": b"", "stderr": b""}
    missed = 0
    for name, gap, content in given_pieces:
        missed += gap
        position[name] += gap
        data += f"{name} {position[name]} {len(content)}\n".encode() + content
        position[name] += len(content)
        expected["stdout" if name == "out" else "stderr"] += content
    data += b"state 2 1 1 0 2 0\n"
    frames = LogFrames(LogOffset(out, err))
    events: list[object] = []
    while data:
        size = cuts.pop() if cuts else len(data)
        events += frames.feed(data[:size])
        data = data[size:]
    chunks = [event for event in events if isinstance(event, LogChunk)]
    assert {s: b"".join(chunk.data for chunk in chunks if chunk.stream == s) for s in expected} == expected
    assert sum(chunk.missed for chunk in chunks) == missed
    assert frames.offset == LogOffset(position["out"], position["err"])
    assert isinstance(events[-1], RecordedState)
    ends = {"stdout": out, "stderr": err}
    for chunk in chunks:
        assert chunk.offset == ends[chunk.stream] + chunk.missed
        ends[chunk.stream] = chunk.offset + len(chunk.data)


def test_no_job() -> None:
    (event,) = LogFrames(LogOffset()).feed(b"none\n")
    assert isinstance(event, NoJob)


@pytest.mark.parametrize(
    "data",
    [
        b"hello\n",
        b"out 4 3\nabc",
        b"out 5 0\n",
        b"out 5 -1\n",
        b"out 5 9999999999999999999\n",
        b"out 5 3\nabcstate 9\n",
        b"x" * 300,
        b"\n",
        b"state \xff\n",
    ],
)
def test_what_is_none_of_the_followers_is_refused(data: bytes) -> None:
    with pytest.raises(GarbledError):
        list(LogFrames(LogOffset(5, 0)).feed(data))


@given(st.lists(st.binary(max_size=60)), st.integers(0, 100))
def test_any_bytes_to_the_follower_are_refused_or_kept_apart(parts: list[bytes], offset: int) -> None:
    frames = LogFrames(LogOffset(offset, offset))
    try:
        for part in parts:
            list(frames.feed(part))
    except GarbledError:
        return
    assert frames.offset.stdout >= offset


@pytest.mark.parametrize(("given_name", "sent"), [("TERM", "TERM"), ("sigint", "INT"), ("SIGUSR1", "USR1")])
def test_signals(given_name: str, sent: str) -> None:
    assert check_signal(given_name) == sent


@pytest.mark.parametrize("wrong", ["", "SIG", "9", "TERM; rm -rf /", "FOO", 9, None, "SIGSIGTERM"])
def test_what_is_no_signal(wrong: object) -> None:
    with pytest.raises(InvalidArgumentError, match="no signal"):
        check_signal(wrong)


@pytest.mark.parametrize("wrong", ["", "../x", "0123456789a", "0123456789abc", "0123456789AB", "0123456789a\n", 5])
def test_what_is_no_id(wrong: object) -> None:
    with pytest.raises(InvalidArgumentError, match="not the id of a job"):
        check_job_id(wrong)


@pytest.mark.parametrize("uid", ["../..", "a b'$(x)", "", "é"])
def test_a_uid_cannot_lead_out_of_the_folder(uid: str) -> None:
    assert folder_of(uid).removeprefix("/tmp/.computesdk/").strip("-abcdefghijklmnopqrstuvwxyz") == ""


def test_long_commands_are_cut_for_show() -> None:
    assert metadata_of("x" * 9000, None).command == "x" * MAX_SHOWN
    assert metadata_of("x" * 9000, None).cut
    assert not metadata_of("x" * MAX_SHOWN, "/w").cut
    words = metadata_of(["a"] * 9000, None)
    assert sum(map(len, words.command)) <= MAX_SHOWN
    assert words.cut
    assert metadata_of(["a", "b\udcff"], None).command == ["a", "b\\xff"]


@pytest.mark.parametrize("max_log", [0, -1, 16 * 1024 - 1, 10**12])
def test_logs_that_cannot_be(max_log: int) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot be"):
        plan_start("/x", ID, "true", cwd=None, env=None, max_log=max_log)


def test_variables_that_the_provider_uses_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="used by the provider"):
        plan_start("/x", ID, "true", cwd=None, env={"__computesdk_d": "x"}, max_log=65536)


def test_no_value_stands_in_a_url_and_none_is_long() -> None:
    plan = plan_start("/x", ID, "echo $A #" + "x" * 200_000, cwd="/w", env={"A": "s3cret"}, max_log=65536)
    assert "s3cret" not in "".join(plan.argv)
    for each in (plan, plan_follow("/x", ID, LogOffset(), 60)):
        assert sum(map(len, each.argv)) < 2048
