"""PATCH and PUT of every kind that can be written: only of the object and of the state that the client means."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from tests.contract.cluster_client import ApiClient, look, pod_manifest

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue

_MERGE = {"Content-Type": "application/merge-patch+json"}
_OWNER: JsonObject = {"apiVersion": "batch/v1", "kind": "Job", "name": "j", "uid": "u", "controller": True}


def _pod() -> JsonObject:
    manifest = pod_manifest("x")
    container = cast("JsonObject", look(manifest, "spec.containers.0"))
    # Beyond the machine: it stays in the store as it is and costs no process.
    container["resources"] = {"requests": {"cpu": "9000"}}
    return manifest


def _service() -> JsonObject:
    return {"metadata": {"name": "x"}, "spec": {"ports": [{"port": 80}]}}


_KINDS: dict[str, JsonObject] = {
    "pods": _pod(),
    "services": _service(),
    "serviceaccounts": {"metadata": {"name": "x"}},
}


@pytest.fixture(params=["pods", "services", "serviceaccounts", "namespaces"])
async def stored(request: pytest.FixtureRequest, client: ApiClient, namespace: str) -> tuple[str, str, JsonObject]:
    """The plural of a kind, the path of an object of it, and the object."""
    plural = cast("str", request.param)
    if plural == "namespaces":
        path = f"/api/v1/namespaces/{namespace}"
        return plural, path, (await client.get(path)).object
    path = f"/api/v1/namespaces/{namespace}/{plural}"
    made = await client.request("POST", path, _KINDS[plural])
    assert made.status == 201, made.body
    if plural == "pods":
        await client.wait_for(namespace, "x", "status.conditions.0.reason", "Unschedulable")
    return plural, f"{path}/x", (await client.get(f"{path}/x")).object


def _with(body: JsonObject, **metadata: JsonValue) -> JsonObject:
    return {**body, "metadata": {**cast("JsonObject", body["metadata"]), **metadata}}


async def test_an_older_state_is_a_conflict(client: ApiClient, stored: tuple[str, str, JsonObject]) -> None:
    plural, path, old = stored
    name = str(look(old, "metadata.name"))
    newer = await client.request("PUT", path, _with(old, labels={"a": "1"}))
    assert (newer.status, look(newer.object, "metadata.labels.a")) == (200, "1")
    version = look(old, "metadata.resourceVersion")
    patch: JsonObject = {"metadata": {"resourceVersion": version, "labels": {"a": "2"}}}
    for refused in (
        await client.request("PUT", path, _with(old, labels={"a": "2"})),
        await client.request("PATCH", path, patch, _MERGE),
        await client.request("PATCH", f"{path}?dryRun=All", patch, _MERGE),
    ):
        assert (refused.status, refused.object["reason"]) == (409, "Conflict")
        assert refused.object["details"] == {"name": name, "kind": plural}
        assert refused.message == (
            f'Operation cannot be fulfilled on {plural} "{name}": the object has been modified; '
            "please apply your changes to the latest version and try again"
        )
    assert look((await client.get(path)).object, "metadata.labels.a") == "1"
    # Without a version, and with the latest, nothing stands in the way.
    for version in ("", str(look(newer.object, "metadata.resourceVersion"))):
        again = await client.request("PUT", path, _with(old, resourceVersion=version, labels={"a": "1"}))
        assert again.status == 200, again.body


async def test_another_object_is_refused(client: ApiClient, stored: tuple[str, str, JsonObject]) -> None:
    plural, path, old = stored
    uid = look(old, "metadata.uid")
    another = await client.request("PUT", path, _with(old, uid="another"))
    assert (another.status, another.object["reason"]) == (409, "Conflict")
    assert another.message.endswith(f"UID in precondition: another, UID in object meta: {uid}")
    patched = await client.request("PATCH", path, {"metadata": {"uid": "another"}}, _MERGE)
    assert (patched.status, look(patched.object, "details.causes.0.field")) == (422, "metadata.uid")
    for name, told in (("other", "the name of the object (other) does not match"), ("", "name must be provided")):
        misnamed = await client.request("PUT", path, _with(old, name=name))
        assert (misnamed.status, told in misnamed.message) == (400, True)
    if plural != "namespaces":
        misplaced = await client.request("PUT", path, _with(old, namespace="kube-system"))
        assert (misplaced.status, "the namespace of the object (kube-system)" in misplaced.message) == (400, True)
    assert look((await client.get(path)).object, "metadata.uid") == uid


async def test_owners_are_kept_and_checked(client: ApiClient, stored: tuple[str, str, JsonObject]) -> None:
    _, path, _ = stored
    patched = await client.request("PATCH", path, {"metadata": {"ownerReferences": [_OWNER]}}, _MERGE)
    assert look(patched.object, "metadata.ownerReferences") == [_OWNER]
    bad: list[JsonValue] = [_OWNER, {**_OWNER, "name": "k", "uid": ""}]
    refused = await client.request("PATCH", path, {"metadata": {"ownerReferences": bad}}, _MERGE)
    assert refused.status == 422
    assert 'metadata.ownerReferences.uid: Invalid value: "": must not be empty' in refused.message
    assert 'Found "true" in references for Job/j and Job/k' in refused.message
    removed = await client.request("PATCH", path, {"metadata": {"ownerReferences": None}}, _MERGE)
    assert look(removed.object, "metadata.ownerReferences") is None


@pytest.mark.parametrize("plural", list(_KINDS))
async def test_what_is_held_goes_with_the_last_finalizer(client: ApiClient, namespace: str, plural: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/{plural}"
    body = _with(_KINDS[plural], finalizers=["example.com/hold"])
    body["metadata"] = {**cast("JsonObject", body["metadata"]), "name": "", "generateName": "x-"}
    made = await client.request("POST", path, body)
    name = str(look(made.object, "metadata.name"))
    assert (name[:2], len(name)) == ("x-", 7)
    marked = await client.request("DELETE", f"{path}/{name}")
    assert (marked.status, look(marked.object, "metadata.deletionGracePeriodSeconds")) == (200, 0)
    assert look((await client.get(f"{path}/{name}")).object, "metadata.deletionTimestamp")
    await client.request("PATCH", f"{path}/{name}", {"metadata": {"finalizers": None}}, _MERGE)
    assert (await client.get(f"{path}/{name}")).status == 404


async def test_a_dry_run_says_what_would_be_refused(client: ApiClient, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/services"
    assert (await client.request("POST", f"{path}?dryRun=All", _service())).status == 201
    assert (await client.get(path)).items == []
    await client.request("POST", path, _service())
    assert (await client.request("POST", f"{path}?dryRun=All", _service())).object["reason"] == "AlreadyExists"


async def test_a_table_with_a_wrong_choice_of_objects_is_refused(client: ApiClient, pods: str) -> None:
    table = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    for query in ("", "&watch=1&timeoutSeconds=1"):
        answer = await client.get(f"{pods}?includeObject=Everything{query}", **table)
        assert (answer.status, answer.object["reason"]) == (400, "BadRequest")
        assert answer.message == (
            'Unable to convert to Table as requested: includeObject: Invalid value: "Everything": '
            "must be 'Metadata', 'Object', 'None', or empty"
        )
    assert (await client.get(f"{pods}?includeObject=Everything")).status == 200
