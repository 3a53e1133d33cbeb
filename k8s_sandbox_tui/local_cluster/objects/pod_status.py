# ruff: noqa: RUF012 - msgspec gives each instance its own copy of an empty default
"""What becomes of a Pod: its status, field by field.

Parts that the local cluster hands through without reading them are `Raw`.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType, field

from k8s_sandbox_tui.local_cluster.objects.meta import KubeStruct
from k8s_sandbox_tui.local_cluster.objects.resource_requirements import QuantityValue, ResourceRequirements


class PodCondition(KubeStruct, frozen=True, kw_only=True):
    """One of the conditions of a Pod."""

    type: str
    status: str
    last_probe_time: None = field(default_factory=lambda: None)
    last_transition_time: str | None = field(default_factory=lambda: None)
    reason: str = ""
    message: str = ""


class PodIP(KubeStruct, frozen=True, kw_only=True):
    """An address, as `podIPs` and `hostIPs` list it."""

    ip: str = ""


class ContainerStateWaiting(KubeStruct, frozen=True, kw_only=True):
    """Not started yet, and why."""

    reason: str = ""
    message: str = ""


class ContainerStateRunning(KubeStruct, frozen=True, kw_only=True):
    """Running since."""

    started_at: str | None = field(default_factory=lambda: None)


class ContainerStateTerminated(KubeStruct, frozen=True, kw_only=True):
    """Ended, and how."""

    exit_code: int = field(default_factory=int)
    signal: int = 0
    reason: str = ""
    message: str = ""
    started_at: str | None = field(default_factory=lambda: None)
    finished_at: str | None = field(default_factory=lambda: None)
    container_id: str = field(default="", name="containerID")


class ContainerState(KubeStruct, frozen=True, kw_only=True):
    """One of the three, or none."""

    waiting: ContainerStateWaiting | UnsetType = UNSET
    running: ContainerStateRunning | UnsetType = UNSET
    terminated: ContainerStateTerminated | UnsetType = UNSET


class VolumeMountStatus(KubeStruct, frozen=True, kw_only=True):
    """A volume mount as it came out."""

    name: str
    mount_path: str
    read_only: bool = False
    recursive_read_only: str | UnsetType = UNSET


class ContainerStatus(KubeStruct, frozen=True, kw_only=True):
    """What became of a container."""

    name: str
    state: ContainerState = field(default_factory=ContainerState)
    last_state: ContainerState = field(default_factory=ContainerState)
    ready: bool = field(default_factory=bool)
    restart_count: int = field(default_factory=int)
    image: str = field(default_factory=str)
    image_id: str = field(default_factory=str, name="imageID")
    container_id: str = field(default="", name="containerID")
    started: bool | UnsetType = UNSET
    allocated_resources: dict[str, QuantityValue] = {}
    resources: ResourceRequirements | UnsetType = UNSET
    volume_mounts: list[VolumeMountStatus] = []


class PodStatus(KubeStruct, frozen=True, kw_only=True):
    """What a Pod is now."""

    phase: str = ""
    conditions: list[PodCondition] = []
    message: str = ""
    reason: str = ""
    nominated_node_name: str = ""
    host_ip: str = field(default="", name="hostIP")
    host_ips: list[PodIP] = field(default_factory=list, name="hostIPs")
    pod_ip: str = field(default="", name="podIP")
    pod_ips: list[PodIP] = field(default_factory=list, name="podIPs")
    start_time: str | UnsetType = UNSET
    init_container_statuses: list[ContainerStatus] = []
    container_statuses: list[ContainerStatus] = []
    qos_class: str = ""
