"""`metrics.k8s.io`: what Pods use, as dashboards and `kubectl top` ask for it."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, cast

import pytest

from tests.contract.cluster_client import look, pod_manifest

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject
    from tests.contract.cluster_client import ApiClient

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc to read")

_BUSY = "data = b'x' * 50_000_000\nprint('ready', flush=True)\nwhile True: pass"


@pytest.fixture
async def pod_metrics(client: ApiClient, pods: str, namespace: str) -> str:
    """The path of the metrics of a namespace with a busy Pod and an idle one."""
    await client.request("POST", pods, pod_manifest("busy", command=["python3", "-c", _BUSY]))
    await client.request("POST", pods, pod_manifest("idle"))
    await client.request("POST", pods, pod_manifest("done", command=["true"]))
    headers = {"Authorization": f"Bearer {client.token}"}
    await client.wait_for(namespace, "busy", "status.phase", "Running")
    async with client.session.get(f"{client.server}{pods}/busy/log?follow=true", headers=headers) as log:
        assert await log.content.readline() == b"ready\n"
    await client.wait_for(namespace, "idle", "status.phase", "Running")
    await client.wait_for(namespace, "done", "status.phase", "Succeeded")
    return f"/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods"


def _cpu(item: JsonObject) -> int:
    return int(str(look(item, "containers.0.usage.cpu")).removesuffix("n"))


def _memory(item: JsonObject) -> int:
    return int(str(look(item, "containers.0.usage.memory")).removesuffix("Ki"))


async def test_what_pods_use(client: ApiClient, pod_metrics: str, namespace: str) -> None:
    listed = await client.get(pod_metrics)
    assert look(listed.body, "kind") == "PodMetricsList"
    items = {str(look(item, "metadata.name")): item for item in listed.items}
    assert sorted(items) == ["busy", "idle"]
    assert _cpu(items["busy"]) > 50_000_000 > _cpu(items["idle"])
    assert _memory(items["busy"]) > 50_000 > _memory(items["idle"]) > 0
    assert look(items["busy"], "metadata.namespace") == namespace
    assert re.fullmatch(r"[\d.]+s", str(items["busy"]["window"]))
    one = await client.get(f"{pod_metrics}/busy")
    assert (one.object["kind"], look(one.body, "containers.0.name")) == ("PodMetrics", "sandbox")


async def test_what_has_no_metrics_is_not_found(client: ApiClient, pod_metrics: str, namespace: str) -> None:
    for name in ("done", "never"):
        answer = await client.get(f"{pod_metrics}/{name}")
        assert (answer.status, answer.message) == (404, f'podmetrics.metrics.k8s.io "{namespace}/{name}" not found')


async def test_the_group_is_discovered(client: ApiClient) -> None:
    groups = cast("list[JsonObject]", (await client.get("/apis")).object["groups"])
    found = next(group for group in groups if group["name"] == "metrics.k8s.io")
    assert look(found, "preferredVersion.groupVersion") == "metrics.k8s.io/v1beta1"
    resources = (await client.get("/apis/metrics.k8s.io/v1beta1")).object["resources"]
    assert [item["name"] for item in cast("list[JsonObject]", resources)] == ["nodes", "pods"]
    assert (await client.get("/apis/metrics.k8s.io/v1/pods")).status == 404


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed on this machine")
async def test_kubectl_top(local_cluster: LocalClusterStatus, pod_metrics: str, namespace: str) -> None:
    pods = await asyncio.to_thread(_top, local_cluster, "pods", "-n", namespace)
    rows = [line.split() for line in pods]
    assert rows[0] == ["NAME", "CPU(cores)", "MEMORY(bytes)"]
    assert [row[0] for row in rows[1:]] == ["busy", "idle"]
    nodes = await asyncio.to_thread(_top, local_cluster, "nodes")
    assert nodes[1].startswith("local-node ")


def _top(cluster: LocalClusterStatus, *words: str) -> list[str]:
    command = ["kubectl", f"--kubeconfig={cluster.kubeconfig}", "top", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()


async def test_how_pods_are_held_back(
    client: ApiClient, pods: str, namespace: str, local_cluster: LocalClusterStatus
) -> None:
    await client.request("POST", pods, pod_manifest("p"))
    pod = await client.wait_for(namespace, "p", "status.phase", "Running")
    annotations = cast("JsonObject", look(pod, "metadata.annotations"))
    assert annotations == {
        "local.computesdk.io/isolation": local_cluster.isolation,
        "local.computesdk.io/limits": local_cluster.limits,
        "local.computesdk.io/network": local_cluster.network,
    }
