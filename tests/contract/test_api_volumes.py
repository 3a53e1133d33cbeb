"""Volumes and rights of Pods, as sandboxes that must not be root need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from tests.contract.cluster_client import look, pod_manifest
from tests.contract.exec_client import run_in_pod

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue
    from tests.contract.cluster_client import ApiClient


def _restricted(name: str) -> JsonObject:
    """The Pod of the provider's profile `restricted`."""
    manifest = pod_manifest(
        name,
        securityContext={
            "runAsNonRoot": True,
            "runAsUser": 1000,
            "runAsGroup": 1000,
            "fsGroup": 1000,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        volumes=[{"name": "home", "emptyDir": {}}, {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}],
    )
    container = cast("JsonObject", look(manifest, "spec.containers.0"))
    mounts: list[JsonValue] = [
        {"name": "home", "mountPath": "/home/sandbox"},
        {"name": "tmp", "mountPath": "/tmp"},
        {"name": "home", "mountPath": "/home/part", "subPath": "part"},
    ]
    container["volumeMounts"] = mounts
    container["securityContext"] = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    container["env"] = [{"name": "HOME", "value": "/home/sandbox"}]
    container["workingDir"] = "/home/sandbox"
    return manifest


async def test_a_restricted_sandbox_works_in_its_volumes(client: ApiClient, pods: str, namespace: str) -> None:
    made = await client.request("POST", f"{pods}?fieldValidation=Strict", _restricted("r"))
    assert made.status == 201, made.body
    await client.wait_for(namespace, "r", "status.phase", "Running")
    script = 'echo "$PWD $HOME" && echo a > "$HOME/a" && mkdir -p part && echo b > part/b && cat a part/b'
    done = await run_in_pod(client, f"{pods}/r", "sh", "-c", script)
    assert done.status["status"] == "Success", done
    assert done.payload(1).endswith(b"a\nb\n")


async def test_it_is_another_user_where_pods_are_isolated(
    client: ApiClient, pods: str, namespace: str, local_cluster: LocalClusterStatus
) -> None:
    if local_cluster.isolation != "bubblewrap":
        pytest.skip("plain processes run as the server does")
    await client.request("POST", pods, _restricted("r"))
    await client.wait_for(namespace, "r", "status.phase", "Running")
    script = "id -u; pwd; echo b > part/b; cat /home/part/b; touch /no 2>&1"
    done = await run_in_pod(client, f"{pods}/r", "sh", "-c", script)
    assert done.payload(1).split(b"\n")[:3] == [b"1000", b"/home/sandbox", b"b"]
    assert b"denied" in done.payload(1)


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"runAsNonRoot": True}, "container has runAsNonRoot and image will run as root"),
        ({"runAsNonRoot": True, "runAsUser": 0}, "container's runAsUser breaks non-root policy"),
    ],
)
async def test_root_where_it_is_forbidden(
    client: ApiClient, pods: str, namespace: str, context: JsonObject, message: str
) -> None:
    made = await client.request("POST", pods, pod_manifest("n", securityContext=context))
    pod = await client.wait_for(
        namespace, "n", "status.containerStatuses.0.state.waiting.reason", "CreateContainerConfigError"
    )
    whose = f'(pod: "n_{namespace}({look(made.body, "metadata.uid")})", container: sandbox)'
    assert look(pod, "status.containerStatuses.0.state.waiting.message") == f"{message} {whose}"
    assert look(pod, "status.phase") == "Pending"


async def test_containers_share_a_volume(client: ApiClient, pods: str, namespace: str) -> None:
    manifest = pod_manifest("shared", volumes=[{"name": "v", "emptyDir": {}}])
    containers = cast("list[JsonValue]", look(manifest, "spec.containers"))
    base: JsonObject = {"image": "python:3", "volumeMounts": [{"name": "v", "mountPath": "/v"}], "workingDir": "/v"}
    containers[:] = [
        {"name": "reader", "command": ["sleep", "1000"], **base},
        {"name": "writer", "command": ["sh", "-c", "echo hello > note; sleep 1000"], **base},
    ]
    await client.request("POST", pods, manifest)
    # The third is Ready: both containers run.
    pod = await client.wait_for(namespace, "shared", "status.conditions.2.status", "True")
    assert look(pod, "status.conditions.2.type") == "Ready"
    script = "until test -s note; do sleep 0.01; done; cat note"
    done = await run_in_pod(client, f"{pods}/shared", "sh", "-c", script, container="reader")
    assert done.payload(1) == b"hello\n"


async def test_other_volumes_are_told_in_an_event(client: ApiClient, pods: str, namespace: str) -> None:
    await client.request("POST", pods, pod_manifest("h", volumes=[{"name": "host", "hostPath": {"path": "/"}}]))
    events = f"/api/v1/namespaces/{namespace}/events?watch=1&fieldSelector=reason%3DFailedMount"
    event = (await client.first_events(events, 1))[0]
    assert "only emptyDir" in str(look(event, "object.message"))
    pod = await client.get(f"{pods}/h")
    assert look(pod.body, "status.containerStatuses.0.state.waiting.reason") == "ContainerCreating"
    assert (await client.request("DELETE", f"{pods}/h?gracePeriodSeconds=0")).status == 200


@pytest.mark.parametrize(
    ("mount", "told"),
    [
        ({"mountPath": "/v", "subPath": "../x"}, "must not contain '..'"),
        ({"mountPath": "/v", "subPath": "/x"}, "must be a relative path"),
        ({"mountPath": "/w"}, "must be unique"),
    ],
)
async def test_mounts_are_validated(client: ApiClient, pods: str, mount: JsonObject, told: str) -> None:
    manifest = pod_manifest("bad", volumes=[{"name": "v", "emptyDir": {}}])
    container = cast("JsonObject", look(manifest, "spec.containers.0"))
    container["volumeMounts"] = [{"name": "v", "mountPath": "/w"}, {"name": "v", **mount}]
    answer = await client.request("POST", pods, manifest)
    assert answer.status == 422
    assert told in answer.message
