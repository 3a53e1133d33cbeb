"""Replays what a real cluster answered against the local one. What still differs: `known_differences`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from tests.contract.cluster_client import Answer, ApiClient, api_client, look, own_cluster
from tests.contract.known_differences import DIFFERENCES, unexplained
from tests.contract.recording import Exchange, differences, exec_exchanges, http_exchanges, normal, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue

MINIMAL = "minimal-token-of-thirty-two-letters"
_IDENTITIES: JsonValue = [
    {
        "token": MINIMAL,
        "user": {
            "name": "system:serviceaccount:sandboxes:sandboxer",
            "groups": ["system:serviceaccounts", "system:serviceaccounts:sandboxes"],
            "grants": [
                {
                    "namespace": "sandboxes",
                    "rules": [
                        {"verbs": ["create", "get", "list", "delete"], "apiGroups": [""], "resources": ["pods"]},
                        {"verbs": ["create"], "apiGroups": [""], "resources": ["pods/exec"]},
                        {"verbs": ["delete"], "apiGroups": [""], "resources": ["services"]},
                    ],
                }
            ],
        },
    }
]

EXCHANGES = http_exchanges()
_AFTER_A_WHILE = {
    "golden-pull": ("status.containerStatuses.0.state.waiting.reason", "ImagePullBackOff"),
    "golden-exit": ("status.phase", "Failed"),
    "golden-done": ("status.phase", "Succeeded"),
    "golden-big": ("status.conditions.0.reason", "Unschedulable"),
    "golden-ttl": ("status.phase", "Failed"),
    "golden-nocmd": ("status.phase", "Failed"),
}


class Replay:
    """Sends the recorded requests in their order and keeps the answers."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self.answers: dict[str, Answer] = {}
        self.events: list[JsonObject] = []

    async def run(self) -> None:
        for exchange in EXCHANGES:
            await self._before(exchange)
            if exchange.name == "watch a pod from creation to deletion":
                continue
            if exchange.name == "delete running pod":
                self.answers[exchange.name] = await self._watched_life(exchange)
                continue
            self.answers[exchange.name] = await self._send(exchange)

    async def _before(self, exchange: Exchange) -> None:
        """What the recording waited for."""
        if exchange.name == "get running":
            pods = await self._client.get("/api/v1/namespaces/sandboxes/pods")
            for pod in pods.items:
                await self._running(str(cast("JsonObject", pod["metadata"])["name"]))
        if exchange.name.endswith("after a while"):
            name = exchange.request.path.rpartition("/")[2]
            path, value = _AFTER_A_WHILE[name]
            await self._client.wait_for("sandboxes", name, path, value)

    async def _running(self, name: str) -> None:
        await self._client.wait_for("sandboxes", name, "status.phase", "Running")

    async def _send(self, exchange: Exchange) -> Answer:
        request = exchange.request
        tokens = {"minimal": MINIMAL, "anonymous": None, "bad token": "nonsense"}
        token = tokens.get(exchange.identity or "", "")
        return await self._client.request(request.method, request.path, exchange.sent, request.headers, token)

    async def _watched_life(self, delete: Exchange) -> Answer:
        """Creates the Pod `golden-w`, deletes it once it runs, and watches all of it."""
        listed = await self._client.get("/api/v1/namespaces/sandboxes/pods")
        version = cast("JsonObject", listed.object["metadata"])["resourceVersion"]
        recorded = next(exchange for exchange in EXCHANGES if exchange.name == "create")
        path = f"/api/v1/namespaces/sandboxes/pods?watch=1&resourceVersion={version}"

        async def collect() -> None:
            async for event in self._client.watch(f"{path}&timeoutSeconds=20"):
                self.events.append(event)
                if event["type"] == "DELETED":
                    break
            # Bookmarks come by the clock, not with the Pod: the recorded one was sent at the end of its watch.
            latest = look(self.events[-1], "object.metadata.resourceVersion")
            query = f"watch=1&resourceVersion={latest}&allowWatchBookmarks=true&timeoutSeconds=1"
            async for event in self._client.watch(f"/api/v1/namespaces/sandboxes/pods?{query}"):
                self.events.append(event)

        watching = asyncio.create_task(collect())
        manifest = cast("JsonObject", _renamed(recorded.sent, "golden-a", "golden-w"))
        await self._client.request("POST", "/api/v1/namespaces/sandboxes/pods", manifest)
        await self._running("golden-w")
        answer = await self._send(delete)
        await watching
        return answer


def _renamed(value: JsonValue | bytes, old: str, new: str) -> JsonValue:
    if isinstance(value, dict):
        return {key: _renamed(member, old, new) for key, member in value.items()}
    if isinstance(value, list):
        return [_renamed(item, old, new) for item in value]
    assert not isinstance(value, bytes)
    return new if value == old else value


def _recorded(name: str) -> JsonObject:
    return cast("JsonObject", next(exchange for exchange in EXCHANGES if exchange.name == name).answered)


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalClusterStatus]:
    with own_cluster(_IDENTITIES) as status:
        yield status


@pytest.fixture(scope="module")
def replay(cluster: LocalClusterStatus) -> Replay:
    async def play(kubeconfig: Path) -> Replay:
        async with api_client(kubeconfig) as client:
            recorded = _recorded("namespace get")
            annotations = cast("JsonObject", recorded["metadata"])["annotations"]
            namespaces: list[JsonObject] = [{"name": "embed-diff"}, {"name": "sandboxes", "annotations": annotations}]
            for metadata in namespaces:
                await client.request("POST", "/api/v1/namespaces", {"metadata": metadata})
            replay = Replay(client)
            await replay.run()
            return replay

    return asyncio.run(play(cluster.kubeconfig))


def _of_one_run(recorded: JsonValue) -> JsonValue:
    """The recording holds events of an earlier Pod of the same name too; only the last Pod's were replayed."""
    if not isinstance(recorded, dict) or recorded.get("kind") != "EventList":
        return recorded
    items = cast("list[JsonObject]", recorded["items"])
    last = look(items[-1], "involvedObject.uid")
    return {**recorded, "items": [item for item in items if look(item, "involvedObject.uid") == last]}


def _found(exchange: Exchange, replay: Replay) -> list[str]:
    """In what the answer differs from the recorded one."""
    if exchange.response.events:
        expected, actual = cast("JsonValue", exchange.events), cast("JsonValue", replay.events)
        return differences(normal(expected), normal(actual), "events")
    answer = replay.answers[exchange.name]
    recorded = served(exchange.answered, answer.body) if "discovery /api" in exchange.name else exchange.answered
    return differences(normal(_of_one_run(recorded)), normal(answer.body))


@pytest.mark.parametrize("exchange", [pytest.param(exchange, id=exchange.name) for exchange in EXCHANGES])
def test_exchange_is_answered_as_recorded(exchange: Exchange, replay: Replay) -> None:
    if not exchange.response.events:
        answer = replay.answers[exchange.name]
        assert answer.status == exchange.response.status, answer.body
        assert answer.content_type == exchange.response.content_type
    assert not (wrong := unexplained(exchange.name, _found(exchange, replay))), "\n".join(wrong)


def test_known_differences_are_those_of_exchanges() -> None:
    names = {exchange.name for exchange in (*EXCHANGES, *exec_exchanges())}
    assert {name for known in DIFFERENCES for name in known.names} <= names


def test_what_sandboxes_need_is_served(replay: Replay) -> None:
    resources = cast("list[JsonObject]", replay.answers["discovery /api/v1"].object["resources"])
    named = {str(item["name"]): item for item in resources}
    assert named.keys() >= {"pods", "pods/exec", "pods/log", "services", "namespaces", "nodes", "events"}
    recorded = cast("list[JsonObject]", _recorded("discovery /api/v1")["resources"])
    assert named["pods"] == next(item for item in recorded if item["name"] == "pods")
    groups = cast("list[JsonObject]", replay.answers["discovery /apis"].object["groups"])
    assert [str(group["name"]).removesuffix(".k8s.io") for group in groups] == [
        *("authentication", "authorization", "rbac.authorization", "metrics"),
    ]
    # Aggregated, they are the same ones.
    items = cast("list[JsonObject]", replay.answers["aggregated discovery /api"].object["items"])
    aggregated = cast("list[JsonObject]", look(items[0], "versions.0.resources"))
    assert [(item["resource"], item["verbs"]) for item in aggregated] == [
        (item["name"], item["verbs"]) for item in resources if "/" not in str(item["name"])
    ]
