"""Finding, listing and destroying sandboxes; nothing else is touched."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.errors import (
    ApiError,
    ConfigError,
    ForbiddenError,
    InvalidArgumentError,
    InvalidKubeconfigError,
    NotManagedError,
    SandboxError,
    SandboxGoneError,
    TransportError,
)
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.unit.provider.api_server import ApiServer, answer, cut, refusal
from tests.unit.provider.cluster import PODS, REFUSALS, pod, pod_list

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

UID = "26a5592b-846e-4e57-af67-0eba2fdc1e87"
POD = f"{PODS}/golden-a"
SERVICE = "/api/v1/namespaces/sandboxes/services/golden-a-svc"
MISSING = refusal(REFUSALS["pod missing"])


@pytest.fixture
async def compute(server: ApiServer) -> AsyncIterator[Compute]:
    async with k8s(kube_config_raw=server.kubeconfig()) as opened:
        yield opened


@pytest.fixture
def golden(server: ApiServer) -> ApiServer:
    """A server with one running sandbox."""
    server.on("GET", POD, answer(pod()))
    server.on("DELETE", POD, answer(pod()))
    server.on("DELETE", SERVICE, refusal(REFUSALS["service missing"]))
    return server


def calls(server: ApiServer) -> list[tuple[str, str]]:
    return [(seen.method, seen.path) for seen in server.seen]


async def test_connecting_asks_the_server_nothing(compute: Compute, server: ApiServer) -> None:
    cluster = await compute.connect()
    assert (cluster.context, cluster.namespace, cluster.user) == ("test", "sandboxes", "u")
    assert cluster.server == server.url
    assert cluster.source == "kube_config_raw"
    assert server.seen == []


@pytest.mark.parametrize("sandbox_id", ["golden-a", "sandboxes/golden-a"])
async def test_get_by_id(sandbox_id: str, compute: Compute, golden: ApiServer) -> None:
    sandbox = await compute.sandbox.get_by_id(sandbox_id)
    assert sandbox is not None
    assert sandbox.sandbox_id == "sandboxes/golden-a"
    assert (sandbox.name, sandbox.namespace, sandbox.uid, sandbox.provider) == ("golden-a", "sandboxes", UID, "k8s")
    assert sandbox.info.status is SandboxStatus.RUNNING


async def test_get_by_id_of_what_is_not_there(compute: Compute, server: ApiServer) -> None:
    server.on("GET", POD, MISSING)
    assert await compute.sandbox.get_by_id("golden-a") is None


async def test_ts1_ids_that_are_none_reach_no_server(compute: Compute, server: ApiServer) -> None:
    for sandbox_id in ("", "ns/", "ns/.", "ns/..", "a/b/c", "/", "../x"):
        with pytest.raises(InvalidArgumentError):
            await compute.sandbox.get_by_id(sandbox_id)
        with pytest.raises(InvalidArgumentError):
            await compute.sandbox.destroy(sandbox_id)
    for namespace in ("..", "a/b"):
        with pytest.raises(InvalidArgumentError):
            await compute.sandbox.list(namespace=namespace)
    assert server.seen == []


@pytest.mark.parametrize("labels", [None, {}, {"computesdk.io/managed": "false"}, {"app": "web"}])
async def test_ts2_other_pods_are_left_alone(labels: object, compute: Compute, server: ApiServer) -> None:
    server.on("GET", POD, answer(pod(labels=labels)))
    with pytest.raises(NotManagedError, match=r"sandboxes/golden-a is not a sandbox"):
        await compute.sandbox.get_by_id("golden-a")
    with pytest.raises(NotManagedError):
        await compute.sandbox.destroy("golden-a")
    assert {method for method, _ in calls(server)} == {"GET"}


async def test_destroy_deletes_that_pod_and_its_service(compute: Compute, golden: ApiServer) -> None:
    assert await compute.sandbox.destroy("golden-a")
    assert calls(golden) == [("GET", POD), ("DELETE", POD), ("DELETE", SERVICE)]
    (deletion,) = golden.requests("DELETE", POD)
    assert msgspec.json.decode(deletion.body)["preconditions"] == {"uid": UID}


async def test_destroying_what_is_not_there(compute: Compute, server: ApiServer) -> None:
    server.on_any("GET", MISSING)
    assert not await compute.sandbox.destroy("web")
    # Nothing says that the Service web-svc has to do with a sandbox.
    assert calls(server) == [("GET", f"{PODS}/web")]

    server.on_any("DELETE", refusal(REFUSALS["service missing"]))
    assert not await compute.sandbox.destroy("computesdk-sbx-0123abcd")
    assert calls(server)[2:] == [("DELETE", "/api/v1/namespaces/sandboxes/services/computesdk-sbx-0123abcd-svc")]


async def test_without_the_right_to_delete_services_the_pod_is_gone_all_the_same(
    compute: Compute, golden: ApiServer
) -> None:
    golden.on("DELETE", SERVICE, refusal(REFUSALS["list forbidden"]))
    assert await compute.sandbox.destroy("golden-a")


@pytest.mark.parametrize("fault", ["list forbidden", "unauthorized"])
async def test_f34_a_refused_delete_is_an_error(fault: str, compute: Compute, golden: ApiServer) -> None:
    golden.on("DELETE", POD, refusal(REFUSALS[fault]))
    with pytest.raises(ApiError):
        await compute.sandbox.destroy("golden-a")
    assert ("DELETE", SERVICE) not in calls(golden)


async def test_a_lost_answer_to_a_delete(compute: Compute, golden: ApiServer) -> None:
    golden.on("DELETE", POD, cut(), MISSING)
    assert await compute.sandbox.destroy("golden-a")


async def test_another_pod_of_the_name_is_left_alone(compute: Compute, golden: ApiServer) -> None:
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    golden.on("GET", POD, answer(pod(uid="another")))
    for call in (sandbox.destroy(), sandbox.get_info(), compute.sandbox.destroy("golden-a", uid=UID)):
        with pytest.raises(SandboxGoneError, match="replaced by another Pod"):
            await call
    assert "DELETE" not in {method for method, _ in calls(golden)}


async def test_leaving_a_sandbox_destroys_it_whatever_happened_in_between(compute: Compute, golden: ApiServer) -> None:
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    with suppress(ZeroDivisionError):
        async with sandbox as entered:
            assert entered is sandbox
            raise ZeroDivisionError
    assert calls(golden)[-2:] == [("DELETE", POD), ("DELETE", SERVICE)]
    golden.on("GET", POD, answer(pod(uid="another")))
    golden.on("DELETE", POD, answer({"kind": "Status", "reason": "Conflict", "code": 409}, 409))
    async with sandbox:
        pass  # Another Pod has its name by now, which is left alone.


async def test_a_pod_that_is_replaced_while_it_is_destroyed(compute: Compute, golden: ApiServer) -> None:
    golden.on("DELETE", POD, answer({"kind": "Status", "reason": "Conflict", "code": 409}, 409))
    with pytest.raises(SandboxGoneError, match="replaced"):
        await compute.sandbox.destroy("golden-a")


async def test_get_info_looks_again(compute: Compute, golden: ApiServer) -> None:
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    assert (sandbox.info.provider, sandbox.provider) == ("k8s", "k8s")
    golden.on("GET", POD, answer(pod("exited 3", name="golden-a", uid=UID)), MISSING)
    assert (await sandbox.get_info()).status is SandboxStatus.FAILED
    assert sandbox.info.exit_code == 3
    with pytest.raises(SandboxGoneError, match="does not exist any more"):
        await sandbox.get_info()


async def test_get_pod_gives_the_whole_pod_of_this_uid(compute: Compute, golden: ApiServer) -> None:
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    recorded = pod("exited 3", name="golden-a", uid=UID)
    golden.on("GET", POD, answer(recorded), answer(pod(name="golden-a", uid="another")), MISSING)
    assert await sandbox.get_pod() == recorded
    with pytest.raises(SandboxGoneError, match="replaced by another Pod"):
        await sandbox.get_pod()
    with pytest.raises(SandboxGoneError, match="does not exist any more"):
        await sandbox.get_pod()


async def test_a_list_comes_in_pages(compute: Compute, server: ApiServer) -> None:
    server.on("GET", PODS, pod_list(pod(), resume="next"), pod_list(pod("exited 3")))
    sandboxes = await compute.sandbox.list()
    assert [sandbox.name for sandbox in sandboxes] == ["golden-a", "golden-exit"]
    first, second = server.seen
    assert first.query == {"labelSelector": "computesdk.io/managed=true", "limit": "500"}
    assert second.query["continue"] == "next"


async def test_f40_a_list_that_expires_between_pages_is_begun_again_once(compute: Compute, server: ApiServer) -> None:
    expired = answer({"kind": "Status", "reason": "Expired", "code": 410}, 410)
    first = pod_list(pod(), resume="next")
    server.on("GET", PODS, first, expired, first, pod_list(pod("exited 3")))
    assert len(await compute.sandbox.list()) == 2
    server.on("GET", PODS, first, expired, first, expired)
    with pytest.raises(ApiError) as caught:
        await compute.sandbox.list()
    assert caught.value.status == 410


async def test_one_foreign_runtime_label_does_not_spoil_the_list(compute: Compute, server: ApiServer) -> None:
    labels = {"computesdk.io/managed": "true", "computesdk.io/runtime": "deno"}
    server.on("GET", PODS, pod_list(pod(labels=labels), pod("exited 0")))
    assert [sandbox.info.runtime for sandbox in await compute.sandbox.list()] == ["deno", "python"]


async def test_a_list_of_another_namespace(compute: Compute, server: ApiServer) -> None:
    server.on("GET", "/api/v1/namespaces/team-b/pods", refusal(REFUSALS["list forbidden"]))
    with pytest.raises(ForbiddenError, match="A Role with the verb 'list' on 'pods' in namespace default grants it"):
        await compute.sandbox.list(namespace="team-b")


@pytest.mark.parametrize(("body", "said"), [("\n<html>", "web page"), ("7", "object"), ("", "truncated")])
async def test_something_else_than_an_api_server(body: str, said: str, compute: Compute, server: ApiServer) -> None:
    server.on_any("GET", answer(body))
    expected = f"answer cannot be read: .*{said}.* Check the server of the kubeconfig's cluster"
    with pytest.raises(TransportError, match=expected):
        await compute.sandbox.list()
    with pytest.raises(TransportError, match=expected):
        await compute.sandbox.get_by_id("golden-a")


async def test_a_configured_namespace_goes_before_the_contexts(server: ApiServer) -> None:
    server.on("GET", "/api/v1/namespaces/mine/pods", pod_list())
    async with k8s(kube_config_raw=server.kubeconfig(), namespace="mine") as compute:
        assert (await compute.connect()).namespace == "mine"
        assert await compute.sandbox.list() == []


async def test_a_context_with_a_namespace_that_is_none(server: ApiServer) -> None:
    document = cast("dict[str, list[dict[str, dict[str, str]]]]", msgspec.json.decode(server.kubeconfig()))
    document["contexts"][0]["context"]["namespace"] = "../x"
    async with k8s(kube_config_raw=msgspec.json.encode(document).decode()) as compute:
        with pytest.raises(InvalidKubeconfigError, match="is not a namespace name"):
            await compute.connect()


async def test_urls_make_no_request(server: ApiServer) -> None:
    server.on("GET", POD, answer(pod()))
    async with k8s(kube_config_raw=server.kubeconfig(), url_template="https://{service}:{port}") as compute:
        sandbox = await compute.sandbox.get_by_id("golden-a")
        assert sandbox is not None
        assert sandbox.get_url(3000) == "https://golden-a-svc:3000"
    assert len(server.seen) == 1


async def test_a_missing_kubeconfig_is_told_at_the_first_use() -> None:
    async with k8s(kube_config_path="/no/such/kubeconfig") as compute:
        with pytest.raises(ConfigError, match="There is no kubeconfig at /no/such/kubeconfig"):
            await compute.sandbox.list()


async def test_a_closed_compute_opens_nothing(server: ApiServer) -> None:
    compute = k8s(kube_config_raw=server.kubeconfig())
    await compute.aclose()
    with pytest.raises(SandboxError, match="has been closed"):
        await compute.sandbox.list()
    assert server.seen == []
