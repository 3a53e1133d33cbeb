"""The columns of `kubectl get` for each kind. Source: the printers of the API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, Raw, json

from k8s_sandbox_tui.local_cluster.api.age import age
from k8s_sandbox_tui.local_cluster.api.pod_row import pod_cells
from k8s_sandbox_tui.local_cluster.api.table import Cell, Column, Printer

if TYPE_CHECKING:
    from datetime import datetime

    from k8s_sandbox_tui.local_cluster.objects.cluster import Event, Namespace, Node, Service, ServiceAccount
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod

NAME = Column(
    name="Name",
    format="name",
    description="Name must be unique within a namespace. Is required when creating resources, although some resources "
    "may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for "
    "creation idempotence and configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names",
)
AGE = Column(
    name="Age",
    description="CreationTimestamp is a timestamp representing the server time when this object was created. It is not "
    "guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is "
    "represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: "
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
)


def column(name: str, description: str, priority: int = 0, type_: str = "string") -> Column:
    """A column; one with a priority is shown by `-o wide` alone."""
    return Column(name=name, type=type_, description=description, priority=priority)


_POD_COLUMNS = (
    NAME,
    column("Ready", "The aggregate readiness state of this pod for accepting traffic."),
    column("Status", "The aggregate status of the containers in this pod."),
    column(
        "Restarts",
        "The number of times the containers in this pod have been restarted and when the last container in this pod "
        "has restarted.",
    ),
    AGE,
    column(
        "IP", "podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.", 1
    ),
    column(
        "Node",
        "NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by "
        "the scheduler defined in schedulerName. Once this field is set, the kubelet for this node becomes responsible "
        "for the lifecycle of this pod. This field should not be used to express a desire for the pod to be scheduled "
        "on a specific node. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename",
        1,
    ),
    column(
        "Nominated Node",
        "nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right "
        "away as preemption victims receive their graceful termination periods. This field does not guarantee that the "
        "pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become "
        "available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that "
        "is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is "
        "scheduled.",
        1,
    ),
    column(
        "Readiness Gates",
        "If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers "
        'are ready AND all conditions specified in the readiness gates have status equal to "True" More info: '
        "https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates",
        1,
    ),
)
_NAMESPACE_COLUMNS = (NAME, column("Status", "The status of the namespace"), AGE)
_NODE_COLUMNS = (
    NAME,
    column("Status", "The status of the node"),
    column("Roles", "The roles of the node"),
    AGE,
    column("Version", "Kubelet Version reported by the node."),
    column("Internal-IP", "List of addresses reachable to the node.", 1),
    column("External-IP", "List of addresses reachable to the node.", 1),
    column("OS-Image", "OS Image reported by the node from /etc/os-release.", 1),
    column("Kernel-Version", "Kernel Version reported by the node from 'uname -r'.", 1),
    column("Container-Runtime", "ContainerRuntime Version reported by the node.", 1),
)
_SERVICE_COLUMNS = (
    NAME,
    column("Type", "type determines how the Service is exposed."),
    column("Cluster-IP", "clusterIP is the IP address of the service."),
    column("External-IP", "externalIPs is a list of IP addresses of the service."),
    column("Port(s)", "The list of ports that are exposed by this service."),
    AGE,
    column("Selector", "Route service traffic to pods with label keys and values matching this selector.", 1),
)
_SERVICE_ACCOUNT_COLUMNS = (
    NAME,
    column(
        "Secrets",
        "Secrets is a list of the secrets in the same namespace that pods running using this ServiceAccount are "
        "allowed to use. More info: https://kubernetes.io/docs/concepts/configuration/secret",
    ),
    AGE,
)
_EVENT_COLUMNS = (
    column("Last Seen", "The time at which the most recent occurrence of this event was recorded."),
    column("Type", "Type of this event (Normal, Warning), new types could be added in the future"),
    column("Reason", "This should be a short, machine understandable string that gives the reason."),
    column("Object", "The object that this event is about."),
    column("Subobject", "If referring to a piece of an object instead of an entire object.", 1),
    column("Source", "The component reporting this event.", 1),
    column("Message", "A human-readable description of the status of this operation."),
    column("First Seen", "The time at which the event was first recorded.", 1),
    column("Count", "The number of times this event has occurred.", 1),
    Column(name="Name", format="name", description=NAME.description, priority=1),
)


def _namespace_cells(item: Namespace, now: datetime) -> list[Cell]:
    return [item.metadata.name, item.status.phase, age(item.metadata.creation_timestamp, now)]


def _node_cells(item: Node, now: datetime) -> list[Cell]:
    ready = any(condition.type == "Ready" and condition.status == "True" for condition in item.status.conditions)
    address = next((entry.address for entry in item.status.addresses if entry.type == "InternalIP"), "<none>")
    info = item.status.node_info
    return [
        item.metadata.name,
        "Ready" if ready else "NotReady",
        "<none>",
        age(item.metadata.creation_timestamp, now),
        info.kubelet_version,
        address,
        "<none>",
        info.os_image or "<unknown>",
        info.kernel_version or "<unknown>",
        info.container_runtime_version or "<unknown>",
    ]


def _service_cells(item: Service, now: datetime) -> list[Cell]:
    ports = ",".join(f"{port.port}/{port.protocol}" for port in item.spec.ports)
    selector = ",".join(f"{key}={value}" for key, value in sorted(item.spec.selector.items()))
    return [
        item.metadata.name,
        item.spec.type,
        item.spec.cluster_ip or "<none>",
        "<none>",
        ports or "<none>",
        age(item.metadata.creation_timestamp, now),
        selector or "<none>",
    ]


def _service_account_cells(item: ServiceAccount, now: datetime) -> list[Cell]:
    secrets = [] if item.secrets is UNSET else json.decode(item.secrets, type=list[Raw])
    return [item.metadata.name, len(secrets), age(item.metadata.creation_timestamp, now)]


def _event_cells(item: Event, now: datetime) -> list[Cell]:
    first = item.first_timestamp or item.event_time
    last = item.last_timestamp or first
    seen = age(last, now)
    return [
        f"{seen} (x{item.count} over {age(first, now)})" if item.count > 1 else seen,
        item.type,
        item.reason,
        f"{item.involved_object.kind.lower()}/{item.involved_object.name}",
        item.involved_object.field_path,
        ", ".join(part for part in (item.source.component or item.reporting_component, item.source.host) if part),
        item.message.strip(),
        age(first, now),
        item.count or 1,
        item.metadata.name,
    ]


POD_PRINTER: Printer[Pod] = Printer(_POD_COLUMNS, pod_cells)
NAMESPACE_PRINTER: Printer[Namespace] = Printer(_NAMESPACE_COLUMNS, _namespace_cells)
NODE_PRINTER: Printer[Node] = Printer(_NODE_COLUMNS, _node_cells)
SERVICE_PRINTER: Printer[Service] = Printer(_SERVICE_COLUMNS, _service_cells)
SERVICE_ACCOUNT_PRINTER: Printer[ServiceAccount] = Printer(_SERVICE_ACCOUNT_COLUMNS, _service_account_cells)
EVENT_PRINTER: Printer[Event] = Printer(_EVENT_COLUMNS, _event_cells)
