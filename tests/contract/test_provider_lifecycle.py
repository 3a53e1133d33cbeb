"""The provider over the local cluster: sandboxes from their creation to their end."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from k8s_sandbox_tui.provider import start_failure
from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.errors import (
    AuthenticationError,
    ConflictError,
    CreateError,
    NotFoundError,
    NotManagedError,
    SandboxError,
    SandboxGoneError,
)
from k8s_sandbox_tui.provider.freshness import Freshness
from k8s_sandbox_tui.provider.models import CreateProgress, CreateStage, SandboxStatus
from tests.contract.cluster_client import look

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject
    from k8s_sandbox_tui.provider.inventory import Inventory
    from k8s_sandbox_tui.provider.models import SandboxInfo
    from tests.contract.cluster_client import ApiClient


@pytest.fixture
async def compute(local_cluster: LocalClusterStatus, namespace: str) -> AsyncIterator[Compute]:
    """The provider, in a namespace of this test's own."""
    template = "https://{service}.{namespace}:{port}"
    async with k8s(
        kube_config_path=local_cluster.kubeconfig, namespace=namespace, runtime="python", url_template=template
    ) as opened:
        yield opened


async def follow(inventory: Inventory, seen: Callable[[dict[str, SandboxInfo]], bool]) -> dict[str, SandboxInfo]:
    """Takes updates until the rows are as wanted."""
    rows: dict[str, SandboxInfo] = {}
    async with asyncio.timeout(60):
        async for update in inventory:
            rows |= {row.uid: row for row in update.upserted}
            for uid in update.removed:
                rows.pop(uid, None)
            if update.freshness is Freshness.LIVE and seen(rows):
                return rows
    raise AssertionError


_NEVER_CLOSED = """
import asyncio
from k8s_sandbox_tui import k8s, sync

async def main():
    compute = k8s()
    sandbox = await compute.sandbox.get_by_id(first.sandbox_id)
    print((await sandbox.run_command("echo $GREETING")).stdout)

compute = k8s(runtime="python")
first = asyncio.run(compute.sandbox.create(envs={"GREETING": "hello"}))
print(asyncio.run(first.run_command("echo $GREETING")).stdout)
asyncio.run(main())
other = sync.k8s()
print(len(other.sandbox.list()))
del other
print(asyncio.run(first.destroy()), compute.requests)
"""


async def test_one_event_loop_after_another_and_nothing_closed(
    local_cluster: LocalClusterStatus, namespace: str
) -> None:
    kubeconfig = yaml.safe_load(local_cluster.kubeconfig.read_text())
    kubeconfig["contexts"][0]["context"]["namespace"] = namespace
    raw = base64.b64encode(yaml.safe_dump(kubeconfig).encode()).decode()
    script = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", _NEVER_CLOSED),
        env={**os.environ, "KUBECONFIG_B64": raw},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(script.communicate(), 60)
    assert (out.decode().split(), err.decode()) == (["hello", "hello", "1", "True", "6"], "")


async def test_in_two_event_loops_at_once_it_says_what_to_do(compute: Compute) -> None:
    await compute.sandbox.list()
    with pytest.raises(SandboxError, match="in use in another event loop") as refused:
        await asyncio.to_thread(asyncio.run, compute.sandbox.list())
    assert "k8s_sandbox_tui.sync" in refused.value.hint


async def test_a_sandboxs_whole_life(compute: Compute, namespace: str) -> None:
    assert await compute.sandbox.list() == []
    stages: list[CreateProgress] = []
    sandbox = await compute.sandbox.create(
        envs={"GREETING": "hello $$ $(HOME) 'wörld'"}, metadata={"owner": "ann", "n": 7}, on_progress=stages.append
    )
    assert stages[0].stage is CreateStage.ACCEPTED
    assert stages[-1].stage is CreateStage.RUNNING
    assert sandbox.info.status is SandboxStatus.RUNNING
    assert sandbox.info.metadata == {"owner": "ann", "n": "7"}
    assert sandbox.get_url(80) == f"https://{sandbox.name}-svc.{namespace}:80"

    result = await sandbox.run_command('printf %s "$GREETING"; echo "$A" >&2; pwd; exit 3', cwd="/tmp", env={"A": "b"})
    assert (result.stdout, result.stderr, result.exit_code) == ("hello $$ $(HOME) 'wörld'/tmp\n", "b\n", 3)

    (listed,) = await compute.sandbox.list()
    assert listed.sandbox_id == sandbox.sandbox_id == f"{namespace}/{sandbox.name}"
    found = await compute.sandbox.get_by_id(sandbox.name)
    assert found is not None
    assert found.uid == sandbox.uid

    async with compute.inventory() as inventory:
        assert await sandbox.destroy()
        await follow(inventory, lambda rows: not rows)
    assert await compute.sandbox.get_by_id(sandbox.sandbox_id) is None
    assert not await sandbox.destroy()
    with pytest.raises(SandboxGoneError):
        await sandbox.get_info()


async def test_a_destroyed_sandbox_ends_when_it_is_told_to(compute: Compute, client: ApiClient, pods: str) -> None:
    sandbox = await compute.sandbox.create()
    watching = client.watch(f"{pods}?watch=1&fieldSelector=metadata.name%3D{sandbox.name}&timeoutSeconds=60")
    assert (await anext(watching))["type"] == "ADDED"
    assert await sandbox.destroy()
    codes: set[object] = set()
    async for event in watching:
        codes.add(look(event, "object.status.containerStatuses.0.state.terminated.exitCode"))
        if event["type"] == "DELETED":
            break
    # 137 is that of a process that the end of the grace period kills.
    assert codes == {None, 0}


async def test_the_inventory_follows(compute: Compute) -> None:
    async with compute.inventory() as inventory:
        assert await follow(inventory, lambda rows: not rows) == {}
        creating = asyncio.gather(*(compute.sandbox.create() for _ in range(3)))
        rows = await follow(
            inventory, lambda rows: [row.status for row in rows.values()] == [SandboxStatus.RUNNING] * 3
        )
        sandboxes = await creating
        assert set(rows) == {sandbox.uid for sandbox in sandboxes}
        await asyncio.gather(*(sandbox.destroy() for sandbox in sandboxes))


async def test_ten_creates_at_once(compute: Compute) -> None:
    sandboxes = await asyncio.gather(*(compute.sandbox.create() for _ in range(10)))
    results = await asyncio.gather(*(sandbox.run_command("echo $HOSTNAME; true") for sandbox in sandboxes))
    assert {result.exit_code for result in results} == {0}
    assert len({sandbox.uid for sandbox in sandboxes}) == 10


async def test_an_image_that_does_not_exist(compute: Compute, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_failure, "IMAGE_GRACE", 0.2)
    with pytest.raises(CreateError, match=r"cannot start: (ErrImagePull|ImagePullBackOff): ") as caught:
        await compute.sandbox.create(image="nosuch.invalid/image:1")
    assert caught.value.events[0].startswith("Scheduled: ")
    async with compute.inventory() as inventory:
        await follow(inventory, lambda rows: not rows)


async def test_a_cancelled_create_leaves_nothing(compute: Compute) -> None:
    accepted = asyncio.Event()
    creating = asyncio.create_task(
        compute.sandbox.create(image="nosuch.invalid/image:1", on_progress=lambda _: accepted.set())
    )
    await accepted.wait()
    creating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await creating
    async with compute.inventory() as inventory:
        await follow(inventory, lambda rows: not rows)


async def test_a_name_of_ones_own_is_taken_once(compute: Compute) -> None:
    sandbox = await compute.sandbox.create(name="mine")
    assert sandbox.name == "mine"
    with pytest.raises(ConflictError, match="already exists"):
        await compute.sandbox.create(name="mine")
    assert (await sandbox.get_info()).status is SandboxStatus.RUNNING


async def test_other_pods_are_left_alone(compute: Compute, client: ApiClient, pods: str) -> None:
    web: JsonObject = {
        "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "sandbox", "image": "busybox", "command": ["sleep", "60"]}]},
    }
    await client.request("POST", pods, web)
    assert await compute.sandbox.list() == []
    with pytest.raises(NotManagedError):
        await compute.sandbox.destroy("web")
    with pytest.raises(NotManagedError):
        await compute.sandbox.get_by_id("web")


async def test_a_missing_namespace_is_named(compute: Compute) -> None:
    with pytest.raises(NotFoundError, match=r'namespaces "absent-here" not found. Create it'):
        await compute.sandbox.create(namespace="absent-here")


async def test_a_wrong_token_and_a_wrong_authority(local_cluster: LocalClusterStatus) -> None:
    raw = local_cluster.kubeconfig.read_text()
    token = next(line for line in raw.splitlines() if "token" in line)
    async with k8s(kube_config_raw=raw.replace(token, token[: len(token) - 8] + "00000000")) as compute:
        with pytest.raises(AuthenticationError, match="does not accept the credentials"):
            await compute.sandbox.list()


async def test_output_while_it_runs(compute: Compute) -> None:
    sandbox = await compute.sandbox.create()
    async with await sandbox.start_command("echo one; cat; exit 4", stdin=True) as command:
        chunks: list[bytes] = []
        async for chunk in command:
            chunks.append(chunk.data)
            if b"".join(chunks) == b"one\n":
                await command.send_stdin(b"two\n")
                await command.close_stdin()
        assert await command.wait() == 4
    assert b"".join(chunks) == b"one\ntwo\n"


async def test_a_sandbox_that_takes_too_much_memory_says_so(
    compute: Compute, local_cluster: LocalClusterStatus
) -> None:
    if local_cluster.limits == "none":
        pytest.skip("nothing holds Pods back on this machine")
    sandbox = await compute.sandbox.create(limits={"memory": "64Mi"})
    hog = "import time; kept = []\nwhile True: kept.append(b'x' * (4 << 20)); time.sleep(0.002)"
    with pytest.raises(SandboxGoneError, match="has ended"):
        await sandbox.run_command(["python3", "-c", hog])
    async with compute.inventory() as inventory:
        rows = await follow(inventory, lambda rows: any(row.exit_code is not None for row in rows.values()))
    info = rows[sandbox.uid]
    assert (info.status, info.reason, info.exit_code) == (SandboxStatus.FAILED, "OOMKilled", 137)
