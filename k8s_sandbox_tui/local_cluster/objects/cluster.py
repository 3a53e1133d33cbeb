# ruff: noqa: RUF012 - msgspec gives each instance its own copy of an empty default
"""The objects around Pods: namespaces, the node, services, service accounts, events."""

from __future__ import annotations

from msgspec import UNSET, Raw, UnsetType, field

from k8s_sandbox_tui.local_cluster.objects.meta import KubeObject, KubeStruct


class NamespaceSpec(KubeStruct, frozen=True, kw_only=True):
    """What holds a namespace back from being deleted."""

    finalizers: list[str] = []


class NamespaceStatus(KubeStruct, frozen=True, kw_only=True):
    """Active or Terminating."""

    phase: str = ""


class Namespace(KubeObject, frozen=True, kw_only=True):
    """A namespace."""

    spec: NamespaceSpec = field(default_factory=NamespaceSpec)
    status: NamespaceStatus = field(default_factory=NamespaceStatus)


class NodeSpec(KubeStruct, frozen=True, kw_only=True):
    """How a node is set up."""

    unschedulable: bool = False


class NodeCondition(KubeStruct, frozen=True, kw_only=True):
    """One of the conditions of a node."""

    type: str
    status: str
    last_heartbeat_time: str | UnsetType = UNSET
    last_transition_time: str | UnsetType = UNSET
    reason: str = ""
    message: str = ""


class NodeAddress(KubeStruct, frozen=True, kw_only=True):
    """A way to reach a node."""

    type: str
    address: str


class NodeSystemInfo(KubeStruct, frozen=True, kw_only=True, omit_defaults=False):
    """What a node runs on."""

    machine_id: str = field(default="", name="machineID")
    system_uuid: str = field(default="", name="systemUUID")
    boot_id: str = field(default="", name="bootID")
    kernel_version: str = ""
    os_image: str = ""
    container_runtime_version: str = ""
    kubelet_version: str = ""
    kube_proxy_version: str = ""
    operating_system: str = ""
    architecture: str = ""


class NodeStatus(KubeStruct, frozen=True, kw_only=True):
    """What a node is now."""

    capacity: dict[str, str] = {}
    allocatable: dict[str, str] = {}
    conditions: list[NodeCondition] = []
    addresses: list[NodeAddress] = []
    node_info: NodeSystemInfo = field(default_factory=NodeSystemInfo)


class Node(KubeObject, frozen=True, kw_only=True):
    """A node."""

    spec: NodeSpec = field(default_factory=NodeSpec)
    status: NodeStatus = field(default_factory=NodeStatus)


class ServicePort(KubeStruct, frozen=True, kw_only=True):
    """A port of a service."""

    name: str = ""
    protocol: str = ""
    app_protocol: str | UnsetType = UNSET
    port: int = 0
    target_port: int | str | UnsetType = UNSET
    node_port: int = 0


class ServiceSpec(KubeStruct, frozen=True, kw_only=True):
    """What a service stands for."""

    ports: list[ServicePort] = []
    selector: dict[str, str] = {}
    cluster_ip: str = field(default="", name="clusterIP")
    cluster_ips: list[str] = field(default_factory=list, name="clusterIPs")
    type: str = ""
    external_name: str = ""
    session_affinity: str = ""
    ip_families: list[str] = []
    ip_family_policy: str | UnsetType = UNSET
    internal_traffic_policy: str | UnsetType = UNSET


class Service(KubeObject, frozen=True, kw_only=True):
    """A service: a name kept for clients; the local cluster routes no traffic to it."""

    spec: ServiceSpec = field(default_factory=ServiceSpec)
    status: Raw = Raw(b'{"loadBalancer":{}}')


class ServiceAccount(KubeObject, frozen=True, kw_only=True):
    """Somebody that Pods, and those who ask for a token of it, are to the API server."""

    secrets: Raw | UnsetType = UNSET
    image_pull_secrets: Raw | UnsetType = UNSET
    automount_service_account_token: bool | UnsetType = UNSET


class ObjectReference(KubeStruct, frozen=True, kw_only=True):
    """Which object an event is about."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    api_version: str = ""
    resource_version: str = ""
    field_path: str = ""


class EventSource(KubeStruct, frozen=True, kw_only=True):
    """Who reported an event, in the older form."""

    component: str = ""
    host: str = ""


class Event(KubeObject, frozen=True, kw_only=True):
    """Something that happened to an object."""

    involved_object: ObjectReference = field(default_factory=ObjectReference)
    reason: str = ""
    message: str = ""
    source: EventSource = field(default_factory=EventSource)
    first_timestamp: str | None = field(default_factory=lambda: None)
    last_timestamp: str | None = field(default_factory=lambda: None)
    count: int = 0
    type: str = ""
    event_time: str | None = field(default_factory=lambda: None)
    action: str = ""
    reporting_component: str = field(default_factory=str)
    reporting_instance: str = field(default_factory=str)
