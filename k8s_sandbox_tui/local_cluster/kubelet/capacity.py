"""What the node has, and whether a Pod fits."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING
from uuid import NAMESPACE_DNS, uuid4, uuid5

from k8s_sandbox_tui.local_cluster.kubelet.annotations import ISOLATION, LIMITS, NETWORK
from k8s_sandbox_tui.local_cluster.objects import quantity
from k8s_sandbox_tui.local_cluster.objects.cluster import (
    Node,
    NodeAddress,
    NodeCondition,
    NodeStatus,
    NodeSystemInfo,
)
from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta, now, timestamp

if TYPE_CHECKING:
    from decimal import Decimal

    from k8s_sandbox_tui.local_cluster.objects.pod import Pod

NODE_NAME = "local-node"
_MAX_PODS = "1100"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def this_machine(*, address: str, version: str, isolation: str, limits: str, network: str) -> Node:
    """The node that this machine is."""
    machine = platform.machine()
    architecture = _ARCHITECTURES.get(machine, machine)
    system = platform.system().lower()
    moment = timestamp(now())
    amounts = {"cpu": str(os.cpu_count() or 1), "memory": f"{_memory() // 1024}Ki", "pods": _MAX_PODS}
    ready = NodeCondition(
        type="Ready",
        status="True",
        last_heartbeat_time=moment,
        last_transition_time=moment,
        reason="KubeletReady",
        message="the local cluster is ready",
    )
    return Node(
        metadata=ObjectMeta(
            name=NODE_NAME,
            uid=str(uuid4()),
            creation_timestamp=moment,
            labels={
                "kubernetes.io/arch": architecture,
                "kubernetes.io/hostname": NODE_NAME,
                "kubernetes.io/os": system,
            },
            annotations={
                ISOLATION: isolation,
                LIMITS: limits,
                NETWORK: network,
            },
        ),
        status=NodeStatus(
            capacity=amounts,
            allocatable=amounts,
            conditions=[ready],
            addresses=[
                NodeAddress(type="InternalIP", address=address),
                NodeAddress(type="Hostname", address=NODE_NAME),
            ],
            node_info=NodeSystemInfo(
                machine_id=uuid5(NAMESPACE_DNS, NODE_NAME).hex,
                kernel_version=platform.release(),
                os_image=_os_image(),
                container_runtime_version=f"local://{isolation}",
                kubelet_version=version,
                kube_proxy_version=version,
                operating_system=system,
                architecture=architecture,
            ),
        ),
    )


def unsuitable(pod: Pod, node: Node) -> str:
    """Why the node is none of those that the Pod may go to, in the scheduler's words; empty when it is."""
    if pod.spec.node_selector and not pod.spec.node_selector.items() <= node.metadata.labels.items():
        why = "1 node(s) didn't match Pod's node affinity/selector"
        return _told([why], "Preemption is not helpful for scheduling")
    return ""


def told_shortage(lacking: list[str]) -> str:
    """The scheduler's words for what the only node has too little of."""
    return _told(lacking, "No preemption victims found for incoming pod")


def _told(reasons: list[str], preemption: str) -> str:
    listed = ", ".join(reasons)
    return f"0/1 nodes are available: {listed}. preemption: 0/1 nodes are available: 1 {preemption}."


def requests_of(pod: Pod) -> dict[str, Decimal]:
    """What all containers of a Pod ask for together."""
    total: dict[str, Decimal] = {}
    for container in pod.spec.containers:
        for name, amount in container.resources.requests.items():
            value = quantity.parse(amount)
            total[name] = total[name] + value if name in total else value
    return total


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _os_image() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.platform()
