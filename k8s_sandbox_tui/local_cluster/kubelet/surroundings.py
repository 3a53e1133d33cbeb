"""What all Pods of the node share; holds, but does nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.kubelet.events import EventRecorder
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod
    from k8s_sandbox_tui.local_cluster.runtime.types import Runtime
    from k8s_sandbox_tui.local_cluster.store.collection import Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The node, as the life of a Pod needs it.

    Attributes:
        pods: Where the status of Pods is written.
        pods_dir: The folder with one folder for each Pod, named by uid.
        host_ip: The address of the node and, as they share its network, of all Pods.
    """

    runtime: Runtime
    events: EventRecorder
    pods: Collection[Pod]
    pods_dir: Path
    host_ip: str
