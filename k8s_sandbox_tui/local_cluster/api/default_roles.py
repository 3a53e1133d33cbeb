"""The cluster roles that every cluster has, as far as they are about what this one serves.

Source: `plugin/pkg/auth/authorizer/rbac/bootstrappolicy` of the API server, and the Metrics Server's reader role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.api.metrics import GROUP as METRICS
from k8s_sandbox_tui.local_cluster.api.rbac import MASTERS
from k8s_sandbox_tui.local_cluster.objects.defaults import new_metadata
from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta, now
from k8s_sandbox_tui.local_cluster.objects.roles import (
    GROUP,
    ClusterRole,
    ClusterRoleBinding,
    PolicyRule,
    RoleRef,
    Subject,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster

_READ = ["get", "list", "watch"]
_WRITE = ["create", "delete", "deletecollection", "patch", "update"]
_VIEW = (
    PolicyRule(
        verbs=_READ,
        api_groups=[""],
        resources=["events", "namespaces", "pods", "pods/log", "pods/status", "serviceaccounts", "services"],
    ),
    PolicyRule(verbs=_READ, api_groups=[METRICS], resources=["nodes", "pods"]),
)
_EDIT = (
    *_VIEW,
    PolicyRule(verbs=_READ, api_groups=[""], resources=["pods/attach", "pods/exec", "pods/portforward"]),
    PolicyRule(verbs=["impersonate"], api_groups=[""], resources=["serviceaccounts"]),
    PolicyRule(verbs=_WRITE, api_groups=[""], resources=["pods", "pods/attach", "pods/exec", "pods/portforward"]),
    PolicyRule(verbs=["create"], api_groups=[""], resources=["pods/eviction", "serviceaccounts/token"]),
    PolicyRule(verbs=_WRITE, api_groups=[""], resources=["events", "serviceaccounts", "services"]),
)
_ADMIN = (*_EDIT, PolicyRule(verbs=[*_WRITE, *_READ], api_groups=[GROUP], resources=["rolebindings", "roles"]))
_ALL = (
    PolicyRule(verbs=["*"], api_groups=["*"], resources=["*"]),
    PolicyRule(verbs=["*"], non_resource_urls=["*"]),
)
_ROLES = {"cluster-admin": _ALL, "admin": _ADMIN, "edit": _EDIT, "view": _VIEW}


def create_default_roles(cluster: Cluster) -> None:
    """Makes them, and gives all rights to the masters, who have them anyway."""
    for name, rules in _ROLES.items():
        cluster.cluster_roles.create(_role(name, rules))
    everybody = Subject(kind="Group", api_group=GROUP, name=MASTERS)
    role = RoleRef(api_group=GROUP, kind="ClusterRole", name="cluster-admin")
    cluster.cluster_role_bindings.create(
        ClusterRoleBinding(metadata=_metadata("cluster-admin"), subjects=[everybody], role_ref=role)
    )


def _role(name: str, rules: Sequence[PolicyRule]) -> ClusterRole:
    return ClusterRole(metadata=_metadata(name), rules=[*rules])


def _metadata(name: str) -> ObjectMeta:
    meta = ObjectMeta(
        name=name,
        labels={"kubernetes.io/bootstrapping": "rbac-defaults"},
        annotations={"rbac.authorization.kubernetes.io/autoupdate": "true"},
    )
    return new_metadata(meta, "", now())
