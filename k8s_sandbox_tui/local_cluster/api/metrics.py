"""`metrics.k8s.io/v1beta1`: what Pods and the node use now, from their processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import json

from k8s_sandbox_tui.local_cluster.api.respond import json_response
from k8s_sandbox_tui.local_cluster.api.selection import entry_test
from k8s_sandbox_tui.local_cluster.kubelet.usage_sampler import MACHINE
from k8s_sandbox_tui.local_cluster.objects.meta import now, timestamp
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusDetails, StatusError
from k8s_sandbox_tui.local_cluster.store.resources import NODES, PODS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.kubelet.kubelet import Kubelet
    from k8s_sandbox_tui.local_cluster.kubelet.usage_sampler import Load, UsageSampler
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster

GROUP = "metrics.k8s.io"
VERSION = "v1beta1"
_API_VERSION = f"{GROUP}/{VERSION}"


async def list_pod_metrics(
    request: web.Request, info: RequestInfo, cluster: Cluster, kubelet: Kubelet, sampler: UsageSampler
) -> web.Response:
    """GET of the Pods' metrics; those that do not run have none."""
    test = entry_test(PODS, info.namespace, request.query)
    chosen = [entry.object for entry in cluster.pods.snapshot() if test is None or test(entry)]
    items = await _pod_metrics(chosen, kubelet, sampler)
    return _response({"kind": "PodMetricsList", "apiVersion": _API_VERSION, "metadata": {}, "items": items})


async def get_pod_metrics(
    _request: web.Request, info: RequestInfo, cluster: Cluster, kubelet: Kubelet, sampler: UsageSampler
) -> web.Response:
    """GET of one Pod's metrics."""
    entry = cluster.pods.find(info.namespace, info.name)
    items = [] if entry is None else await _pod_metrics([entry.object], kubelet, sampler)
    if not items:
        raise _not_found("pods", f"{info.namespace}/{info.name}", "podmetrics")
    return _response({"kind": "PodMetrics", "apiVersion": _API_VERSION, **items[0]})


async def list_node_metrics(
    request: web.Request, _info: RequestInfo, cluster: Cluster, sampler: UsageSampler
) -> web.Response:
    """GET of the nodes' metrics."""
    test = entry_test(NODES, "", request.query)
    load = (await sampler.loads({MACHINE})).get(MACHINE)
    chosen = [entry.object.metadata for entry in cluster.nodes.snapshot() if test is None or test(entry)]
    items = [] if load is None else [_metrics(meta.name, "", meta.labels, load) | _usage(load) for meta in chosen]
    return _response({"kind": "NodeMetricsList", "apiVersion": _API_VERSION, "metadata": {}, "items": items})


async def get_node_metrics(
    _request: web.Request, info: RequestInfo, cluster: Cluster, sampler: UsageSampler
) -> web.Response:
    """GET of one node's metrics."""
    entry = cluster.nodes.find("", info.name)
    load = (await sampler.loads({MACHINE})).get(MACHINE)
    if entry is None or load is None:
        raise _not_found("nodes", info.name, "nodemetrics")
    metrics = _metrics(info.name, "", entry.object.metadata.labels, load) | _usage(load)
    return _response({"kind": "NodeMetrics", "apiVersion": _API_VERSION, **metrics})


async def _pod_metrics(pods: Iterable[Pod], kubelet: Kubelet, sampler: UsageSampler) -> list[dict[str, object]]:
    roots = {pod.metadata.uid: kubelet.process_roots(pod) for pod in pods}
    loads = await sampler.loads({root for found in roots.values() for root in found.values()})
    items: list[dict[str, object]] = []
    for pod in pods:
        known = {name: loads[root] for name, root in roots[pod.metadata.uid].items() if root in loads}
        if not known:
            continue
        meta = pod.metadata
        containers = [{"name": name, **_usage(load)} for name, load in known.items()]
        load = next(iter(known.values()))
        items.append(_metrics(meta.name, meta.namespace, meta.labels, load) | {"containers": containers})
    return items


def _metrics(name: str, namespace: str, labels: dict[str, str], load: Load) -> dict[str, object]:
    stamp = timestamp(now())
    metadata: dict[str, object] = {"name": name, "creationTimestamp": stamp}
    if namespace:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = labels
    return {"metadata": metadata, "timestamp": stamp, "window": f"{load.window:.3f}s"}


def _usage(load: Load) -> dict[str, object]:
    return {"usage": {"cpu": f"{round(load.cores * 1e9)}n", "memory": f"{load.memory_bytes // 1024}Ki"}}


def _not_found(resource: str, name: str, kind: str) -> StatusError:
    details = StatusDetails(name=name, group=GROUP, kind=resource)
    return StatusError(404, "NotFound", f'{kind}.{GROUP} "{name}" not found', details=details)


def _response(body: dict[str, object]) -> web.Response:
    return json_response(json.encode(body))
