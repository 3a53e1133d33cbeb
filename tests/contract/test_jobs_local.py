"""Jobs in a sandbox of the local cluster, through the provider's own face."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider import JobNotFoundError, JobState, LogOffset, SandboxGoneError, k8s
from k8s_sandbox_tui.sync import k8s as sync_k8s
from tests.interruptible import EXIT_42_ON_INTERRUPT

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.provider import Compute, Sandbox


async def processes(sandbox: Sandbox, pattern: str) -> str:
    """The commands in the sandbox that match; the pattern must not match itself."""
    look = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f; echo; done 2>/dev/null"
    return (await sandbox.run_command(f"{look} | grep '{pattern}'")).stdout


async def test_f20_f21_f22_a_job_from_start_to_end(sandbox: Sandbox) -> None:
    job = await sandbox.jobs.start(
        "echo out $A; pwd; echo err >&2; sleep 4801 & sleep 4801", cwd="/tmp", env={"A": "b'c"}
    )
    parts = {"stdout": b"", "stderr": b""}
    async with job.follow() as log:
        while (parts["stdout"], parts["stderr"]) != (b"out b'c\n/tmp\n", b"err\n"):
            chunk = await log.__anext__()
            parts[chunk.stream] += chunk.data
        assert log.offset == LogOffset(13, 4)
    assert await processes(sandbox, "slee[p] 4801") != ""
    # The job alone is left: no follower, no tail.
    assert await processes(sandbox, "skip[_]bytes") == ""
    await job.kill(300)
    assert (job.state, job.exit_code) == (JobState.EXITED, 143)
    assert await processes(sandbox, "slee[p] 4801") == ""


async def test_another_program_finds_it_and_waits_for_it(sandbox: Sandbox, local_cluster: LocalClusterStatus) -> None:
    job = await sandbox.jobs.start("mkfifo /tmp/gate; echo made; read -r x </tmp/gate; echo $x; exit 9")
    async with k8s(kube_config_path=str(local_cluster.kubeconfig)) as other:
        same = await other.sandbox.get_by_id(sandbox.sandbox_id)
        assert same is not None
        (found,) = await same.jobs.list(state=JobState.RUNNING)
        assert (found.id, found.command, found.started_at) == (job.id, job.command, job.started_at)
        waiting = asyncio.create_task(found.wait())
        async with job.follow() as log:
            assert (await log.__anext__()).data == b"made\n"
        await sandbox.run_command("echo go >/tmp/gate")
        assert await waiting == 9
        assert (await (await same.jobs.get(job.id)).read_log()).stdout == b"made\ngo\n"


async def test_many_at_once_and_the_seeds_log_beside_them(sandbox: Sandbox) -> None:
    jobs = await asyncio.gather(*(sandbox.jobs.start(f"echo {number}; exit {number}") for number in range(8)))
    assert (await sandbox.run_command("echo in the background", background=True)).exit_code == 0
    assert await asyncio.gather(*(job.wait() for job in jobs)) == list(range(8))
    logs = await asyncio.gather(*(job.read_log() for job in jobs))
    assert [log.stdout for log in logs] == [b"%d\n" % number for number in range(8)]
    assert {job.id for job in await sandbox.jobs.list()} == {job.id for job in jobs}
    async with asyncio.timeout(60):
        while (await sandbox.run_command("cat /tmp/computesdk-bg.log")).stdout != "in the background\n":
            pass


async def test_jobs_of_one_sandbox_are_not_those_of_another(sandbox: Sandbox, compute: Compute) -> None:
    job = await sandbox.jobs.start("sleep 600")
    other = await compute.sandbox.create(runtime="python")
    assert await other.jobs.list() == []
    with pytest.raises(JobNotFoundError):
        await other.jobs.get(job.id)
    await job.signal("TERM")
    assert await job.wait() == 143
    await other.destroy()


async def test_f23_f28_f49_sandbox_destroyed_under_a_job(compute: Compute) -> None:
    sandbox = await compute.sandbox.create(runtime="python")
    job = await sandbox.jobs.start("echo x; sleep 600")
    async with job.follow() as log:
        await log.__anext__()
        await sandbox.destroy()
        with pytest.raises(SandboxGoneError):
            await log.__anext__()
    with pytest.raises(SandboxGoneError):
        await job.wait()


async def test_an_interrupt_is_one_to_python(sandbox: Sandbox) -> None:
    job = await sandbox.jobs.start(["python3", "-c", EXIT_42_ON_INTERRUPT])
    async with job.follow() as log:
        await log.__anext__()
        await job.signal("SIGINT")
    assert await job.wait() == 42


def test_without_await(local_cluster: LocalClusterStatus) -> None:
    with sync_k8s(kube_config_path=str(local_cluster.kubeconfig), runtime="python") as compute:
        sandbox = compute.sandbox.create()
        job = sandbox.jobs.start("echo out; echo err >&2; exit 3")
        with job.follow() as log:
            assert sorted((chunk.stream, chunk.data) for chunk in log) == [("stderr", b"err\n"), ("stdout", b"out\n")]
        assert job.wait() == 3
        assert [one.exit_code for one in sandbox.jobs.list()] == [3]
        assert sandbox.jobs.get(job.id).read_log().stderr == b"err\n"
        job.remove()
        sandbox.destroy()
