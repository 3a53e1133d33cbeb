"""Who is let in, what else is served, and what is kept private."""

from __future__ import annotations

import contextlib
import socket
import ssl
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
import yaml

from tests.contract.cluster_client import ApiClient, look, pod_manifest

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_it_listens_on_loopback_alone(local_cluster: LocalClusterStatus) -> None:
    assert local_cluster.pid is not None
    assert local_cluster.url is not None
    port = int(local_cluster.url.rpartition(":")[2])
    loopback = int.from_bytes(socket.inet_aton("127.0.0.1"), sys.byteorder)
    assert listening(local_cluster.pid) == [f"{loopback:08X}:{port:04X}"]


def listening(pid: int) -> list[str]:
    """The addresses at which a process takes TCP connections, as the kernel writes them."""
    own: set[str] = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        # A connection may have closed since.
        with contextlib.suppress(FileNotFoundError):
            own.add(str(file.readlink()))
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in own]


async def test_another_host_name_is_turned_away(client: ApiClient) -> None:
    answer = await client.request("GET", "/version", headers={"Host": "evil.example.com"})
    assert answer.status == 421
    assert "answers to 127.0.0.1:" in str(answer.body)


async def test_a_wrong_token_gets_no_further_than_anybody(client: ApiClient) -> None:
    assert (await client.request("GET", "/version", token="wrong")).status == 401
    assert (await client.request("GET", "/version", token=None)).status == 200
    refused = await client.request("POST", "/api/v1/namespaces/default/pods", pod_manifest("p"), token=None)
    assert (refused.status, refused.object["reason"]) == (403, "Forbidden")


async def test_only_the_own_authority_vouches_for_the_server(client: ApiClient) -> None:
    with pytest.raises(aiohttp.ClientConnectorCertificateError):
        await client.session.get(client.server, ssl=ssl.create_default_context())


async def test_plain_http_is_not_answered(client: ApiClient) -> None:
    with pytest.raises(aiohttp.ClientError):
        await client.session.get(client.server.replace("https", "http"))


def test_private_files_are_private(local_cluster: LocalClusterStatus) -> None:
    folder = local_cluster.kubeconfig.parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("kubeconfig", "token", "server.json", "tls/server.key", "tls/ca.key"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name


async def test_the_token_is_not_in_the_log(client: ApiClient, local_cluster: LocalClusterStatus) -> None:
    await client.get("/api/v1/pods")
    folder = local_cluster.kubeconfig.parent
    assert client.token not in (folder / "server.log").read_text() + (folder / "server.err").read_text()


async def test_services_are_kept(client: ApiClient, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/services"
    body: JsonObject = {"metadata": {"name": "box-svc"}, "spec": {"selector": {"a": "b"}, "ports": [{"port": 80}]}}
    created = await client.request("POST", path, body)
    assert (created.status, look(created.object, "spec.type")) == (201, "ClusterIP")
    assert look(created.object, "spec.ports.0") == {"protocol": "TCP", "port": 80, "targetPort": 80}
    assert str(look(created.object, "spec.clusterIP")).startswith("10.96.")
    assert (await client.request("POST", path, body)).status == 409
    patch: JsonObject = {"metadata": {"labels": {"x": "y"}}}
    patched = await client.request("PATCH", f"{path}/box-svc", patch, {"Content-Type": "application/merge-patch+json"})
    assert look(patched.object, "spec.clusterIP") == look(created.object, "spec.clusterIP")
    assert len((await client.get(path)).items) == 1
    assert (await client.request("DELETE", f"{path}/box-svc")).status == 200
    assert (await client.request("DELETE", f"{path}/box-svc")).status == 404


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"metadata": {"name": "1svc"}, "spec": {"ports": [{"port": 80}]}}, "a DNS-1035 label must consist of"),
        ({"metadata": {"name": "svc"}, "spec": {}}, "spec.ports: Required value"),
        ({"metadata": {"name": "svc"}, "spec": {"ports": [{"port": 70000}]}}, "must be between 1 and 65535, inclusive"),
    ],
)
async def test_bad_services_are_refused(client: ApiClient, namespace: str, body: JsonObject, message: str) -> None:
    answer = await client.request("POST", f"/api/v1/namespaces/{namespace}/services", body)
    assert answer.status == 422
    assert message in answer.message


async def test_a_namespace_ends_with_all_that_is_in_it(client: ApiClient, namespace: str, pods: str) -> None:
    await client.request("POST", pods, pod_manifest("p", terminationGracePeriodSeconds=1))
    await client.wait_for(namespace, "p", "status.phase", "Running")
    version = look((await client.get("/api/v1/namespaces")).object, "metadata.resourceVersion")
    ending = await client.request("DELETE", f"/api/v1/namespaces/{namespace}")
    assert look(ending.object, "status.phase") == "Terminating"
    refused = await client.request("POST", pods, pod_manifest("q"))
    assert refused.status == 403
    assert "because it is being terminated" in refused.message
    query = f"watch=1&resourceVersion={version}&fieldSelector=metadata.name%3D{namespace}&timeoutSeconds=10"
    async for event in client.watch(f"/api/v1/namespaces?{query}"):
        if event["type"] == "DELETED":
            break
    assert (await client.get(f"/api/v1/namespaces/{namespace}")).status == 404
    assert (await client.get(pods)).items == []


async def test_namespaces_of_the_cluster_itself_stay(client: ApiClient) -> None:
    assert (await client.request("DELETE", "/api/v1/namespaces/default")).status == 403
    assert (await client.request("POST", "/api/v1/namespaces", {"metadata": {"name": "Bad_Name"}})).status == 422
    assert (await client.request("POST", "/api/v1/namespaces", {"metadata": {"name": "default"}})).status == 409


async def test_the_node_tells_how_pods_are_isolated(client: ApiClient, local_cluster: LocalClusterStatus) -> None:
    node = (await client.get("/api/v1/nodes")).items[0]
    assert look(node, "metadata.annotations") == {
        "local.computesdk.io/isolation": local_cluster.isolation,
        "local.computesdk.io/limits": local_cluster.limits,
        "local.computesdk.io/network": local_cluster.network,
    }
    assert look(node, "status.nodeInfo.containerRuntimeVersion") == f"local://{local_cluster.isolation}"


async def test_openapi_names_what_kubectl_needs_to_validate(client: ApiClient) -> None:
    index = await client.get("/openapi/v3")
    assert "/openapi/v3/api/v1" in str(index.body)
    document = await client.get("/openapi/v3/api/v1")
    parameters = look(document.object["paths"], "/api/v1/namespaces/{namespace}/pods/{name}.patch.parameters")
    assert "fieldValidation" in str(parameters)
    # In protobuf, for kubectl before 1.28.
    second = await client.get("/openapi/v2", Accept="application/com.github.proto-openapi.spec.v2@v1.0+protobuf")
    assert second.content_type == "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    assert "fieldValidation" in str(second.body)
    assert "swagger" in (await client.get("/openapi/v2")).object
    assert (await client.get("/openapi/v4")).status == 404


async def test_yaml_is_answered_to_those_who_want_it(client: ApiClient, namespace: str, pods: str) -> None:
    manifest = yaml.safe_dump({**pod_manifest("in-yaml"), "metadata": {"name": "in-yaml", "labels": {"on": "yes"}}})
    headers = {"Content-Type": "application/yaml", "Accept": "application/yaml"}
    made = await client.request("POST", pods, manifest.encode(), headers)
    assert (made.status, made.content_type) == (201, "application/yaml")
    listed = await client.get(pods, Accept="application/yaml, application/json")
    assert listed.content_type == "application/yaml"
    plain = await client.get(pods)
    assert yaml.safe_load(str(listed.body))["items"][0]["metadata"]["labels"] == {"on": "yes"}
    assert yaml.safe_load(str(listed.body))["kind"] == plain.object["kind"] == "PodList"
    refused = await client.get(f"{pods}/missing", Accept="application/yaml")
    assert (refused.status, yaml.safe_load(str(refused.body))["reason"]) == (404, "NotFound")
    watched = await client.get(f"{pods}?watch=1&timeoutSeconds=1", Accept="application/yaml")
    assert (watched.status, "stream=watch" in str(watched.body)) == (406, True)
    # A log is neither.
    await client.wait_for(namespace, "in-yaml", "status.phase", "Running")
    log = await client.get(f"{pods}/in-yaml/log", Accept="application/yaml")
    assert str(log.content_type).startswith("text/plain")


async def test_long_answers_are_compressed_for_those_who_take_it(client: ApiClient, pods: str) -> None:
    manifest = pod_manifest("long", nodeSelector={"no": "node"})
    manifest["metadata"] = {"name": "long", "annotations": {"text": "x" * 140_000}}
    # Each answer with the object is that long, also the first.
    made = await client.request("POST", pods, manifest, {"Accept-Encoding": "gzip"})
    assert (made.status, made.headers.get("Content-Encoding")) == (201, "gzip")
    for headers, encoding in (
        ({"Accept-Encoding": "gzip"}, "gzip"),
        ({"Accept-Encoding": "identity"}, None),
        ({"Accept-Encoding": "gzip", "Accept": "application/yaml"}, "gzip"),
    ):
        listed = await client.get(pods, **headers)
        assert listed.headers.get("Content-Encoding") == encoding
        assert listed.headers.get("Vary") == ("Accept-Encoding" if encoding else None)
        assert len(str(listed.body)) > 140_000
    short = await client.get(f"{pods}?limit=1&labelSelector=a", **{"Accept-Encoding": "gzip"})
    assert short.headers.get("Content-Encoding") is None
