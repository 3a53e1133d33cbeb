"""Ways in which sandboxes go wrong elsewhere, that need more than one part of the provider to be avoided.

Tests of faults that are known elsewhere carry their numbers in these lists: `f` for the failure modes of sandbox
libraries, `ts` for the faults of ComputeSDK's TypeScript provider. Most stand with the part that avoids them.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from aiohttp import web

from k8s_sandbox_tui.provider import access
from k8s_sandbox_tui.provider.compute import k8s
from k8s_sandbox_tui.provider.connection.connection import Connection
from k8s_sandbox_tui.provider.connection.kubeconfig import load_target
from k8s_sandbox_tui.provider.errors import CreateTimeoutError, SandboxGoneError
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.unit.provider.api_server import ApiServer, Watch, answer, authority_pem, refusal
from tests.unit.provider.cluster import PODS, REFUSALS, CreatingServer, as_sent, pod, pod_list

if TYPE_CHECKING:
    from pathlib import Path

POD = f"{PODS}/golden-a"


@pytest.fixture
def running(server: ApiServer) -> ApiServer:
    """A server with one running sandbox, which can be deleted once."""
    server.on("GET", POD, answer(pod()), answer(pod()), refusal(REFUSALS["pod missing"]))
    server.on("DELETE", POD, answer(pod()))
    server.on_any("DELETE", refusal(REFUSALS["service missing"]))
    return server


async def test_ts3_a_destroyed_sandbox_stays_with_its_own_cluster(
    running: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ApiServer() as other:
        other.on_any("GET", answer(pod()))
        (tmp_path / "config").write_text(other.kubeconfig())
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
        async with k8s(kube_config_raw=running.kubeconfig()) as compute:
            sandbox = await compute.sandbox.get_by_id("golden-a")
            assert sandbox is not None
            assert await sandbox.destroy()
            with pytest.raises(SandboxGoneError):
                await sandbox.get_info()
            assert not await sandbox.destroy()
        assert other.seen == []


async def test_ts16_the_status_is_told_as_it_is_and_the_time_is_the_servers(server: ApiServer) -> None:
    metadata = {"computesdk.io/meta-owner": "ann"}
    server.on("GET", PODS, pod_list(pod("unschedulable", annotations=metadata), pod()))
    async with k8s(kube_config_raw=server.kubeconfig()) as compute:
        waiting, _ = await compute.sandbox.list()
    assert (waiting.info.status, waiting.info.reason) == (SandboxStatus.PENDING, "Unschedulable")
    assert waiting.info.metadata == {"owner": "ann"}
    assert waiting.info.created_at.date() == datetime(2026, 11, 23, tzinfo=UTC).date()


async def test_ts17_running_is_noticed_when_it_happens_over_one_connection(server: ApiServer) -> None:
    cluster = CreatingServer(server)
    async with k8s(kube_config_raw=server.kubeconfig()) as compute:
        creating = asyncio.create_task(compute.sandbox.create())
        await cluster.watch.opened.wait()
        asked = len(server.seen)
        cluster.become("running")
        await creating
        # The watch has told it: the TypeScript provider asks each 0.5 s.
        assert len(server.seen) == asked


async def test_ts17_the_kubeconfig_is_read_once(running: ApiServer, tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(running.kubeconfig())
    async with k8s(kube_config_path=path) as compute:
        sandbox = await compute.sandbox.get_by_id("golden-a")
        path.unlink()
        assert sandbox is not None
        await sandbox.destroy()


async def test_ts18_the_timeout_is_for_the_start_and_the_lifetime_for_the_rest(server: ApiServer) -> None:
    cluster = CreatingServer(server)
    async with k8s(kube_config_raw=server.kubeconfig(), timeout=1000) as compute:
        with pytest.raises(CreateTimeoutError):
            await compute.sandbox.create()

        async def at_once(request: web.Request) -> web.Response:
            cluster.pod = as_sent(await request.read())
            cluster.change("running")
            return web.json_response(cluster.pod, status=201)

        server.on("POST", PODS, at_once)
        sandbox = await compute.sandbox.create(timeout=5_000)
        assert (sandbox.info.expires_at, sandbox.info.deadline_at) == (None, None)
        sent = msgspec.json.decode(server.requests("POST", PODS)[-1].body)
        assert "activeDeadlineSeconds" not in sent["spec"]


async def test_f13_lists_and_pods_that_lack_what_the_schema_requires_are_read(server: ApiServer) -> None:
    bare = pod()
    for status in cast("list[dict[str, object]]", cast("dict[str, object]", bare["status"])["containerStatuses"]):
        del status["image"]
    empty = answer({"kind": "PodList", "metadata": {"resourceVersion": "1"}, "items": None})
    server.on("GET", PODS, empty, pod_list(bare))
    async with k8s(kube_config_raw=server.kubeconfig()) as compute:
        assert await compute.sandbox.list() == []
        (sandbox,) = await compute.sandbox.list()
    assert sandbox.info.status == SandboxStatus.RUNNING


async def test_f27_a_new_pod_takes_no_variables_from_the_namespaces_services(server: ApiServer) -> None:
    cluster = CreatingServer(server)
    async with k8s(kube_config_raw=server.kubeconfig()) as compute:
        creating = asyncio.create_task(compute.sandbox.create())
        await cluster.taken.wait()
        creating.cancel()
        await asyncio.wait({creating})
    sent = msgspec.json.decode(server.requests("POST", PODS)[0].body)
    assert sent["spec"]["enableServiceLinks"] is False


async def test_f47_requests_from_a_pod_carry_the_service_accounts_token(server: ApiServer, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("of-the-pod\n")
    (tmp_path / "ca.crt").write_bytes(authority_pem())
    (tmp_path / "namespace").write_text("sandboxes")
    environ = {
        "KUBERNETES_SERVICE_HOST": "127.0.0.1",
        "KUBERNETES_SERVICE_PORT": str(server.port),
        "HOME": str(tmp_path),
    }
    server.on("GET", PODS, pod_list())
    connection = Connection(load_target(environ=environ, service_account=tmp_path))
    try:
        await connection.request("GET", PODS)
    finally:
        await connection.aclose()
    assert server.seen[0].headers["Authorization"] == "Bearer of-the-pod"


async def test_f32_closing_does_not_wait_for_ever_for_a_server_that_is_gone(
    server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "UNFINISHED_SECONDS", 0.2)
    cluster = CreatingServer(server)
    silent = asyncio.Event()

    async def silence(_: web.Request) -> web.StreamResponse:
        silent.set()
        await asyncio.Event().wait()
        raise AssertionError

    compute = k8s(kube_config_raw=server.kubeconfig())
    creating = asyncio.create_task(compute.sandbox.create())
    await cluster.watch.opened.wait()
    server.on_any("DELETE", silence)
    closing = asyncio.create_task(compute.aclose())
    async with asyncio.timeout(60):
        await silent.wait()
        await closing
    creating.cancel()
    await asyncio.wait({creating}, timeout=1)


async def test_f39_a_destroy_that_waits_survives_an_expired_watch(server: ApiServer) -> None:
    watch = Watch()
    server.on("GET", POD, answer(pod()), refusal(REFUSALS["pod missing"]))
    server.on("DELETE", POD, answer(pod()))
    server.on("GET", PODS, watch)
    async with k8s(kube_config_raw=server.kubeconfig()) as compute:
        destroying = asyncio.create_task(compute.sandbox.destroy("golden-a", wait=True))
        await watch.opened.wait()
        watch.send_raw(b'{"type":"ERROR","object":{"kind":"Status","code":410}}\n')
        async with asyncio.timeout(60):
            assert await destroying
