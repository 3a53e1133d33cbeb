"""Jobs over a connection that fails, with real sockets and real processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.errors import (
    ApiError,
    CommandError,
    CommandTimeoutError,
    ConnectionLostError,
    InvalidArgumentError,
    SandboxGoneError,
    TransportError,
)
from k8s_sandbox_tui.provider.exec.patience import Patience
from k8s_sandbox_tui.provider.jobs import follow as follow_module
from k8s_sandbox_tui.provider.jobs import place as place_module
from k8s_sandbox_tui.provider.jobs import scripts
from k8s_sandbox_tui.provider.jobs.collection import JobCollection
from k8s_sandbox_tui.provider.jobs.errors import (
    JobLostError,
    JobNotFoundError,
    JobRunningError,
    JobTimeoutError,
)
from k8s_sandbox_tui.provider.jobs.models import JobState, LogOffset
from k8s_sandbox_tui.provider.jobs.place import JobPlace
from tests.unit.exec.exec_server import TARGET, ExecServer, LoopbackConnection
from tests.unit.jobs.job_shell import end_jobs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from k8s_sandbox_tui.provider.jobs.follow import JobFollow

PATIENCE = Patience(open=5, ping=0.3, pong=2, look=0.3, gone=0.1)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(scripts, "ROOT", str(tmp_path))
    yield tmp_path
    end_jobs(tmp_path)


@pytest.fixture
async def server(root: Path) -> AsyncIterator[ExecServer]:
    async with ExecServer() as running:
        yield running


@pytest.fixture
async def jobs(server: ExecServer) -> AsyncIterator[JobCollection]:
    async with LoopbackConnection(server) as connection:

        async def connect() -> LoopbackConnection:
            return connection

        yield JobCollection(JobPlace(connect, TARGET, PATIENCE))


def fifo(folder: Path, name: str = "gate") -> Path:
    os.mkfifo(folder / name)
    return folder / name


async def until(condition: Callable[[], bool]) -> None:
    """Waits for something that nobody tells."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0.01)


def begun(root: Path) -> bool:
    """Whether a job has."""
    return bool(list(root.glob("*/*/pid")))


async def everything(log: JobFollow) -> dict[str, bytes]:
    parts = {"stdout": b"", "stderr": b""}
    async for chunk in log:
        parts[chunk.stream] += chunk.data
    return parts


@pytest.mark.parametrize("v4", [False, True], ids=["v5", "v4"])
async def test_the_life_of_a_job(jobs: JobCollection, server: ExecServer, *, v4: bool) -> None:
    server.faults.v4_only = v4
    job = await jobs.start("echo out-$A; echo err >&2; exit 3", env={"A": "b"}, cwd="/usr")
    assert len(server.served.queries) == 1
    assert (job.state, job.exit_code, job.command) == (JobState.RUNNING, None, "echo out-$A; echo err >&2; exit 3")
    assert await everything(job.follow()) == {"stdout": b"out-b\n", "stderr": b"err\n"}
    assert (job.state, job.exit_code, job.info.cwd) == (JobState.EXITED, 3, "/usr")
    assert await job.wait() == 3
    log = await job.read_log(LogOffset(4, 1))
    assert (log.stdout, log.stderr, log.offset, log.missed) == (b"b\n", b"rr\n", LogOffset(6, 4), 0)
    (again,) = await jobs.list()
    found = await jobs.get(job.id)
    assert again.info == found.info == await job.get_info()
    assert found.exit_code == 3
    await job.remove()
    with pytest.raises(JobNotFoundError, match=job.id):
        await job.get_info()
    assert await jobs.list() == []


@pytest.mark.parametrize("one_byte_frames", [False, True], ids=["whole", "split"])
async def test_f10_f30_a_dropped_connection_is_made_again_without_loss_or_repeat(
    jobs: JobCollection, server: ExecServer, root: Path, *, one_byte_frames: bool
) -> None:
    server.faults.one_byte_frames = one_byte_frames
    gates = [fifo(root, f"gate{number}") for number in range(3)]
    steps = "".join(f"read -r x <{gate}; printf '%s-%0500d' $x 7; printf e >&2;" for gate in gates)
    job = await jobs.start(f"{steps} exit 4")
    seen = b""
    async with job.follow() as log:
        reader = asyncio.create_task(log.__anext__())
        for number, gate in enumerate(gates):
            await asyncio.to_thread(gate.write_text, f"{number}\n")
            while len(seen) < 502 * (number + 1):
                chunk = await reader
                seen += chunk.data if chunk.stream == "stdout" else b""
                assert chunk.missed == 0
                reader = asyncio.create_task(log.__anext__())
            server.drop()
        with contextlib.suppress(StopAsyncIteration):
            while True:
                chunk = await reader
                assert chunk.stream == "stderr"
                reader = asyncio.create_task(log.__anext__())
        assert log.offset == LogOffset(len(seen), 3)
    assert seen == b"".join(b"%d-%0500d" % (number, 7) for number in range(3))
    assert job.exit_code == 4


async def test_a_drop_within_a_piece_of_the_log_goes_on_at_its_byte(
    jobs: JobCollection, server: ExecServer, root: Path
) -> None:
    gate = fifo(root)
    job = await jobs.start(f"head -c 3000000 /dev/urandom | tee {root}/copy; read -r x <{gate}")
    seen = bytearray()
    async with job.follow() as log:
        async for chunk in log:
            assert chunk.offset == len(seen)
            seen += chunk.data
            if len(seen) < 2_000_000:
                server.drop()
            if len(seen) == 3_000_000:
                await asyncio.to_thread(gate.write_text, "go\n")
    assert bytes(seen) == (root / "copy").read_bytes()


async def first_line(log: JobFollow) -> bytes:
    """What has come up to the end of a line; a write may arrive in pieces."""
    data = b""
    while not data.endswith(b"\n"):
        data += (await anext(log)).data
    return data


async def test_f20_leaving_a_log_leaves_the_job_and_nothing_else(jobs: JobCollection, server: ExecServer) -> None:
    job = await jobs.start("echo x; sleep 600")
    async with job.follow() as log:
        assert await first_line(log) == b"x\n"
        waiting = asyncio.create_task(log.__anext__())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        # The exec of the follower, and that of the start before it.
        await server.until_dead()
    assert (await job.get_info()).state is JobState.RUNNING
    started = time.monotonic()
    async with job.follow() as log:
        assert await first_line(log) == b"x\n"
    await server.until_dead()
    assert time.monotonic() - started < 20
    assert (await job.get_info()).state is JobState.RUNNING


async def test_f30_a_turn_that_is_over_is_followed_by_another(
    jobs: JobCollection, server: ExecServer, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_module, "TURN_SECONDS", 1)
    gate = fifo(root)
    job = await jobs.start(f"echo a; read -r x <{gate}; echo b")
    following = asyncio.create_task(everything(job.follow()))
    await until(lambda: len(server.served.queries) >= 3)
    await asyncio.to_thread(gate.write_text, "go\n")
    assert (await following)["stdout"] == b"a\nb\n"


async def test_f30_f50_waiting_outlives_drops_and_refusals(jobs: JobCollection, server: ExecServer, root: Path) -> None:
    gate = fifo(root)
    job = await jobs.start(f"read -r x <{gate}; exit 7")
    waiting = asyncio.create_task(job.wait())
    await until(lambda: len(server.served.processes) >= 2)
    server.faults.refuse = (503, "overloaded")
    server.drop()
    await until(lambda: len(server.served.queries) >= 5)
    server.faults.refuse = None
    await asyncio.to_thread(gate.write_text, "go\n")
    assert await waiting == 7


async def test_a_follower_gives_up_when_the_sandbox_is_silent_for_long(
    jobs: JobCollection, server: ExecServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_module, "GIVE_UP_SECONDS", 0.5)
    job = await jobs.start("echo x; sleep 600")
    log = job.follow()
    await log.__anext__()
    server.faults.refuse = (503, "overloaded")
    server.drop()
    with pytest.raises(ApiError, match="refused"):
        await log.__anext__()
    assert log.trouble
    server.faults.refuse = None
    waiting = asyncio.create_task(log.__anext__())
    await until(lambda: not log.trouble)
    waiting.cancel()
    assert log.offset == LogOffset(2, 0)
    await log.aclose()


async def test_what_cannot_be_reached_at_first_is_said_at_once(jobs: JobCollection, server: ExecServer) -> None:
    job = await jobs.start("sleep 600")
    server.faults.refuse = (403, "forbidden")
    with pytest.raises(ApiError):
        await job.follow().__anext__()
    async with ExecServer() as other, LoopbackConnection(other) as connection:

        async def connect() -> LoopbackConnection:
            return connection

        unreached = JobCollection(JobPlace(connect, TARGET, PATIENCE))
        other.faults.refuse = (500, "broken")
        with pytest.raises((ApiError, TransportError)):
            await unreached.list()


async def test_waiting_has_a_limit_and_the_job_goes_on(jobs: JobCollection, server: ExecServer) -> None:
    job = await jobs.start("sleep 600")
    with pytest.raises(JobTimeoutError, match="300 ms"):
        await job.wait(300)
    assert (await job.get_info()).state is JobState.RUNNING
    with pytest.raises(JobRunningError):
        await job.remove()
    assert await job.signal("SIGTERM")
    assert await job.wait(20_000) == 143
    assert not await job.signal("TERM")
    with pytest.raises(InvalidArgumentError):
        await job.wait(-1)
    await server.until_dead()


async def test_killing(jobs: JobCollection, server: ExecServer) -> None:
    job = await jobs.start("trap '' TERM; sleep 600 & while :; do sleep 1; done")
    await job.kill(200)
    assert (job.state, job.exit_code) == (JobState.EXITED, 137)
    await job.kill()
    with pytest.raises(InvalidArgumentError, match="grace"):
        await job.kill(10**9)
    await server.until_dead()


async def test_a_start_whose_answer_is_lost_finds_its_job(jobs: JobCollection, server: ExecServer) -> None:
    server.faults.drops_left = 1
    job = await jobs.start("sleep 600")
    assert server.faults.drops_left == 0
    assert job.state is JobState.RUNNING
    assert [one.id for one in await jobs.list()] == [job.id]


async def test_a_start_that_never_arrives_says_so(jobs: JobCollection, server: ExecServer) -> None:
    server.faults.drop_before_status = True
    server.env["PATH"] = "/nowhere"
    with pytest.raises((ConnectionLostError, CommandError)):
        await jobs.start("true")


async def test_a_cancelled_start_leaves_nothing(
    jobs: JobCollection, server: ExecServer, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The launcher hangs after the job has begun, so that the start can be cancelled then.
    monkeypatch.setattr(scripts, "LAUNCH", f"{scripts.LAUNCH};sleep 600")
    starting = asyncio.create_task(jobs.start("sleep 600"))
    await until(lambda: begun(root))
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    async with asyncio.timeout(60):
        await (await jobs.list())[0].wait()


async def test_a_sandbox_without_setsid_says_what_it_lacks(jobs: JobCollection, server: ExecServer, root: Path) -> None:
    server.env["PATH"] = str(root)
    for tool in ("dd", "grep"):
        (root / tool).symlink_to(f"/usr/bin/{tool}")
    with pytest.raises(CommandError, match="no setsid") as caught:
        await jobs.start("true")
    assert "/proc" in caught.value.hint


async def test_f23_f28_f49_the_end_of_the_sandbox_is_told(jobs: JobCollection, server: ExecServer) -> None:
    job = await jobs.start("echo x; sleep 600")
    async with job.follow() as log:
        await first_line(log)
        server.pod = None
        with pytest.raises(SandboxGoneError, match="was deleted"):
            await log.__anext__()
    server.faults.refuse = (404, "pods not found")
    for asking in (jobs.list(), job.wait(), job.kill(), jobs.start("true")):
        with pytest.raises(SandboxGoneError):
            await asking


async def test_another_pod_of_the_name_has_no_such_job(jobs: JobCollection, server: ExecServer) -> None:
    job = await jobs.start("exit 0")
    await job.wait()
    await job.remove()
    with pytest.raises(JobNotFoundError):
        await jobs.get(job.id)
    server.pod = {"metadata": {"uid": "another"}, "status": {"phase": "Running"}}
    with pytest.raises(SandboxGoneError, match="another Pod"):
        await jobs.get(job.id)
    with pytest.raises(SandboxGoneError, match="another Pod"):
        await job.read_log()


async def test_a_job_that_is_removed_while_it_is_followed(jobs: JobCollection, server: ExecServer, root: Path) -> None:
    job = await jobs.start("echo x; sleep 600")
    async with job.follow() as log:
        await log.__anext__()
        shutil.rmtree(root / TARGET.uid / job.id)
        with pytest.raises(JobNotFoundError):
            await log.__anext__()


async def test_a_lost_job_has_no_exit_code(jobs: JobCollection, root: Path) -> None:
    job = await jobs.start("exit 0")
    await job.wait()
    (root / TARGET.uid / job.id / "end").write_text("- -\n")
    found = await jobs.get(job.id)
    assert found.state is JobState.LOST
    with pytest.raises(JobLostError, match="killed"):
        await found.wait()


async def test_hostile_files_are_refused_and_bounded(
    jobs: JobCollection, server: ExecServer, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await jobs.start("echo x; exit 0")
    await job.wait()
    folder = root / TARGET.uid / job.id
    (folder / "out.0").unlink()
    # The size of a file that cannot be read to its end.
    (folder / "out.0").symlink_to("/proc/self/mem")
    (folder / "out.7").write_bytes(b"y" * 100)
    log = await job.read_log()
    assert log.stdout in {b"", b"y" * 100}
    monkeypatch.setattr(place_module, "MAX_ANSWER", 100)
    with pytest.raises(CommandError, match="says more"):
        await jobs.list()
    monkeypatch.setattr(scripts, "FOLLOW", "echo out 5 x")
    with pytest.raises(CommandError, match="cannot be read"):
        await job.read_log()
    monkeypatch.setattr(scripts, "FOLLOW", "echo no >&2;exit 9")
    with pytest.raises(CommandError, match="cannot be followed: no"):
        await job.read_log()
    monkeypatch.setattr(scripts, "LIST", "sleep 600")
    monkeypatch.setattr(JobPlace.run, "__kwdefaults__", {"seconds": 0.3, "failure": ""})
    with pytest.raises(CommandTimeoutError):
        await jobs.list()
    await server.until_dead()


async def test_reading_stops_at_its_limit_and_says_where(jobs: JobCollection) -> None:
    job = await jobs.start("head -c 500000 /dev/zero")
    await job.wait()
    log = await job.read_log(limit=1000)
    assert 1000 <= len(log.stdout) < 500_000
    rest = await job.read_log(log.offset)
    assert len(log.stdout) + len(rest.stdout) == 500_000
