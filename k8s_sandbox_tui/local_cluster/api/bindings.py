"""What role bindings give to a user. Source: `plugin/pkg/auth/authorizer/rbac` of the API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.api.rbac import Grant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from k8s_sandbox_tui.local_cluster.api.rbac import User
    from k8s_sandbox_tui.local_cluster.objects.roles import PolicyRule, RoleRef, Subject
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster


def bound_grants(user: User, cluster: Cluster) -> Iterator[Grant]:
    """The rules of all roles that are bound to `user` or a group of theirs; roles that do not exist have none."""
    for entry in cluster.cluster_role_bindings.snapshot():
        if _is_meant(user, entry.object.subjects, ""):
            yield Grant(rules=rules_of_role(cluster, entry.object.role_ref, "") or [])
    for entry in cluster.role_bindings.snapshot():
        namespace = entry.key[0]
        if _is_meant(user, entry.object.subjects, namespace):
            yield Grant(namespace=namespace, rules=rules_of_role(cluster, entry.object.role_ref, namespace) or [])


def rules_of_role(cluster: Cluster, named: RoleRef, namespace: str) -> list[PolicyRule] | None:
    """The rules of a role; None where there is no such role. `namespace` is that of the binding."""
    if named.kind == "ClusterRole":
        found = cluster.cluster_roles.find("", named.name)
        return None if found is None else found.object.rules
    role = cluster.roles.find(namespace, named.name)
    return None if role is None else role.object.rules


def _is_meant(user: User, subjects: Sequence[Subject], namespace: str) -> bool:
    return any(_is(user, subject, namespace) for subject in subjects)


def _is(user: User, subject: Subject, namespace: str) -> bool:
    match subject.kind:
        case "User":
            return user.name == subject.name
        case "Group":
            return subject.name in user.groups
        case "ServiceAccount":
            return user.name == f"system:serviceaccount:{subject.namespace or namespace}:{subject.name}"
        case _:
            return False
