"""All collections of the cluster in one place; holds, but does nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.store import resources, role_resources
from k8s_sandbox_tui.local_cluster.store.clock import Clock
from k8s_sandbox_tui.local_cluster.store.collection import Collection, T
from k8s_sandbox_tui.local_cluster.store.owners import FieldOwners

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.objects.cluster import Event, Namespace, Node, Service, ServiceAccount
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod
    from k8s_sandbox_tui.local_cluster.objects.roles import ClusterRole, ClusterRoleBinding, Role, RoleBinding
    from k8s_sandbox_tui.local_cluster.store.resources import Resource


@dataclass(frozen=True, slots=True)
class Cluster:
    """The state of the cluster."""

    clock: Clock
    pods: Collection[Pod]
    namespaces: Collection[Namespace]
    nodes: Collection[Node]
    services: Collection[Service]
    service_accounts: Collection[ServiceAccount]
    events: Collection[Event]
    roles: Collection[Role]
    role_bindings: Collection[RoleBinding]
    cluster_roles: Collection[ClusterRole]
    cluster_role_bindings: Collection[ClusterRoleBinding]
    owners: FieldOwners


def new_cluster(version_file: Path | None = None) -> Cluster:
    """An empty cluster. `version_file` keeps resource versions from being used again after a restart."""
    clock = Clock(version_file)

    def collection(resource: Resource[T]) -> Collection[T]:
        return Collection(resource.plural, clock, resource.group)

    return Cluster(
        clock,
        collection(resources.PODS),
        collection(resources.NAMESPACES),
        collection(resources.NODES),
        collection(resources.SERVICES),
        collection(resources.SERVICE_ACCOUNTS),
        collection(resources.EVENTS),
        collection(role_resources.ROLES),
        collection(role_resources.ROLE_BINDINGS),
        collection(role_resources.CLUSTER_ROLES),
        collection(role_resources.CLUSTER_ROLE_BINDINGS),
        FieldOwners(),
    )
