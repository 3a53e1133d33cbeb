"""The resources that this API server serves, and what it has to know of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from k8s_sandbox_tui.local_cluster.objects.cluster import Event, Namespace, Node, Service, ServiceAccount
from k8s_sandbox_tui.local_cluster.objects.meta import KubeObject
from k8s_sandbox_tui.local_cluster.objects.pod import Pod

T = TypeVar("T", bound=KubeObject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subresource:
    """A path behind an object's name; group and version are told where they are not the resource's own."""

    name: str
    kind: str
    verbs: tuple[str, ...]
    group: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Generic[T]):
    """A kind of object under its plural.

    Attributes:
        fields: What a field selector may ask for, besides `metadata.name` and `metadata.namespace`.
        bookmark: The parts of the object in a watch's BOOKMARK event behind its metadata.
        storage_hash: `storageVersionHash` of discovery; only told, never read.
        group: The API group; empty for the core one.
    """

    plural: str
    singular: str
    kind: str
    model: type[T]
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...]
    subresources: tuple[Subresource, ...] = ()
    fields: Mapping[str, Callable[[T], str]] = field(default_factory=dict[str, Callable[[T], str]])
    bookmark: bytes
    storage_hash: str = ""
    group: str = ""

    @property
    def api_version(self) -> str:
        """Group and version, as objects name them."""
        return f"{self.group}/v1" if self.group else "v1"

    @property
    def type_meta(self) -> bytes:
        """The beginning of the JSON of one such object."""
        return f'{{"kind":"{self.kind}","apiVersion":"{self.api_version}"'.encode()

    def field_value(self, item: T, name: str) -> str | None:
        """The value a field selector compares; None when it cannot ask for `name`."""
        if name == "metadata.name":
            return item.metadata.name
        if name == "metadata.namespace":
            return item.metadata.namespace if self.namespaced else None
        getter = self.fields.get(name)
        return None if getter is None else getter(item)


ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
_READ = ("get", "list", "watch")

PODS: Resource[Pod] = Resource(
    plural="pods",
    singular="pod",
    kind="Pod",
    model=Pod,
    short_names=("po",),
    categories=("all",),
    verbs=ALL_VERBS,
    subresources=(
        Subresource(name="attach", kind="PodAttachOptions", verbs=("create", "get")),
        Subresource(name="eviction", kind="Eviction", verbs=("create",), group="policy", version="v1"),
        Subresource(name="exec", kind="PodExecOptions", verbs=("create", "get")),
        Subresource(name="log", kind="Pod", verbs=("get",)),
        Subresource(name="portforward", kind="PodPortForwardOptions", verbs=("create", "get")),
        Subresource(name="status", kind="Pod", verbs=("get",)),
    ),
    fields={
        "spec.nodeName": lambda pod: pod.spec.node_name,
        "spec.restartPolicy": lambda pod: pod.spec.restart_policy,
        "spec.schedulerName": lambda pod: pod.spec.scheduler_name,
        "spec.serviceAccountName": lambda pod: pod.spec.service_account_name,
        "spec.hostNetwork": lambda pod: "true" if pod.spec.host_network else "false",
        "status.phase": lambda pod: pod.status.phase,
        "status.podIP": lambda pod: pod.status.pod_ip,
        "status.nominatedNodeName": lambda pod: pod.status.nominated_node_name,
    },
    bookmark=b',"spec":{"containers":null},"status":{}}',
    storage_hash="xPOwRZ+Yhw8=",
)

NAMESPACES: Resource[Namespace] = Resource(
    plural="namespaces",
    singular="namespace",
    kind="Namespace",
    model=Namespace,
    namespaced=False,
    short_names=("ns",),
    verbs=("create", "delete", "get", "list", "patch", "update", "watch"),
    fields={"status.phase": lambda item: item.status.phase},
    bookmark=b',"spec":{},"status":{}}',
    storage_hash="Q3oi5N2YM8M=",
)

NODES: Resource[Node] = Resource(
    plural="nodes",
    singular="node",
    kind="Node",
    model=Node,
    namespaced=False,
    short_names=("no",),
    verbs=_READ,
    fields={"spec.unschedulable": lambda item: "true" if item.spec.unschedulable else "false"},
    bookmark=b',"spec":{},"status":{"daemonEndpoints":{"kubeletEndpoint":{"Port":0}},"nodeInfo":{}}}',
    storage_hash="XwShjMxG9Fs=",
)

SERVICES: Resource[Service] = Resource(
    plural="services",
    singular="service",
    kind="Service",
    model=Service,
    short_names=("svc",),
    categories=("all",),
    verbs=ALL_VERBS,
    fields={
        "spec.clusterIP": lambda item: item.spec.cluster_ip,
        "spec.type": lambda item: item.spec.type,
    },
    bookmark=b',"spec":{},"status":{"loadBalancer":{}}}',
    storage_hash="0/CO1lhkEBI=",
)

SERVICE_ACCOUNTS: Resource[ServiceAccount] = Resource(
    plural="serviceaccounts",
    singular="serviceaccount",
    kind="ServiceAccount",
    model=ServiceAccount,
    short_names=("sa",),
    verbs=ALL_VERBS,
    subresources=(
        Subresource(name="token", kind="TokenRequest", verbs=("create",), group="authentication.k8s.io", version="v1"),
    ),
    bookmark=b"}",
    storage_hash="pbx9ZvyFpBE=",
)

EVENTS: Resource[Event] = Resource(
    plural="events",
    singular="event",
    kind="Event",
    model=Event,
    short_names=("ev",),
    verbs=("delete", "deletecollection", "get", "list", "watch"),
    fields={
        "involvedObject.kind": lambda item: item.involved_object.kind,
        "involvedObject.namespace": lambda item: item.involved_object.namespace,
        "involvedObject.name": lambda item: item.involved_object.name,
        "involvedObject.uid": lambda item: item.involved_object.uid,
        "involvedObject.apiVersion": lambda item: item.involved_object.api_version,
        "involvedObject.resourceVersion": lambda item: item.involved_object.resource_version,
        "involvedObject.fieldPath": lambda item: item.involved_object.field_path,
        "reason": lambda item: item.reason,
        "reportingComponent": lambda item: item.reporting_component,
        "source": lambda item: item.source.component or item.reporting_component,
        "type": lambda item: item.type,
    },
    bookmark=b',"involvedObject":{},"source":{},"firstTimestamp":null,"lastTimestamp":null,"eventTime":null,'
    b'"reportingComponent":"","reportingInstance":""}',
    storage_hash="r2yiGXH7wu8=",
)

CORE = (EVENTS, NAMESPACES, NODES, PODS, SERVICE_ACCOUNTS, SERVICES)
"""Those of the core group, in the order of discovery."""
