"""What the Pods of the node have asked for in all, and whether one more fits."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.kubelet.capacity import requests_of, told_shortage, unsuitable
from k8s_sandbox_tui.local_cluster.objects import quantity

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.cluster import Node
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod

OVERCOMMIT = 16
"""How many times over processors and memory are given away: sandboxes mostly wait, and here nobody else needs room."""
_SHARED = ("cpu", "memory")


class Room:
    """The room on one node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._has = {name: quantity.parse(node.status.allocatable[name]) for name in (*_SHARED, "pods")}
        self._taken = dict.fromkeys(self._has, Decimal(0))
        self._pods: dict[str, dict[str, Decimal]] = {}

    def take(self, pod: Pod) -> str:
        """Gives a Pod its room; else the scheduler's words why there is none.

        No Pod may ask for more than the machine has, and all together not for more than `OVERCOMMIT` times that.
        """
        why = unsuitable(pod, self._node)
        if why:
            return why
        wanted = requests_of(pod)
        lacking = [
            f"1 Insufficient {name}"
            for name in _SHARED
            if wanted.get(name, 0) > self._has[name]
            or self._taken[name] + wanted.get(name, 0) > OVERCOMMIT * self._has[name]
        ]
        if self._taken["pods"] >= self._has["pods"]:
            lacking.append("1 Too many pods")
        if lacking:
            return told_shortage(lacking)
        self._pods[pod.metadata.uid] = wanted = wanted | {"pods": Decimal(1)}
        self._add(wanted, 1)
        return ""

    def release(self, uid: str) -> bool:
        """Takes the room back; False when the Pod has none."""
        wanted = self._pods.pop(uid, None)
        if wanted is None:
            return False
        self._add(wanted, -1)
        return True

    def _add(self, amounts: dict[str, Decimal], sign: int) -> None:
        for name in self._taken:
            self._taken[name] += sign * amounts.get(name, Decimal(0))
