"""Requests to a Pod's containers: which one, exec, attach, and port-forward."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.faults.exec_fault import ExecFault
from k8s_sandbox_tui.local_cluster.faults.pod_faults import exec_fault
from k8s_sandbox_tui.local_cluster.faults.request_keys import EXEC_FAULT
from k8s_sandbox_tui.local_cluster.kubelet.annotations import NETWORK
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError, bad_request
from k8s_sandbox_tui.local_cluster.remote_command.route import Target, remote_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.kubelet.kubelet import Kubelet
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod
    from k8s_sandbox_tui.local_cluster.portforward.connection import PodConnection
    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcess
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster

_DEFAULT = "kubectl.kubernetes.io/default-container"


def container_name(pod: Pod, asked: str) -> str:
    """The container that a request is about.

    Raises:
        StatusError: 400, there is no such container, or it has to be named.
    """
    names = [container.name for container in (*pod.spec.containers, *pod.spec.init_containers)]
    if asked:
        if asked not in names:
            raise bad_request(f"container {asked} is not valid for pod {pod.metadata.name}")
        return asked
    default = pod.metadata.annotations.get(_DEFAULT, "")
    if len(names) == 1 or default in names:
        return default if default in names else names[0]
    listed = " ".join(container.name for container in pod.spec.containers)
    message = f"a container name must be specified for pod {pod.metadata.name}, choose one of: [{listed}]"
    if pod.spec.init_containers:
        inits = " ".join(container.name for container in pod.spec.init_containers)
        message += f" or one of the init containers: [{inits}]"
    raise bad_request(message)


async def exec_in_pod(
    request: web.Request, info: RequestInfo, cluster: Cluster, kubelet: Kubelet
) -> web.StreamResponse:
    """GET or POST of pods/exec."""
    pod = cluster.pods.get(info.namespace, info.name).object
    target = _target(request, pod, kubelet)
    fault = _exec_fault(request, pod)
    if fault is None:
        return await remote_command(request, target)
    if fault is ExecFault.REFUSED:
        raise StatusError(500, "InternalError", "Internal error occurred: a fault was asked for")
    from k8s_sandbox_tui.local_cluster.faults.faulty_link import faulty

    return await remote_command(request, replace(target, wrap=faulty(fault)))


async def attach_to_pod(
    request: web.Request, info: RequestInfo, cluster: Cluster, kubelet: Kubelet
) -> web.StreamResponse:
    """GET or POST of pods/attach."""
    pod = cluster.pods.get(info.namespace, info.name).object
    return await remote_command(request, replace(_target(request, pod, kubelet), attach=True))


def _target(request: web.Request, pod: Pod, kubelet: Kubelet) -> Target:
    name = container_name(pod, request.query.get("container", ""))
    _check_connection(request, pod)
    run = kubelet.container(pod, name)
    return Target(process=None if run is None else run.running, container=name)


def _check_connection(request: web.Request, pod: Pod) -> None:
    if not pod.spec.node_name:
        raise bad_request(f"pod {pod.metadata.name} does not have a host assigned")
    if "upgrade" not in request.headers.get("Connection", "").lower():
        raise bad_request("Upgrade request required")


def _exec_fault(request: web.Request, pod: Pod) -> ExecFault | None:
    by_rule: ExecFault | None = request.get(EXEC_FAULT)
    return by_rule or exec_fault(pod.metadata.annotations)


async def forward_ports(
    request: web.Request, info: RequestInfo, cluster: Cluster, kubelet: Kubelet
) -> web.StreamResponse:
    """GET or POST of pods/portforward."""
    # Few forward ports, and these take 10 ms of a start.
    from k8s_sandbox_tui.local_cluster.portforward.connection import DialError, dial
    from k8s_sandbox_tui.local_cluster.portforward.route import portforward_route

    pod = cluster.pods.get(info.namespace, info.name).object
    _check_connection(request, pod)

    async def dial_pod(port: int) -> PodConnection:
        runs = [kubelet.container(pod, container.name) for container in pod.spec.containers]
        running = [run.running for run in runs if run is not None and run.running is not None]
        if not running:
            message = f"error forwarding port {port} to pod {pod.metadata.uid}, uid : no container of the pod runs"
            raise DialError(message)
        if pod.metadata.annotations.get(NETWORK) == "host" and (other := await _stranger(port, running)):
            message = (
                f"error forwarding port {port} to pod {pod.metadata.uid}, uid : {other} listens there, not the pod"
            )
            raise DialError(message)
        return await dial(port, pod.metadata.uid, [one.open_socket for one in running])

    return await portforward_route(request, dial_pod)


async def _stranger(port: int, running: Sequence[PodProcess]) -> str:
    """Who listens on a port of the machine that is none of the Pod's processes; empty where nobody is known to."""
    from k8s_sandbox_tui.local_cluster.portforward.listener import stranger

    roots = frozenset([one.root_pid for one in running])
    return "" if None in roots else await asyncio.to_thread(stranger, port, frozenset(filter(None, roots)))
