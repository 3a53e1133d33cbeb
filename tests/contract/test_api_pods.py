"""Creating, reading, changing and deleting Pods over HTTPS."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import quote

import pytest

from tests.contract.cluster_client import ApiClient, look, pod_manifest

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue

# Pods beyond the machine: they stay in the store and cost no process.
_BIG: JsonObject = {"requests": {"cpu": "9000"}}


def _held(name: str, **labels: str) -> JsonObject:
    manifest = pod_manifest(name)
    container = cast("JsonObject", cast("list[JsonValue]", look(manifest, "spec.containers"))[0])
    container["resources"] = _BIG
    cast("JsonObject", manifest["metadata"])["labels"] = dict(labels)
    return manifest


async def test_a_pod_runs_and_ends(client: ApiClient, namespace: str, pods: str) -> None:
    created = await client.request("POST", pods, pod_manifest("p"))
    assert (created.status, look(created.object, "status.phase")) == (201, "Pending")
    running = await client.wait_for(namespace, "p", "status.phase", "Running")
    assert look(running, "metadata.uid") == look(created.object, "metadata.uid")
    deleted = await client.request("DELETE", f"{pods}/p")
    assert deleted.status == 200
    assert (await client.get(f"{pods}/p")).status == 404


async def test_real_exit_codes_and_missing_commands(client: ApiClient, namespace: str, pods: str) -> None:
    await client.request("POST", pods, pod_manifest("seven", command=["sh", "-c", "exit 7"]))
    await client.request("POST", pods, pod_manifest("none", command=["/no/such/binary"]))
    failed = await client.wait_for(namespace, "seven", "status.phase", "Failed")
    assert look(failed, "status.containerStatuses.0.state.terminated.exitCode") == 7
    unstarted = await client.wait_for(namespace, "none", "status.phase", "Failed")
    terminated = cast("JsonObject", look(unstarted, "status.containerStatuses.0.state.terminated"))
    assert (terminated["exitCode"], terminated["reason"]) == (128, "StartError")
    assert "/no/such/binary" in str(terminated["message"])


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"[]", 400, "the object provided is unrecognized (must be of type Pod)"),
        (b"{", 400, "unexpected end of JSON input"),
        (b"{]", 400, "json parse error"),
        (b"\xff\xfe", 400, "json parse error"),
        (b'{"kind":"Service","apiVersion":"v1"}', 400, "cannot be handled as a Pod"),
        (b'{"spec":{"containers":"x"}}', 400, "cannot unmarshal string into Go struct field Pod.spec.containers"),
        (
            b'{"spec":{"containers":[{"name":1}]}}',
            400,
            "cannot unmarshal number into Go struct field Pod.spec.containers.name of type string",
        ),
        (b"{}", 422, "metadata.name: Required value"),
        (b'{"metadata":{"name":"x","resourceVersion":"1"}}', 400, "resourceVersion should not be set"),
    ],
)
async def test_bad_bodies_are_refused_with_their_cause(
    client: ApiClient, pods: str, body: bytes, status: int, message: str
) -> None:
    answer = await client.request("POST", pods, body)
    assert answer.status == status
    assert message in answer.message


async def test_a_body_in_a_format_that_is_not_read_is_refused(client: ApiClient, pods: str) -> None:
    answer = await client.request("POST", pods, b"x=1", {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 415
    assert "application/json" in answer.message


async def test_a_body_that_is_too_large_is_refused(client: ApiClient, pods: str) -> None:
    answer = await client.request("POST", pods, b" " * (3 * 1024 * 1024 + 1))
    assert answer.status == 413
    assert answer.message == "Request entity too large: limit is 3145728"


async def test_yaml_is_read_too(client: ApiClient, pods: str) -> None:
    body = b"metadata: {name: y}\nspec:\n  containers: [{name: c, image: alpine, resources: {requests: {cpu: 9000}}}]\n"
    answer = await client.request("POST", pods, body, {"Content-Type": "application/yaml"})
    assert answer.status == 201
    assert look(answer.object, "spec.containers.0.resources.requests.cpu") == "9k"


async def test_unknown_fields_are_warned_of_or_refused(client: ApiClient, pods: str) -> None:
    manifest = _held("u")
    manifest["sepc"] = {}
    warned = await client.request("POST", f"{pods}?dryRun=All", manifest)
    assert warned.headers["Warning"] == '299 - "unknown field \\"sepc\\""'
    refused = await client.request("POST", f"{pods}?fieldValidation=Strict", manifest)
    assert refused.status == 400
    assert refused.message.endswith('strict decoding error: unknown field "sepc"')
    ignored = await client.request("POST", f"{pods}?fieldValidation=Ignore", manifest)
    assert ignored.status == 201
    assert "Warning" not in ignored.headers


async def test_what_counts_for_nothing_is_warned_of(client: ApiClient, pods: str) -> None:
    manifest = _held("probed")
    container: JsonObject = {"name": "c", "image": "alpine", "readinessProbe": {"tcpSocket": {"port": 80}}}
    cast("JsonObject", manifest["spec"])["containers"] = [container]
    made = await client.request("POST", pods, manifest)
    said = "spec.containers[0].readinessProbe: the local cluster runs no probes and no hooks"
    assert made.headers["Warning"] == f'299 - "{said}"'


async def test_nulls_are_the_same_as_nothing(client: ApiClient, pods: str) -> None:
    manifest = _held("n")
    cast("JsonObject", manifest["metadata"])["creationTimestamp"] = None
    cast("JsonObject", manifest["spec"])["nodeSelector"] = None
    manifest["status"] = {}
    answer = await client.request("POST", pods, manifest)
    assert answer.status == 201
    assert look(answer.object, "metadata.creationTimestamp")


async def test_a_dry_run_changes_nothing(client: ApiClient, pods: str) -> None:
    assert (await client.request("POST", f"{pods}?dryRun=All", _held("d"))).status == 201
    assert (await client.get(f"{pods}/d")).status == 404
    await client.request("POST", pods, _held("d"))
    assert (await client.request("POST", f"{pods}?dryRun=All", _held("d"))).status == 409
    assert (await client.request("DELETE", f"{pods}/d?dryRun=All")).status == 200
    assert (await client.get(f"{pods}/d")).status == 200
    assert (await client.request("POST", f"{pods}?dryRun=Some", _held("d"))).status == 422


async def test_pages_are_of_one_state_whatever_changes_between_them(client: ApiClient, pods: str) -> None:
    names = [f"p{number}" for number in range(7)]
    for name in names:
        await client.request("POST", pods, _held(name, group="a"))
    page = await client.get(f"{pods}?limit=3")
    assert look(page.object, "metadata.remainingItemCount") == 4
    await client.request("DELETE", f"{pods}/p5")
    await client.request("POST", pods, _held("p9"))
    seen = [look(item, "metadata.name") for item in page.items]
    versions = {str(look(page.object, "metadata.resourceVersion"))}
    while token := look(page.object, "metadata.continue"):
        page = await client.get(f"{pods}?limit=3&continue={token}")
        seen += [look(item, "metadata.name") for item in page.items]
        versions.add(str(look(page.object, "metadata.resourceVersion")))
    assert seen == names
    assert len(versions) == 1


async def test_pages_with_a_selector_do_not_count_what_remains(client: ApiClient, pods: str) -> None:
    for name in "abc":
        await client.request("POST", pods, _held(name, group="a"))
    await client.request("POST", pods, _held("d", group="b"))
    page = await client.get(f"{pods}?limit=2&labelSelector=group%3Da")
    assert [look(item, "metadata.name") for item in page.items] == ["a", "b"]
    assert look(page.object, "metadata.remainingItemCount") is None
    token = look(page.object, "metadata.continue")
    rest = await client.get(f"{pods}?limit=2&labelSelector=group%3Da&continue={token}")
    assert [look(item, "metadata.name") for item in rest.items] == ["c"]
    assert look(rest.object, "metadata.continue") is None


async def test_a_page_that_is_too_old_says_how_to_go_on(client: ApiClient, pods: str) -> None:
    for name in "abc":
        await client.request("POST", pods, _held(name))
    page = await client.get(f"{pods}?limit=1")
    for number in range(10):
        await client.request("POST", pods, _held(f"x{number}"))
        await client.get(f"{pods}?limit=1")
    expired = await client.get(f"{pods}?limit=1&continue={look(page.object, 'metadata.continue')}")
    assert (expired.status, expired.object["reason"]) == (410, "Expired")
    onward = await client.get(f"{pods}?continue={look(expired.object, 'metadata.continue')}")
    assert [look(item, "metadata.name") for item in onward.items][:2] == ["b", "c"]


async def test_an_exact_version_is_answered_or_expired(client: ApiClient, pods: str) -> None:
    await client.request("POST", pods, _held("a"))
    listed = await client.get(pods)
    version = look(listed.object, "metadata.resourceVersion")
    exact = await client.get(f"{pods}?resourceVersion={version}&resourceVersionMatch=Exact")
    assert exact.status in {200, 410}
    old = await client.get(f"{pods}?resourceVersion=1&resourceVersionMatch=Exact")
    assert old.status == 410


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("labelSelector=size in (s,m)", ["a", "b"]),
        ("labelSelector=size!=s", ["b", "c"]),
        ("fieldSelector=metadata.name!=a", ["b", "c"]),
        ("fieldSelector=status.phase=Running", []),
        ("fieldSelector=spec.nodeName=,metadata.name=b", ["b"]),
    ],
)
async def test_selectors(client: ApiClient, pods: str, selector: str, names: list[str]) -> None:
    for name, size in (("a", "s"), ("b", "m"), ("c", "l")):
        await client.request("POST", pods, _held(name, size=size))
    key, _, value = selector.partition("=")
    answer = await client.get(f"{pods}?{key}={quote(value)}")
    assert [look(item, "metadata.name") for item in answer.items] == names


async def test_a_delete_for_another_uid_is_a_conflict(client: ApiClient, pods: str) -> None:
    created = await client.request("POST", pods, _held("a"))
    uid = look(created.object, "metadata.uid")
    refused = await client.request("DELETE", f"{pods}/a", {"preconditions": {"uid": "other"}})
    assert refused.status == 409
    assert refused.message == (
        'Operation cannot be fulfilled on Pod "a": the UID in the precondition (other) does not match the UID in '
        f"record ({uid}). The object might have been deleted and then recreated"
    )
    stale = await client.request("DELETE", f"{pods}/a", {"preconditions": {"resourceVersion": "1"}})
    assert stale.status == 409
    assert (await client.request("DELETE", f"{pods}/a", {"preconditions": {"uid": uid}})).status == 200


async def test_bad_delete_options_are_refused(client: ApiClient, pods: str) -> None:
    await client.request("POST", pods, _held("a"))
    assert (await client.request("DELETE", f"{pods}/a?propagationPolicy=Sideways")).status == 422
    assert (await client.request("DELETE", f"{pods}/a?gracePeriodSeconds=soon")).status == 400
    assert (await client.request("DELETE", f"{pods}/a", b"{")).status == 400
    assert (await client.get(f"{pods}/a")).status == 200


async def test_deletecollection_takes_what_the_selector_chooses(client: ApiClient, pods: str) -> None:
    for name, size in (("a", "s"), ("b", "m")):
        await client.request("POST", pods, _held(name, size=size))
    gone = await client.request("DELETE", f"{pods}?labelSelector=size%3Ds")
    assert [look(item, "metadata.name") for item in gone.items] == ["a"]
    assert [look(item, "metadata.name") for item in (await client.get(pods)).items] == ["b"]


_MERGE = "application/merge-patch+json"
_STRATEGIC = "application/strategic-merge-patch+json"
_JSON_PATCH = "application/json-patch+json"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (_MERGE, {"metadata": {"labels": {"new": "x"}}}),
        (_STRATEGIC, {"metadata": {"labels": {"new": "x"}}}),
        (_JSON_PATCH, [{"op": "add", "path": "/metadata/labels/new", "value": "x"}]),
    ],
)
async def test_patches_of_metadata(client: ApiClient, pods: str, kind: str, body: JsonValue) -> None:
    created = await client.request("POST", pods, _held("a", old="y"))
    patched = await client.request("PATCH", f"{pods}/a", body, {"Content-Type": kind})
    assert patched.status == 200
    assert look(patched.object, "metadata.labels") == {"new": "x", "old": "y"}
    assert look(patched.object, "metadata.generation") == look(created.object, "metadata.generation")
    assert look(patched.object, "metadata.resourceVersion") != look(created.object, "metadata.resourceVersion")


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", {}, 415),
        ("application/apply-patch+yaml", {}, 422),
        (_MERGE, {"metadata": {"labels": {"a": "not valid!"}}}, 422),
        (_MERGE, {"spec": {"containers": [{"name": "sandbox", "image": "alpine"}]}}, 422),
        (_MERGE, {"metadata": {"name": "b"}}, 400),
        (_MERGE, {"metadata": {"uid": "other"}}, 422),
        (_MERGE, {"metadata": {"resourceVersion": "1"}}, 409),
        (_MERGE, {"spec": {"activeDeadlineSeconds": 10**9}}, 200),
        (_JSON_PATCH, {"op": "add"}, 400),
        (_JSON_PATCH, [{"op": "remove", "path": "/metadata/annotations"}], 422),
    ],
)
async def test_patches_that_do_not_fit(client: ApiClient, pods: str, kind: str, body: JsonValue, status: int) -> None:
    await client.request("POST", pods, _held("a"))
    answer = await client.request("PATCH", f"{pods}/a", body, {"Content-Type": kind})
    assert answer.status == status, answer.body


async def test_an_update_replaces_metadata_and_keeps_the_rest(client: ApiClient, pods: str) -> None:
    await client.request("POST", pods, _held("a", old="y"))
    body = await client.wait_for(pods.split("/")[4], "a", "status.conditions.0.reason", "Unschedulable")
    cast("JsonObject", body["metadata"])["labels"] = {"new": "x"}
    updated = await client.request("PUT", f"{pods}/a", body)
    assert (updated.status, look(updated.object, "metadata.labels")) == (200, {"new": "x"})
    stale = await client.request("PUT", f"{pods}/a", body)
    assert (stale.status, stale.object["reason"]) == (409, "Conflict")


async def test_a_finalizer_keeps_a_deleted_pod_until_it_is_taken_away(client: ApiClient, pods: str) -> None:
    manifest = _held("a")
    cast("JsonObject", manifest["metadata"])["finalizers"] = ["example.com/hold"]
    await client.request("POST", pods, manifest)
    await client.request("DELETE", f"{pods}/a")
    assert look((await client.get(f"{pods}/a")).object, "metadata.deletionTimestamp")
    await client.request("PATCH", f"{pods}/a", {"metadata": {"finalizers": None}}, {"Content-Type": _MERGE})
    assert (await client.get(f"{pods}/a")).status == 404


async def test_methods_and_paths_that_do_not_exist(client: ApiClient, pods: str) -> None:
    assert (await client.request("PUT", pods, {})).status == 405
    assert (await client.request("POST", f"{pods}/a", {})).status == 405
    assert (await client.request("POST", "/api/v1/pods", pod_manifest("a"))).status == 405
    assert (await client.request("DELETE", "/api/v1/nodes/local-node")).status == 405
    assert (await client.get(f"{pods}/a/nonsense")).status == 404
    assert (await client.get("/api/v1/gadgets")).status == 404
    assert (await client.get("/apis/apps/v1/deployments")).status == 404
