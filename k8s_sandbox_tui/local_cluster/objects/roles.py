# ruff: noqa: RUF012 - msgspec gives each instance its own copy of an empty default
"""Roles and their bindings: who may do what. Source: `k8s.io/api/rbac/v1`."""

from __future__ import annotations

from msgspec import UNSET, Raw, UnsetType, field

from k8s_sandbox_tui.local_cluster.objects.meta import KubeObject, KubeStruct

GROUP = "rbac.authorization.k8s.io"


class PolicyRule(KubeStruct, frozen=True, kw_only=True):
    """What a role allows; `*` stands for all."""

    verbs: list[str] = field(default_factory=list)
    api_groups: list[str] = []
    resources: list[str] = []
    resource_names: list[str] = []
    non_resource_urls: list[str] = field(default_factory=list, name="nonResourceURLs")


class Role(KubeObject, frozen=True, kw_only=True):
    """Rules for one namespace."""

    rules: list[PolicyRule] = field(default_factory=list)


class ClusterRole(KubeObject, frozen=True, kw_only=True):
    """Rules for all namespaces, or for each to which it is bound. None are gathered from other roles."""

    rules: list[PolicyRule] = field(default_factory=list)
    aggregation_rule: Raw | UnsetType = UNSET


class Subject(KubeStruct, frozen=True, kw_only=True):
    """Somebody to whom a role is given."""

    kind: str = field(default_factory=str)
    api_group: str = ""
    name: str = field(default_factory=str)
    namespace: str = ""


class RoleRef(KubeStruct, frozen=True, kw_only=True):
    """Which role is given."""

    api_group: str = field(default_factory=str)
    kind: str = field(default_factory=str)
    name: str = field(default_factory=str)


class RoleBinding(KubeObject, frozen=True, kw_only=True):
    """Gives a role in one namespace."""

    subjects: list[Subject] = []
    role_ref: RoleRef = field(default_factory=RoleRef)


class ClusterRoleBinding(KubeObject, frozen=True, kw_only=True):
    """Gives a role everywhere."""

    subjects: list[Subject] = []
    role_ref: RoleRef = field(default_factory=RoleRef)
