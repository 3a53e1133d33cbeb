"""Server-side apply, as clients other than kubectl send it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.cluster_client import Answer, ApiClient, look, pod_manifest

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject

_MERGE = {"Content-Type": "application/merge-patch+json"}
_APPLY = {"Content-Type": "application/apply-patch+yaml"}


async def _apply(client: ApiClient, path: str, body: JsonObject, query: str = "fieldManager=one") -> Answer:
    return await client.request("PATCH", f"{path}?{query}", body, _APPLY)


def _service(*ports: JsonObject, **labels: str) -> JsonObject:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s", "labels": dict(labels)},
        "spec": {"selector": {"a": "b"}, "ports": list(ports)},
    }


async def test_what_is_not_there_is_created(client: ApiClient, pods: str) -> None:
    tried = await _apply(client, f"{pods}/a", pod_manifest("a"), "fieldManager=one&dryRun=All")
    assert tried.status == 201
    assert (await client.get(f"{pods}/a")).status == 404
    assert (await _apply(client, f"{pods}/a", pod_manifest("a"))).status == 201
    again = await _apply(client, f"{pods}/a", pod_manifest("a"))
    assert (again.status, look(again.object, "metadata.generation")) == (200, 1)


async def test_each_manager_takes_away_what_nobody_else_wants(client: ApiClient, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/services/s"
    http: JsonObject = {"name": "http", "port": 80}
    udp: JsonObject = {"name": "dns-udp", "port": 53, "protocol": "UDP"}
    tcp: JsonObject = {"name": "dns", "port": 53}
    await _apply(client, path, _service(http, udp, tcp, shared="x", own="y"))
    await _apply(client, path, _service(http, shared="x", second="z"), "fieldManager=two")
    applied = await _apply(client, path, _service(udp, tcp))
    assert look(applied.object, "metadata.labels") == {"shared": "x", "second": "z"}
    assert [look(applied.object, f"spec.ports.{at}.name") for at in range(3)] == ["http", "dns-udp", "dns"]
    applied = await _apply(client, path, _service(tcp), "fieldManager=two")
    assert look(applied.object, "metadata.labels") is None
    assert [look(applied.object, f"spec.ports.{at}.name") for at in range(2)] == ["dns-udp", "dns"]


async def test_what_others_own_is_a_conflict_unless_it_is_forced(client: ApiClient, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/services/s"
    http: JsonObject = {"name": "http", "port": 80}
    await _apply(client, path, _service(http, a="1", b="1"))
    labelled = await client.request(
        "PATCH", f"{path}?fieldManager=kubectl-label", {"metadata": {"labels": {"b": "2"}}}, _MERGE
    )
    assert labelled.status == 200
    other: JsonObject = {"name": "web", "port": 80}
    for query in ("fieldManager=two", "fieldManager=two&dryRun=All"):
        refused = await _apply(client, path, _service(other, a="1", b="3"), query)
        assert (refused.status, refused.object["reason"]) == (409, "Conflict")
        assert refused.object["details"] == {
            "causes": [
                {
                    "reason": "FieldManagerConflict",
                    "message": 'conflict with "kubectl-label" using v1',
                    "field": ".metadata.labels.b",
                },
                {
                    "reason": "FieldManagerConflict",
                    "message": 'conflict with "one"',
                    "field": '.spec.ports[port=80,protocol="TCP"].name',
                },
            ]
        }
        assert refused.message == (
            'Apply failed with 2 conflicts: conflicts with "kubectl-label" using v1:\n- .metadata.labels.b\n'
            'conflicts with "one":\n- .spec.ports[port=80,protocol="TCP"].name'
        )
    assert look((await client.get(path)).object, "metadata.labels") == {"a": "1", "b": "2"}
    forced = await _apply(client, path, _service(other, a="1", b="3"), "fieldManager=two&force=true")
    assert (look(forced.object, "metadata.labels.b"), look(forced.object, "spec.ports.0.name")) == ("3", "web")
    again = await _apply(client, path, _service(http, a="1"))
    assert again.message == (
        'Apply failed with 1 conflict: conflict with "two": .spec.ports[port=80,protocol="TCP"].name'
    )


async def test_values_that_are_written_differently_are_no_conflict(client: ApiClient, pods: str) -> None:
    manifest = pod_manifest("a", nodeSelector={"no": "node"})
    container = look(manifest, "spec.containers.0")
    assert isinstance(container, dict)
    container["resources"] = {"requests": {"cpu": "1000m"}}
    made = await client.request("POST", f"{pods}?fieldManager=maker", manifest)
    assert made.status == 201
    container["resources"] = {"requests": {"cpu": "1"}}
    applied = await _apply(client, f"{pods}/a", manifest)
    assert applied.status == 200, applied.body


@pytest.mark.parametrize(
    ("query", "name", "refusal"),
    [
        ("", "a", (422, "fieldManager: Required value: is required for apply patch")),
        ("fieldManager=one", "b", (400, "the name of the object (b) does not match the name on the URL (a)")),
        ("fieldManager=one&dryRun=Some", "a", (422, "dryRun: Unsupported value")),
    ],
)
async def test_what_does_not_fit(client: ApiClient, pods: str, query: str, name: str, refusal: tuple[int, str]) -> None:
    answer = await _apply(client, f"{pods}/a", pod_manifest(name), query)
    assert answer.status == refusal[0]
    assert refusal[1] in str(answer.object["message"])
    assert (await client.get(f"{pods}/a")).status == 404


async def test_what_belongs_to_other_patches_and_to_the_server(client: ApiClient, pods: str) -> None:
    await client.request("POST", pods, pod_manifest("a", nodeSelector={"no": "node"}))
    forced = await client.request("PATCH", f"{pods}/a?force=true", {}, _MERGE)
    assert (forced.status, "may not be specified for non-apply patch" in forced.message) == (422, True)
    manifest = pod_manifest("a")
    manifest["metadata"] = {"name": "a", "managedFields": []}
    managed = await _apply(client, f"{pods}/a", manifest)
    assert (managed.status, managed.message) == (400, "metadata.managedFields must be nil")


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        ("resourceVersionMatch=Exact", ["resourceVersionMatch is forbidden unless resourceVersion is provided"]),
        ("resourceVersionMatch=Some&resourceVersion=1", ['supported values: "Exact", "NotOlderThan", ""']),
        ("resourceVersionMatch=Exact&resourceVersion=0", ['is forbidden for resourceVersion "0"']),
        ("sendInitialEvents=true", ["sendInitialEvents is forbidden for list"]),
        ("watch=1&sendInitialEvents=true", ["requires setting resourceVersionMatch to NotOlderThan"]),
        ("watch=1&resourceVersionMatch=Exact", ["unless sendInitialEvents is provided", "Unsupported value"]),
    ],
)
async def test_options_that_exclude_each_other(client: ApiClient, pods: str, query: str, messages: list[str]) -> None:
    answer = await client.get(f"{pods}?{query}")
    assert (answer.status, answer.object["reason"]) == (422, "Invalid")
    assert all(message in str(answer.object["message"]) for message in messages)
