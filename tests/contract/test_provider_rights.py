"""The provider as an identity with few rights: the seed's own table does for all that it describes."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest
import yaml

from k8s_sandbox_tui.provider import start_failure
from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.errors import CreateError, ForbiddenError
from k8s_sandbox_tui.provider.forward.model import ForwardWay
from k8s_sandbox_tui.provider.freshness import Freshness
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.contract.cluster_client import api_client, look, own_cluster, with_token
from tests.contract.port_server import ANSWERS_AFTER_THE_END, ask_port
from tests.timing_out import timed_out

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonValue

_PODS: JsonValue = {"verbs": ["create", "get", "list", "delete"], "apiGroups": [""], "resources": ["pods"]}
_FORWARD: JsonValue = {"verbs": ["create"], "apiGroups": [""], "resources": ["pods/portforward"]}
_SERVICES: JsonValue = {"verbs": ["delete"], "apiGroups": [""], "resources": ["services"]}


def _identity(token: str, exec_verbs: list[JsonValue], *more: JsonValue) -> JsonValue:
    exec_rule: JsonValue = {"verbs": exec_verbs, "apiGroups": [""], "resources": ["pods/exec"]}
    grants: JsonValue = [{"namespace": "default", "rules": [_PODS, exec_rule, _SERVICES, *more]}]
    return {"token": token, "user": {"name": token, "groups": [], "grants": grants}}


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalClusterStatus]:
    verbs: dict[str, list[JsonValue]] = {"table": ["create"], "get-alone": ["get"], "no-exec": []}
    identities = [_identity(token, granted) for token, granted in verbs.items()]
    with own_cluster([*identities, _identity("forwarder", [], _FORWARD)]) as status:
        yield status


def kubeconfig_of(cluster: LocalClusterStatus, token: str) -> str:
    return with_token(cluster.kubeconfig, token)


@pytest.fixture
async def compute(cluster: LocalClusterStatus) -> AsyncIterator[Compute]:
    async with k8s(kube_config_raw=kubeconfig_of(cluster, "table"), runtime="python") as opened:
        yield opened


async def test_a_sandboxs_whole_life(compute: Compute) -> None:
    sandbox = await compute.sandbox.create()
    result = await sandbox.run_command("echo hello; exit 5", cwd="/tmp", env={"A": "b"}, timeout=60_000)
    assert (result.stdout, result.exit_code) == ("hello\n", 5)
    assert [found.uid for found in await compute.sandbox.list()] == [sandbox.uid]
    assert await sandbox.destroy()


async def test_the_rows_are_polled(compute: Compute) -> None:
    async with compute.inventory(refresh_interval=0.1) as inventory:
        creating = asyncio.create_task(compute.sandbox.create())
        statuses: set[SandboxStatus] = set()
        async with asyncio.timeout(60):
            async for update in inventory:
                assert update.freshness in {Freshness.LOADING, Freshness.POLLING}
                statuses |= {row.status for row in update.upserted}
                if SandboxStatus.RUNNING in statuses:
                    break
        await (await creating).destroy()


async def test_a_failure_is_told_without_events(compute: Compute, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_failure, "IMAGE_GRACE", 0.2)
    with pytest.raises(CreateError, match="ImagePull") as caught:
        await compute.sandbox.create(image="nosuch.invalid/image:1")
    assert caught.value.events == ()


async def test_all_namespaces_are_denied(compute: Compute) -> None:
    async with compute.inventory(namespaces=()) as inventory, asyncio.timeout(60):
        async for update in inventory:
            if update.freshness is Freshness.DENIED:
                assert isinstance(update.error, ForbiddenError)
                assert "ClusterRole with the verb 'list' on 'pods'" in update.error.hint
                return


async def test_without_a_right_on_exec_the_error_names_the_one_that_is_enough(cluster: LocalClusterStatus) -> None:
    async with k8s(kube_config_raw=kubeconfig_of(cluster, "no-exec"), runtime="python") as compute:
        sandbox = await compute.sandbox.create()
        with pytest.raises(ForbiddenError, match="verb 'create' on 'pods/exec' in namespace default grants it"):
            await sandbox.run_command("true")
        assert await sandbox.destroy()


async def test_commands_cost_one_refused_request_a_connection_and_none_where_websockets_work(
    compute: Compute, cluster: LocalClusterStatus
) -> None:
    sandbox = await compute.sandbox.create()
    async with k8s(kube_config_raw=kubeconfig_of(cluster, "get-alone")) as other:
        found = await other.sandbox.get_by_id(sandbox.sandbox_id)
        assert found is not None
        for box, refused in ((sandbox, 1), (found, 0)):
            program = compute if box is sandbox else other
            before = program.requests
            for _ in range(3):
                assert (await box.run_command("echo hello; exit 5")).exit_code == 5
            assert program.requests - before == 3 + refused
    assert await sandbox.destroy()


async def test_files_jobs_and_terminals(compute: Compute, tmp_path: Path) -> None:
    sandbox = await compute.sandbox.create()
    data = random.Random(7).randbytes(8_000_000)
    await sandbox.filesystem.write_file("/tmp/data", data)
    assert await sandbox.filesystem.read_bytes("/tmp/data") == data
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "file").write_bytes(data)
    await sandbox.filesystem.upload(tmp_path / "tree", "/tmp/tree")
    await sandbox.filesystem.download("/tmp/tree", tmp_path / "back")
    assert (tmp_path / "back" / "file").read_bytes() == data

    job = await sandbox.jobs.start("echo started; sleep 4803")
    async with job.follow() as log:
        assert (await log.__anext__()).data == b"started\n"
    await job.kill(300)
    assert job.exit_code == 143

    command = "stty size; read -r line; stty size; echo got $line"
    async with await sandbox.start_command(command, tty=True, stdin=True, size=(80, 24)) as terminal:
        assert (await anext(terminal)).data == b"24 80\r\n"
        await terminal.resize(100, 30)
        await terminal.send_stdin(b"x\n")
        shown = b"".join([chunk.data async for chunk in terminal])
        assert (shown, await terminal.wait()) == (b"x\r\n30 100\r\ngot x\r\n", 0)
    async with await sandbox.start_command("cat; echo end", stdin=True) as cat:
        await cat.send_stdin(b"one\n")
        assert (await anext(cat)).data == b"one\n"
        await cat.close_stdin()
        assert [chunk.data async for chunk in cat] == [b"end\n"]
    endless = "echo early; sleep 4803 & sleep 4803"
    error = await timed_out(lambda timeout: sandbox.run_command(endless, timeout=timeout))
    assert error.stdout == "early\n"
    left = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'slee[p] 4803'"
    assert (await sandbox.run_command(left)).stdout == "0\n"
    assert await sandbox.destroy()


async def test_ports_are_forwarded_through_exec_and_with_create_on_port_forward_by_that(
    compute: Compute, cluster: LocalClusterStatus
) -> None:
    sandbox = await compute.sandbox.create()
    async with await sandbox.start_command(["python3", "-u", "-c", ANSWERS_AFTER_THE_END]) as server:
        port = int((await anext(server)).data)
        async with await sandbox.forward_port(port) as forward:
            assert forward.via is ForwardWay.EXEC
            assert await ask_port(forward.local_port, b"question") == b"QUESTION"
        with pytest.raises(ForbiddenError, match="pods/portforward"):
            await sandbox.forward_port(port, via="port-forward")
        async with k8s(kube_config_raw=kubeconfig_of(cluster, "forwarder")) as other:
            found = await other.sandbox.get_by_id(sandbox.sandbox_id)
            assert found is not None
            async with await found.forward_port(port) as forward:
                assert forward.via is ForwardWay.PORT_FORWARD
                assert await ask_port(forward.local_port, b"question") == b"QUESTION"
    assert await sandbox.destroy()


async def test_the_preflight_agrees_with_what_works(compute: Compute, cluster: LocalClusterStatus) -> None:
    rights = await compute.rights()
    assert rights.sufficient is True
    assert [(right.verb, right.resource) for right in rights.missing] == [
        ("get", "pods/exec"),
        ("watch", "pods"),
        ("patch", "pods"),
        ("list", "events"),
        ("create", "pods/portforward"),
        ("get", "pods/portforward"),
        ("get", "pods/log"),
        ("list", "pods.metrics.k8s.io"),
    ]
    async with k8s(kube_config_raw=kubeconfig_of(cluster, "get-alone")) as other:
        rights = await other.rights()
        assert rights.sufficient is False
        assert ("create", "pods/exec") in [(right.verb, right.resource) for right in rights.missing]
        assert yaml.safe_load(rights.role)["rules"][0] == {
            "apiGroups": [""],
            "resources": ["pods/exec"],
            "verbs": ["create"],
        }
        elsewhere = await other.rights(namespace="kube-system")
        assert len(elsewhere.missing) == len(elsewhere.rights)
    async with k8s(kube_config_path=cluster.kubeconfig) as owner:
        rights = await owner.rights()
        assert (rights.missing, rights.unknown, rights.role) == ((), (), "")


async def test_all_that_the_seed_describes(compute: Compute) -> None:
    """Installation to limitations, as the provider's documentation goes through it."""
    sandbox = await compute.sandbox.create(envs={"API_KEY": "k"}, metadata={"owner": "ann"})
    assert (await sandbox.run_command("cd /tmp && echo $API_KEY | tee file; ls file")).stdout == "k\nfile\n"
    assert (
        await sandbox.run_command("pwd; echo $N", cwd="/tmp", env={"N": "production"})
    ).stdout == "/tmp\nproduction\n"
    assert (await sandbox.run_command("echo noted", background=True)).exit_code == 0
    log = "until grep -q noted /tmp/computesdk-bg.log; do sleep 0.05; done; cat /tmp/computesdk-bg.log"
    assert (await sandbox.run_command(log, timeout=60_000)).stdout == "noted\n"
    assert (await sandbox.get_info()).metadata == {"owner": "ann"}
    assert sandbox.get_url(3000).endswith(".invalid:3000")
    found = await compute.sandbox.get_by_id(sandbox.name)
    assert found is not None
    assert found.sandbox_id == sandbox.sandbox_id
    assert await found.destroy(wait=True)
    assert await compute.sandbox.get_by_id(sandbox.sandbox_id) is None


async def test_an_expired_sandbox_goes_with_these_rights_too(compute: Compute) -> None:
    sandbox = await compute.sandbox.create(lifetime=200)
    async with asyncio.timeout(60), compute.sandbox.watch(refresh_interval=0.2) as watch:
        async for change in watch:
            if change.kind == "removed" and change.info.uid == sandbox.uid:
                break


async def test_what_cannot_be_changed_names_the_right(compute: Compute) -> None:
    sandbox = await compute.sandbox.create(lifetime=600_000)
    for call in (sandbox.extend(3_600_000), sandbox.set_metadata({"a": 1})):
        with pytest.raises(ForbiddenError, match="verb 'patch' on 'pods' in namespace default grants it"):
            await call
    assert await sandbox.destroy()


async def test_the_role_that_is_missing_gives_all_rights_once_it_is_bound(cluster: LocalClusterStatus) -> None:
    group, name = "/apis/rbac.authorization.k8s.io/v1/namespaces/default", "with-the-role"
    async with api_client(cluster.kubeconfig) as owner:
        await owner.request("POST", "/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": name}})
        path = f"/api/v1/namespaces/default/serviceaccounts/{name}/token"
        token = str(look((await owner.request("POST", path, {})).object, "status.token"))
        async with k8s(kube_config_raw=kubeconfig_of(cluster, token), runtime="python") as compute:
            role = (await compute.rights()).role
            made = await owner.request("POST", f"{group}/roles", role.encode(), {"Content-Type": "application/yaml"})
            assert made.status == 201
            subject: JsonValue = {"kind": "ServiceAccount", "name": name, "namespace": "default"}
            role_ref: JsonValue = {"kind": "Role", "name": look(made.body, "metadata.name")}
            binding: JsonValue = {"metadata": {"name": name}, "subjects": [subject], "roleRef": role_ref}
            assert (await owner.request("POST", f"{group}/rolebindings", binding)).status == 201
            rights = await compute.rights()
            assert (rights.role, [right for right in rights.rights if not right.allowed]) == ("", [])
            sandbox = await compute.sandbox.create()
            assert (await sandbox.run_command("echo hello")).stdout == "hello\n"
            assert await sandbox.destroy()
