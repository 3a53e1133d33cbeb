"""The resources of the group `rbac.authorization.k8s.io`, and all resources together."""

from __future__ import annotations

from k8s_sandbox_tui.local_cluster.objects.roles import GROUP, ClusterRole, ClusterRoleBinding, Role, RoleBinding
from k8s_sandbox_tui.local_cluster.store.resources import ALL_VERBS, CORE, Resource

_BOOKMARK_OF_ROLE = b',"rules":null}'
_BOOKMARK_OF_BINDING = b',"roleRef":{"apiGroup":"","kind":"","name":""}}'

ROLES: Resource[Role] = Resource(
    plural="roles",
    singular="role",
    kind="Role",
    model=Role,
    verbs=ALL_VERBS,
    bookmark=_BOOKMARK_OF_ROLE,
    group=GROUP,
)
ROLE_BINDINGS: Resource[RoleBinding] = Resource(
    plural="rolebindings",
    singular="rolebinding",
    kind="RoleBinding",
    model=RoleBinding,
    verbs=ALL_VERBS,
    bookmark=_BOOKMARK_OF_BINDING,
    group=GROUP,
)
CLUSTER_ROLES: Resource[ClusterRole] = Resource(
    plural="clusterroles",
    singular="clusterrole",
    kind="ClusterRole",
    model=ClusterRole,
    namespaced=False,
    verbs=ALL_VERBS,
    bookmark=_BOOKMARK_OF_ROLE,
    group=GROUP,
)
CLUSTER_ROLE_BINDINGS: Resource[ClusterRoleBinding] = Resource(
    plural="clusterrolebindings",
    singular="clusterrolebinding",
    kind="ClusterRoleBinding",
    model=ClusterRoleBinding,
    namespaced=False,
    verbs=ALL_VERBS,
    bookmark=_BOOKMARK_OF_BINDING,
    group=GROUP,
)

RBAC = (CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES)
"""Those of the group, in the order of discovery."""
STORED = {"": CORE, GROUP: RBAC}
"""All resources with objects in the store, by group."""
