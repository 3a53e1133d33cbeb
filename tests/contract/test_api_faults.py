"""Failures on demand: what a client sees of each."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, cast

import aiohttp
import pytest
from yarl import URL

from tests.contract.cluster_client import ApiClient, api_client, look, own_cluster, pod_manifest
from tests.contract.exec_client import run_in_pod

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue

PODS = "/api/v1/namespaces/default/pods"
_STRANGER = "a-token-of-somebody-else-entirely"
_IDENTITIES: JsonValue = [{"token": _STRANGER, "user": {"name": "stranger"}}]


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalClusterStatus]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("K8S_SANDBOX_TUI_FAULTS", "1")
        with own_cluster(_IDENTITIES) as status:
            yield status


@pytest.fixture
async def client(cluster: LocalClusterStatus) -> AsyncGenerator[ApiClient]:
    async with api_client(cluster.kubeconfig) as opened:
        yield opened
        await opened.request("DELETE", "/local/faults")
        await opened.request("PUT", "/local/clock", {"skewSeconds": 0})
        await opened.request("DELETE", f"{PODS}?gracePeriodSeconds=0")


async def _rule(client: ApiClient, fault: str, **fields: JsonValue) -> None:
    answer = await client.request("POST", "/local/faults", {"fault": fault, **fields})
    assert answer.status == 201, answer.body


def _annotated(name: str, key: str, value: str) -> JsonObject:
    manifest = pod_manifest(name)
    cast("JsonObject", manifest["metadata"])["annotations"] = {f"local.computesdk.io/{key}": value}
    return manifest


async def _running(client: ApiClient, name: str) -> str:
    await client.request("POST", PODS, pod_manifest(name))
    await client.wait_for("default", name, "status.phase", "Running")
    return f"{PODS}/{name}"


async def test_without_the_switch_there_is_no_such_path(local_cluster: LocalClusterStatus) -> None:
    async with api_client(local_cluster.kubeconfig) as client:
        assert (await client.request("POST", "/local/faults", {"fault": "reset"})).status == 404


async def test_only_the_owner_gives_rules(client: ApiClient) -> None:
    body: JsonObject = {"fault": "reset"}
    assert (await client.request("POST", "/local/faults", body, token=_STRANGER)).status == 403
    assert (await client.request("POST", "/local/faults", body, token=None)).status == 403
    assert (await client.get("/local/faults")).body == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"fault": "surprise"}, "Invalid enum value 'surprise'"),
        ({"fault": "reset", "hint": 1}, "unknown field `hint`"),
        ({"fault": "exec"}, "needs the field exec"),
        ({"fault": "reset", "exec": "freeze"}, "needs the field exec"),
        ({"fault": "annotate"}, "needs the field annotations"),
        ({"fault": "delay", "annotations": {}}, "needs the field annotations"),
    ],
)
async def test_wrong_rules_are_refused(client: ApiClient, body: JsonObject, told: str) -> None:
    answer = await client.request("POST", "/local/faults", body)
    assert answer.status == 400
    assert told in answer.message


async def test_too_many_requests_once(client: ApiClient) -> None:
    await _rule(client, "too-many-requests", verb="list", seconds=2)
    answer = await client.get(PODS)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "2")
    assert look(answer.body, "details.retryAfterSeconds") == 2
    assert (await client.get(PODS)).status == 200


async def test_internal_errors_after_some_good_answers(client: ApiClient) -> None:
    await _rule(client, "internal-error", after=1, times=2)
    assert [(await client.get(PODS)).status for _ in range(4)] == [200, 500, 500, 200]


async def test_an_expired_token(client: ApiClient) -> None:
    await _rule(client, "unauthorized")
    answer = await client.get(PODS)
    assert (answer.status, look(answer.body, "reason")) == (401, "Unauthorized")


async def test_a_watch_that_is_too_old(client: ApiClient) -> None:
    await _rule(client, "expired")
    events = [event async for event in client.watch(f"{PODS}?watch=1&resourceVersion=1")]
    assert [(event["type"], look(event, "object.code")) for event in events] == [("ERROR", 410)]


async def test_a_list_that_cannot_be_continued(client: ApiClient) -> None:
    for name in ("a", "b"):
        await client.request("POST", PODS, pod_manifest(name))
    await _rule(client, "expired")
    first = await client.get(f"{PODS}?limit=1")
    assert first.status == 200
    answer = await client.get(f"{PODS}?limit=1&continue={look(first.body, 'metadata.continue')}")
    assert (answer.status, look(answer.body, "reason")) == (410, "Expired")


async def test_open_watches_are_cut_at_once(client: ApiClient) -> None:
    async def watch() -> None:
        async for _ in client.watch(f"{PODS}?watch=1"):
            seen.set()

    seen = asyncio.Event()
    watching = asyncio.create_task(watch())
    await client.request("POST", PODS, pod_manifest("seen"))
    async with asyncio.timeout(60):
        await seen.wait()
        await _rule(client, "watch-cut", resource="pods")
        with pytest.raises(aiohttp.ClientError):
            await watching
    assert (await client.get("/local/faults")).body == []


async def test_the_answer_to_a_create_is_lost(client: ApiClient) -> None:
    await _rule(client, "lost-answer", verb="create", resource="pods")
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.request("POST", PODS, pod_manifest("lost"))
    assert (await client.get(f"{PODS}/lost")).status == 200


async def test_a_connection_is_reset_before_anything_is_done(client: ApiClient) -> None:
    await _rule(client, "reset", verb="create")
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.request("POST", PODS, pod_manifest("never"))
    assert (await client.get(f"{PODS}/never")).status == 404


async def test_the_clock_is_ahead(client: ApiClient) -> None:
    await client.request("PUT", "/local/clock", {"skewSeconds": 3600})
    answer = await client.request("POST", PODS, pod_manifest("later"))
    made = datetime.fromisoformat(str(look(answer.body, "metadata.creationTimestamp")))
    for moment in (made, parsedate_to_datetime(answer.headers["Date"])):
        assert 3500 < (moment - datetime.now(UTC)).total_seconds() < 3700


async def test_a_pod_starts_late(client: ApiClient) -> None:
    await client.request("POST", PODS, _annotated("slow", "start-delay", "3600"))
    reason = "status.containerStatuses.0.state.waiting.reason"
    await client.wait_for("default", "slow", reason, "ContainerCreating")
    await client.request("POST", PODS, _annotated("soon", "start-delay", "0.05"))
    await client.wait_for("default", "soon", "status.phase", "Running")
    assert (await client.request("DELETE", f"{PODS}/slow")).status == 200


async def test_an_image_is_not_pulled(client: ApiClient) -> None:
    await client.request("POST", PODS, _annotated("pull", "pull-failure", "the registry is on holiday"))
    pod = await client.wait_for("default", "pull", "status.containerStatuses.0.state.waiting.reason", "ErrImagePull")
    assert "the registry is on holiday" in json.dumps(pod)


async def test_a_rule_annotates_pods_that_others_create(client: ApiClient) -> None:
    await _rule(client, "annotate", annotations={"local.computesdk.io/exec-fault": "no-status"})
    assert (await client.request("GET", PODS)).status == 200
    made = await client.request("POST", PODS, pod_manifest("one"))
    assert look(made.body, "metadata.annotations") == {"local.computesdk.io/exec-fault": "no-status"}
    assert look((await client.request("POST", PODS, pod_manifest("two"))).body, "metadata.annotations") is None
    await _rule(client, "annotate", annotations={"local.computesdk.io/start-delay": "soon"})
    refused = await client.request("POST", PODS, pod_manifest("three"))
    assert (refused.status, "must be a number of seconds" in refused.message) == (422, True)


async def test_wrong_annotations_are_refused(client: ApiClient) -> None:
    answer = await client.request("POST", PODS, _annotated("wrong", "exec-fault", "melt"))
    assert answer.status == 422
    assert "must be one of refused, drop-before-status" in answer.message


async def test_an_exec_is_refused(client: ApiClient) -> None:
    pod = await _running(client, "box")
    await _rule(client, "exec", exec="refused")
    with pytest.raises(aiohttp.WSServerHandshakeError, match="500"):
        await run_in_pod(client, pod, "echo", "hello")
    assert (await run_in_pod(client, pod, "echo", "hello")).payload(1) == b"hello\n"


@pytest.mark.parametrize(
    ("fault", "has_status", "close_code"),
    [
        ("drop-before-status", False, 1006),
        ("drop-after-status", True, 1006),
        ("no-status", False, 1000),
        ("split-status", True, 1000),
        ("split-output", True, 1000),
    ],
)
async def test_a_command_ends_badly(client: ApiClient, fault: str, has_status: bool, close_code: int) -> None:
    pod = await _running(client, "box")
    await _rule(client, "exec", exec=fault)
    done = await run_in_pod(client, pod, "echo", "grüße")
    assert done.payload(1) == "grüße\n".encode()
    assert bool(done.payload(3)) is has_status
    if has_status:
        assert done.status["status"] == "Success"
    assert done.close_code == close_code
    if fault == "split-output":
        assert [frame[1:] for frame in done.frames if frame[0] == 1][3:5] == [b"\xc3", b"\xbc"]
    assert (sum(frame[0] == 3 for frame in done.frames) > 1) is (fault == "split-status")


async def test_a_command_is_frozen_until_its_client_leaves(client: ApiClient) -> None:
    await client.request("POST", PODS, _annotated("cold", "exec-fault", "freeze"))
    await client.wait_for("default", "cold", "status.phase", "Running")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await run_in_pod(client, f"{PODS}/cold", "echo", "hello")
    assert (await client.get(f"{PODS}/cold")).status == 200


async def test_input_is_read_slowly_but_whole(client: ApiClient) -> None:
    pod = await _running(client, "box")
    await _rule(client, "exec", exec="slow-reader")
    url = URL(f"{client.server}{pod}/exec?command=cat&stdin=true&stdout=true", encoded=True)
    headers = {"Authorization": f"Bearer {client.token}"}
    begun = asyncio.get_running_loop().time()
    async with (
        asyncio.timeout(60),
        client.session.ws_connect(url, protocols=("v5.channel.k8s.io",), headers=headers) as socket,
    ):
        for message in (b"\0a", b"\0b", b"\0c", b"\xff\0"):
            await socket.send_bytes(message)
        said = b"".join([message.data[1:] async for message in socket if message.data[0] == 1])
    assert said == b"abc"
    assert asyncio.get_running_loop().time() - begun > 0.6
