"""Roles and role bindings as they are written: their defaults, and who may write which.

Source: `pkg/registry/rbac` of the API server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from aiohttp import web
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.bindings import rules_of_role
from k8s_sandbox_tui.local_cluster.api.escalation import escalation
from k8s_sandbox_tui.local_cluster.api.rbac import User, allows
from k8s_sandbox_tui.local_cluster.api.updating import sent_metadata
from k8s_sandbox_tui.local_cluster.api.writing import Written
from k8s_sandbox_tui.local_cluster.objects import names
from k8s_sandbox_tui.local_cluster.objects.defaults import new_metadata
from k8s_sandbox_tui.local_cluster.objects.meta import now
from k8s_sandbox_tui.local_cluster.objects.role_errors import binding_errors, changed_role, role_errors
from k8s_sandbox_tui.local_cluster.objects.roles import (
    GROUP,
    ClusterRole,
    ClusterRoleBinding,
    Role,
    RoleBinding,
    RoleRef,
    Subject,
)
from k8s_sandbox_tui.local_cluster.objects.status_error import forbidden, not_found

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.api.served import Served
    from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster

UserOf = Callable[[web.Request], User]
"""Tells who sends a request."""
R = TypeVar("R", Role, ClusterRole)
B = TypeVar("B", RoleBinding, ClusterRoleBinding)


def written_roles(served: Served[R], user_of: UserOf) -> Written[R]:
    """What is particular of roles when they are written: nobody makes one that allows more than they may."""
    resource, collection = served.resource, served.collection

    def errors(item: R) -> list[FieldError]:
        wrong = role_errors(item.rules, namespaced=resource.namespaced)
        return [*names.metadata_errors(item.metadata, "path"), *wrong]

    def permit(request: web.Request, item: R) -> None:
        user, meta = user_of(request), item.metadata
        stored = collection.find(meta.namespace, meta.name)
        if user.is_master or (stored is not None and stored.object.rules == item.rules):
            return
        if _may(user, "escalate", resource.plural, meta.namespace, meta.name):
            return
        if why := escalation(user, meta.namespace, item.rules):
            raise forbidden(resource.plural, meta.name, why, GROUP)

    return Written(
        served=served,
        new=lambda sent, namespace: replace(sent, metadata=new_metadata(sent.metadata, namespace, now())),
        next_state=lambda old, sent: replace(sent, metadata=sent_metadata(old.metadata, sent.metadata)),
        errors=errors,
        with_metadata=lambda item, metadata: replace(item, metadata=metadata),
        shows_deleted=False,
        permit=permit,
    )


def written_bindings(served: Served[B], cluster: Cluster, user_of: UserOf) -> Written[B]:
    """What is particular of bindings when they are written: nobody gives more than they have."""
    resource, collection = served.resource, served.collection

    def with_defaults(item: B) -> B:
        role, subjects = _default_role(item.role_ref), [_default_subject(subject) for subject in item.subjects]
        return replace(item, role_ref=role, subjects=subjects)

    def errors(item: B) -> list[FieldError]:
        meta, role = item.metadata, item.role_ref
        wrong = [
            *names.metadata_errors(meta, "path"),
            *binding_errors(role, item.subjects, namespaced=resource.namespaced),
        ]
        stored = collection.find(meta.namespace, meta.name)
        if stored is not None and stored.object.metadata.uid == meta.uid and stored.object.role_ref != role:
            wrong.append(changed_role(role))
        return wrong

    def permit(request: web.Request, item: B) -> None:
        user, meta, role = user_of(request), item.metadata, item.role_ref
        plural = "clusterroles" if role.kind == "ClusterRole" else "roles"
        if user.is_master or _may(user, "bind", plural, meta.namespace, role.name):
            return
        rules = rules_of_role(cluster, role, meta.namespace)
        if rules is None:
            raise not_found(plural, role.name, GROUP)
        if why := escalation(user, meta.namespace, rules):
            raise forbidden(resource.plural, meta.name, why, GROUP)

    return Written(
        served=served,
        new=lambda sent, namespace: with_defaults(
            replace(sent, metadata=new_metadata(sent.metadata, namespace, now()))
        ),
        next_state=lambda old, sent: with_defaults(replace(sent, metadata=sent_metadata(old.metadata, sent.metadata))),
        errors=errors,
        with_metadata=lambda item, metadata: replace(item, metadata=metadata),
        shows_deleted=False,
        permit=permit,
    )


def _may(user: User, verb: str, plural: str, namespace: str, name: str) -> bool:
    return allows(user, verb=verb, group=GROUP, resource=plural, subresource="", namespace=namespace, name=name)


def _default_role(role: RoleRef) -> RoleRef:
    return replace(role, api_group=role.api_group or GROUP)


def _default_subject(subject: Subject) -> Subject:
    named = subject.kind in {"User", "Group"}
    return replace(subject, api_group=subject.api_group or (GROUP if named else ""))
