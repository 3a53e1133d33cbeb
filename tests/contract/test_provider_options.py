"""The options of a create over the local cluster: what a sandbox sees of them, and what others see of the sandbox."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.destroy_many import DestroyOutcome
from k8s_sandbox_tui.provider.errors import SandboxGoneError
from k8s_sandbox_tui.provider.models import Runtime, SandboxStatus
from k8s_sandbox_tui.provider.resources import Resources
from k8s_sandbox_tui.provider.selection import select

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.provider.security import SecurityProfile
    from tests.contract.cluster_client import ApiClient


@pytest.fixture
async def compute(local_cluster: LocalClusterStatus, namespace: str) -> AsyncIterator[Compute]:
    """The provider, in a namespace of this test's own."""
    async with k8s(kube_config_path=local_cluster.kubeconfig, namespace=namespace, runtime="python") as opened:
        yield opened


@pytest.mark.parametrize("profile", ["default", "compat", "restricted"])
async def test_each_security_profile_runs_and_is_worked_in(compute: Compute, profile: SecurityProfile) -> None:
    sandbox = await compute.sandbox.create(security_profile=profile)
    result = await sandbox.run_command(
        'cd; pwd; echo x > "$HOME/file" && echo y > /tmp/file && cat "$HOME/file" /tmp/file; python3 -c "print(6*7)"'
    )
    assert result.exit_code == 0, result.stderr
    assert result.stdout.endswith("x\ny\n42\n")
    background = await sandbox.run_command("echo noted", background=True)
    assert background.exit_code == 0
    assert await sandbox.destroy()


@pytest.mark.parametrize("runtime", ["node", "python"])
async def test_restricted_has_a_home_and_a_directory_that_can_be_written(
    compute: Compute, runtime: Runtime, local_cluster: LocalClusterStatus
) -> None:
    sandbox = await compute.sandbox.create(runtime=runtime, security_profile="restricted")
    result = await sandbox.run_command('pwd; echo "$HOME"; touch here && ls "$HOME"')
    where, home, listed = result.stdout.splitlines()
    # Links lead to the volume where nothing can be mounted.
    assert where == home == "/home/sandbox" or local_cluster.isolation != "bubblewrap"
    assert listed == "here"


@pytest.mark.parametrize("profile", ["default", "compat", "restricted"])
async def test_a_directory_is_made_and_commands_run_in_it(
    compute: Compute, profile: SecurityProfile, local_cluster: LocalClusterStatus
) -> None:
    sandbox = await compute.sandbox.create(directory="/work/space", security_profile=profile)
    where, listed = (await sandbox.run_command("pwd; touch a; ls")).stdout.splitlines()
    # Below the sandbox's own folder, where it sees those of the machine.
    assert where == "/work/space" or local_cluster.isolation != "bubblewrap"
    assert listed == "a"
    assert (await sandbox.run_command(["pwd"])).stdout == f"{where}\n"
    assert (await sandbox.run_command("pwd", cwd="/tmp")).stdout == "/tmp\n"


async def test_options_are_seen_by_everybody(compute: Compute, client: ApiClient, pods: str) -> None:
    sandbox = await compute.sandbox.create(
        labels={"team": "a"},
        requests={"cpu": "100m", "ephemeral-storage": "10Mi"},
        limits={"memory": "512Mi"},
        ports={"http": 8080, "debug": 9229},
        lifetime=timedelta(hours=1),
        max_lifetime=timedelta(hours=2),
        tolerations=[{"key": "gpu", "operator": "Exists"}],
    )
    info = sandbox.info
    assert info.labels["team"] == "a"
    assert info.resources == Resources(
        {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "10Mi"}, {"cpu": "1", "memory": "512Mi"}
    )
    assert info.ports == (8080, 9229)
    now = datetime.now(UTC)
    assert info.expires_at is not None
    assert timedelta(minutes=59) < info.expires_at - now < timedelta(minutes=61)
    assert info.deadline_at is not None
    assert timedelta(minutes=119) < info.deadline_at - now < timedelta(minutes=121)
    pod = (await client.get(f"{pods}/{sandbox.name}")).object
    spec = pod["spec"]
    assert isinstance(spec, dict)
    assert spec["activeDeadlineSeconds"] == 7200
    tolerations = spec["tolerations"]
    assert isinstance(tolerations, list)
    assert {"key": "gpu", "operator": "Exists"} in tolerations


async def test_metadata_and_expiry_change_later(compute: Compute) -> None:
    sandbox = await compute.sandbox.create(metadata={"owner": "ann", "old": 1}, lifetime=timedelta(minutes=5))
    await sandbox.set_metadata({"owner": "bob", "new": [1]}, remove=["old", "never"])
    assert (await sandbox.get_info()).metadata == {"owner": "bob", "new": "[1]"}
    first = sandbox.info.expires_at
    assert first is not None
    assert (await sandbox.extend(1000)).expires_at == first
    later = (await sandbox.extend(timedelta(hours=3))).expires_at
    assert later is not None
    assert later > first + timedelta(hours=2)
    assert (await sandbox.set_expiry(None)).expires_at is None
    await sandbox.destroy(wait=True)
    with pytest.raises(SandboxGoneError):
        await sandbox.set_metadata({"a": 1})
    with pytest.raises(SandboxGoneError):
        await sandbox.extend(1000)


async def test_what_has_expired_goes_while_somebody_watches(compute: Compute) -> None:
    short = await compute.sandbox.create(lifetime=500)
    kept = await compute.sandbox.create(lifetime=timedelta(hours=1))
    async with asyncio.timeout(60), compute.sandbox.watch() as watch:
        async for change in watch:
            if change.kind == "removed":
                assert change.info.uid == short.uid
                break
    assert [one.uid for one in await compute.sandbox.list()] == [kept.uid]


async def test_a_hard_cap_ends_the_sandbox_and_its_expiry_removes_it(compute: Compute) -> None:
    sandbox = await compute.sandbox.create(max_lifetime=1000)
    seen: set[tuple[SandboxStatus, str]] = set()
    async with asyncio.timeout(60), compute.sandbox.watch() as watch:
        async for change in watch:
            assert change.info.uid == sandbox.uid
            seen.add((change.info.status, change.info.reason))
            if change.kind == "removed":
                break
    assert (SandboxStatus.FAILED, "DeadlineExceeded") in seen


async def test_sandboxes_are_found_and_destroyed_together(compute: Compute, namespace: str) -> None:
    one, two, three = await asyncio.gather(
        compute.sandbox.create(metadata={"owner": "ann"}, labels={"team": "a"}),
        compute.sandbox.create(metadata={"owner": "ann"}),
        compute.sandbox.create(metadata={"owner": "bob"}, runtime="node"),
    )

    async def uids(**options: object) -> set[str]:
        return {found.uid for found in await compute.sandbox.list(**options)}  # pyright: ignore[reportArgumentType]

    assert await uids(metadata={"owner": "ann"}) == {one.uid, two.uid}
    assert await uids(labels={"team": "a"}) == {one.uid}
    assert await uids(runtime="node") == {three.uid}
    assert await uids(status="running", namespaces=[namespace]) == {one.uid, two.uid, three.uid}
    assert await uids(status="failed") == set()
    assert await uids(older_than=timedelta(hours=1)) == set()
    assert {one.uid, two.uid, three.uid} <= await uids(namespaces=())
    assert [len(page) async for page in compute.sandbox.pages(page_size=2)] == [2, 1]

    results = await compute.sandbox.destroy_many(select(metadata={"owner": "ann"}), wait=True)
    assert {result.outcome for result in results} == {DestroyOutcome.DESTROYED}
    assert await uids() == {three.uid}
    again = await compute.sandbox.destroy_many([one, three, "no-such-pod"], wait=True)
    assert [result.outcome.value for result in again] == ["not found", "destroyed", "not found"]
    assert await uids() == set()
