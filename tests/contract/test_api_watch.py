"""Watches over HTTPS: what a client sees of changes, and when it has to start anew."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from tests.contract.cluster_client import ApiClient, look, pod_manifest

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject

_MERGE = {"Content-Type": "application/merge-patch+json"}


def _held(name: str, **labels: str) -> JsonObject:
    manifest = pod_manifest(name)
    cast("JsonObject", manifest["spec"])["nodeSelector"] = {"no": "such-node"}
    cast("JsonObject", manifest["metadata"])["labels"] = dict(labels)
    return manifest


async def _version(client: ApiClient, pods: str) -> str:
    return str(look((await client.get(pods)).object, "metadata.resourceVersion"))


async def _label(client: ApiClient, path: str, **labels: str | None) -> None:
    await client.request("PATCH", path, {"metadata": {"labels": dict(labels)}}, _MERGE)


def _told(events: list[JsonObject]) -> list[tuple[str, str]]:
    return [(str(event["type"]), str(look(event, "object.metadata.name"))) for event in events]


async def test_a_watch_without_a_version_begins_with_all_there_is(client: ApiClient, pods: str) -> None:
    await client.request("POST", pods, _held("a"))
    await client.request("POST", pods, _held("b"))
    assert _told(await client.first_events(f"{pods}?watch=1", 2)) == [("ADDED", "a"), ("ADDED", "b")]


async def test_a_watch_from_a_version_tells_the_changes_since(client: ApiClient, pods: str) -> None:
    await client.request("POST", pods, _held("a"))
    version = await _version(client, pods)
    await client.request("POST", pods, _held("b"))
    await client.request("DELETE", f"{pods}/a")
    told: list[tuple[str, str]] = []
    async for event in client.watch(f"{pods}?watch=1&resourceVersion={version}&timeoutSeconds=10"):
        told += _told([event])
        if event["type"] == "DELETED":
            break
    assert [event for event in told if event[0] != "MODIFIED"] == [("ADDED", "b"), ("DELETED", "a")]


async def test_objects_enter_and_leave_a_selection(client: ApiClient, pods: str) -> None:
    await client.request("POST", pods, _held("a"))
    version = await _version(client, pods)
    await _label(client, f"{pods}/a", team="x")
    await _label(client, f"{pods}/a", other="y")
    await _label(client, f"{pods}/a", team=None)
    await _label(client, f"{pods}/a", other="z")
    events = await client.first_events(f"{pods}?watch=1&resourceVersion={version}&labelSelector=team%3Dx", 3)
    assert [event["type"] for event in events] == ["ADDED", "MODIFIED", "DELETED"]
    # What left is told as it was, at the version at which it left.
    assert look(events[2], "object.metadata.labels") == {"other": "y", "team": "x"}
    versions = [int(str(look(event, "object.metadata.resourceVersion"))) for event in events]
    assert versions == sorted(set(versions))


async def test_changes_arrive_as_they_happen_at_many_watchers(client: ApiClient, pods: str) -> None:
    version = await _version(client, pods)

    async def first() -> str:
        async for event in client.watch(f"{pods}?watch=1&resourceVersion={version}&timeoutSeconds=10"):
            return str(look(event, "object.metadata.name"))
        return ""

    watchers = [asyncio.create_task(first()) for _ in range(20)]
    await client.request("POST", pods, _held("a"))
    async with asyncio.timeout(60):
        assert await asyncio.gather(*watchers) == ["a"] * 20


async def test_bookmarks_carry_the_latest_version(client: ApiClient, pods: str) -> None:
    version = await _version(client, pods)
    query = f"watch=1&resourceVersion={version}&allowWatchBookmarks=true&timeoutSeconds=1"
    events = await client.first_events(f"{pods}?{query}", 1)
    assert [event["type"] for event in events] == ["BOOKMARK"]
    assert int(str(look(events[0], "object.metadata.resourceVersion"))) >= int(version)


async def test_initial_events_end_with_a_bookmark(client: ApiClient, pods: str) -> None:
    await client.request("POST", pods, _held("a"))
    query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    events = await client.first_events(f"{pods}?{query}", 2)
    assert [event["type"] for event in events] == ["ADDED", "BOOKMARK"]
    assert look(events[1], "object.metadata.annotations") == {"k8s.io/initial-events-end": "true"}
    refused = await client.get(f"{pods}?watch=1&sendInitialEvents=true")
    assert refused.status == 422


async def test_a_version_of_before_the_start_is_expired(client: ApiClient, pods: str) -> None:
    events = [event async for event in client.watch(f"{pods}?watch=1&resourceVersion=1")]
    assert [(event["type"], look(event, "object.code"), look(event, "object.reason")) for event in events] == [
        ("ERROR", 410, "Expired")
    ]


async def test_tables_and_metadata_can_be_watched(client: ApiClient, pods: str) -> None:
    await client.request("POST", pods, _held("a"))
    for wanted in ("Table", "PartialObjectMetadata"):
        headers = {"Accept": f"application/json;as={wanted};v=v1;g=meta.k8s.io"}
        async for event in client.watch(f"{pods}?watch=1", headers):
            assert look(event, "object.kind") == wanted
            assert look(event, "object.spec") is None
            break


@pytest.mark.parametrize("query", ["labelSelector=a%3D%3D%3Db", "fieldSelector=spec.nope%3Dx", "timeoutSeconds=soon"])
async def test_a_malformed_watch_is_refused_at_once(client: ApiClient, pods: str, query: str) -> None:
    assert (await client.get(f"{pods}?watch=1&{query}")).status == 400


async def test_events_of_a_pod_can_be_watched(client: ApiClient, namespace: str, pods: str) -> None:
    await client.request("POST", pods, _held("a"))
    path = f"/api/v1/namespaces/{namespace}/events?watch=1&fieldSelector=involvedObject.name%3Da"
    events = await client.first_events(path, 1)
    assert [look(event, "object.reason") for event in events] == ["FailedScheduling"]
    assert "didn't match Pod's node affinity/selector" in str(look(events[0], "object.message"))


async def test_clients_that_leave_their_watches_are_no_errors(
    client: ApiClient, namespace: str, pods: str, local_cluster: LocalClusterStatus
) -> None:
    for _ in range(6):
        # A client that leaves in the middle of a list closes the connection.
        await client.first_events(f"/api/v1/namespaces/{namespace}/serviceaccounts?watch=1", 1)
        await client.request("DELETE", f"/api/v1/namespaces/{namespace}/serviceaccounts/default")
    assert (await client.get(pods)).items == []
    log = local_cluster.kubeconfig.parent / "server.log"
    assert "in watch_objects" not in await asyncio.to_thread(log.read_text)
