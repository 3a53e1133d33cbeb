"""Service accounts, their tokens, and Pods that go by them; evictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.cluster_client import Answer, ApiClient, look, pod_manifest

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue


@pytest.fixture
def accounts(namespace: str) -> str:
    """The path of the service accounts of the test's namespace."""
    return f"/api/v1/namespaces/{namespace}/serviceaccounts"


async def _token(client: ApiClient, path: str, **spec: JsonValue) -> Answer:
    return await client.request("POST", f"{path}/token", {"spec": spec})


async def test_each_namespace_has_an_account_that_comes_back(client: ApiClient, accounts: str) -> None:
    first = (await client.get(f"{accounts}/default")).object
    assert (await client.request("DELETE", f"{accounts}/default")).status == 200
    second = (await client.get(f"{accounts}/default")).object
    assert look(first, "metadata.uid") != look(second, "metadata.uid")
    assert (await client.request("POST", accounts, {"metadata": {"name": "default"}})).status == 409


async def test_a_token_lets_in_its_account_and_nobody_else(client: ApiClient, namespace: str, accounts: str) -> None:
    await client.request("POST", accounts, {"metadata": {"name": "bob"}})
    made = await _token(client, f"{accounts}/bob", expirationSeconds=700)
    assert (made.status, made.object["kind"]) == (201, "TokenRequest")
    assert look(made.object, "metadata.name") == "bob"
    assert look(made.object, "spec") == {
        "audiences": ["https://kubernetes.default.svc.cluster.local"],
        "expirationSeconds": 700,
        "boundObjectRef": None,
    }
    assert look(made.object, "status.expirationTimestamp")
    token = str(look(made.object, "status.token"))
    review = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    who = await client.request("POST", review, {"kind": "SelfSubjectReview"}, token=token)
    assert look(who.object, "status.userInfo.username") == f"system:serviceaccount:{namespace}:bob"
    refused = await client.request("GET", accounts, token=token)
    assert refused.status == 403
    assert f'User "system:serviceaccount:{namespace}:bob" cannot list resource "serviceaccounts"' in refused.message
    await client.request("DELETE", f"{accounts}/bob")
    assert (await client.request("POST", review, {"kind": "SelfSubjectReview"}, token=token)).status == 401


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"spec": {"expirationSeconds": 60}}, 422, "may not specify a duration less than 10 minutes"),
        ({"spec": {"expirationSeconds": 2**33}}, 422, "may not specify a duration larger than 2^32 seconds"),
        ({"metadata": {"name": "eve"}}, 422, "must match the service account name if specified"),
        ({"spec": {"boundObjectRef": {"kind": "Node", "apiVersion": "v1", "name": "n"}}}, 400, "/v1, Kind=Node"),
        ({"spec": {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "n"}}}, 404, 'pods "n" not found'),
        ({"spec": {"expirationSeconds": "soon"}}, 400, "cannot be handled as a TokenRequest"),
    ],
)
async def test_tokens_that_are_not_given(
    client: ApiClient, accounts: str, body: JsonObject, status: int, message: str
) -> None:
    answer = await client.request("POST", f"{accounts}/default/token", body)
    assert (answer.status, message in answer.message) == (status, True), answer.body
    assert (await _token(client, f"{accounts}/nobody")).status == 404
    tried = await client.request("POST", f"{accounts}/default/token?dryRun=All", {})
    assert (tried.status, look(tried.object, "status.token")) == (201, "")


async def test_a_pod_has_what_its_account_has_for_it(client: ApiClient, accounts: str, pods: str) -> None:
    body: JsonObject = {"imagePullSecrets": [{"name": "s"}], "automountServiceAccountToken": False}
    await client.request("POST", accounts, {"metadata": {"name": "bob"}, **body})
    made = await client.request("POST", f"{pods}?dryRun=All", pod_manifest("p", serviceAccountName="bob"))
    assert look(made.object, "spec.imagePullSecrets") == [{"name": "s"}]
    assert look(made.object, "spec.volumes") is None
    refused = await client.request("POST", pods, pod_manifest("p", serviceAccountName="eve"))
    assert (refused.status, refused.object["reason"]) == (403, "Forbidden")
    assert refused.message.endswith(
        "error looking up service account " + pods.split("/")[4] + '/eve: serviceaccount "eve" not found'
    )


async def test_an_eviction_ends_a_pod_within_its_grace(client: ApiClient, namespace: str, pods: str) -> None:
    trap = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    await client.request("POST", pods, pod_manifest("p", command=trap, terminationGracePeriodSeconds=20))
    running = await client.wait_for(namespace, "p", "status.phase", "Running")
    eviction: JsonObject = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "p"}}
    tried = await client.request("POST", f"{pods}/p/eviction?dryRun=All", eviction)
    assert (tried.status, look((await client.get(f"{pods}/p")).object, "metadata.deletionTimestamp")) == (201, None)
    version = look((await client.get(pods)).object, "metadata.resourceVersion")
    done = await client.request("POST", f"{pods}/p/eviction", eviction)
    assert done.status == 201
    assert done.body == {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
    seen: list[JsonObject] = []
    async for event in client.watch(f"{pods}?watch=1&resourceVersion={version}&timeoutSeconds=10"):
        seen.append(event)
        if event["type"] == "DELETED":
            break
    marked, last = seen[1], seen[-1]
    assert look(marked, "object.metadata.deletionGracePeriodSeconds") == 20
    condition = {"type": "DisruptionTarget", "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting"}
    conditions = look(last, "object.status.conditions")
    assert isinstance(conditions, list)
    assert condition.items() <= dict(conditions[-1] if isinstance(conditions[-1], dict) else {}).items()
    assert look(last, "object.metadata.uid") == look(running, "metadata.uid")
    assert (await client.request("POST", f"{pods}/p/eviction", eviction)).status == 404


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"metadata": {"name": "q"}}, 400, "name in URL does not match name in Eviction object"),
        ({"metadata": {"name": "p", "namespace": "other"}}, 400, "does not match the namespace sent on the request"),
        ({"metadata": {"name": "p"}, "deleteOptions": {"preconditions": {"uid": "x"}}}, 409, "UID in the precondition"),
        ({"metadata": {"name": "p"}, "deleteOptions": {"dryRun": ["Some"]}}, 422, "dryRun: Unsupported value"),
        ({"metadata": {"name": "p"}, "kind": "Pod", "apiVersion": "v1"}, 400, "cannot be handled as a Eviction"),
    ],
)
async def test_evictions_that_do_not_happen(
    client: ApiClient, pods: str, body: JsonObject, status: int, message: str
) -> None:
    await client.request("POST", pods, pod_manifest("p", nodeSelector={"no": "node"}))
    answer = await client.request("POST", f"{pods}/p/eviction", body)
    assert (answer.status, message in answer.message) == (status, True), answer.body
    assert look((await client.get(f"{pods}/p")).object, "metadata.deletionTimestamp") is None


async def test_what_pods_do_not_have_is_said(client: ApiClient, pods: str) -> None:
    await client.request("POST", pods, pod_manifest("p", nodeSelector={"no": "node"}))
    for subresource in ("ephemeralcontainers", "resize"):
        answer = await client.get(f"{pods}/p/{subresource}")
        assert (answer.status, look(answer.object, "details")) == (404, {"kind": "pods"})
        assert answer.message.startswith(f"the local cluster does not offer pods/{subresource}")
        assert look((await client.get(f"{pods}/q/{subresource}")).object, "details.name") == "q"
