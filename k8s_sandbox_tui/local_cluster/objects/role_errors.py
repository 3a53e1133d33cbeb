"""What is wrong with roles and role bindings. Source: `pkg/apis/rbac/validation` of the API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import json

from k8s_sandbox_tui.local_cluster.objects.names import path_segment, subdomain
from k8s_sandbox_tui.local_cluster.objects.roles import GROUP, PolicyRule, RoleRef, Subject
from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError, FieldErrorType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SUBJECTS = ("ServiceAccount", "User", "Group")


def role_errors(rules: Sequence[PolicyRule], *, namespaced: bool) -> Iterator[FieldError]:
    """What is wrong with the rules of a role; `namespaced`: it is for one namespace."""
    for index, rule in enumerate(rules):
        path = f"rules[{index}]"
        if not rule.verbs:
            yield _required(f"{path}.verbs", "verbs must contain at least one value")
        if rule.non_resource_urls:
            if namespaced:
                yield _wrong_urls(path, rule, "namespaced rules cannot apply to non-resource URLs")
            if rule.api_groups or rule.resources or rule.resource_names:
                yield _wrong_urls(path, rule, "rules cannot apply to both regular resources and non-resource URLs")
            continue
        if not rule.api_groups:
            yield _required(f"{path}.apiGroups", "resource rules must supply at least one api group")
        if not rule.resources:
            yield _required(f"{path}.resources", "resource rules must supply at least one resource")


def binding_errors(role: RoleRef, subjects: Sequence[Subject], *, namespaced: bool) -> Iterator[FieldError]:
    """What is wrong with a binding; `namespaced`: it is for one namespace."""
    if role.api_group != GROUP:
        yield _unsupported("roleRef.apiGroup", role.api_group, GROUP)
    kinds = ("Role", "ClusterRole") if namespaced else ("ClusterRole",)
    if role.kind not in kinds:
        yield _unsupported("roleRef.kind", role.kind, *kinds)
    if not role.name:
        yield _required("roleRef.name")
    for why in path_segment(role.name):
        yield FieldError(type=FieldErrorType.INVALID, path="roleRef.name", value=role.name, detail=why)
    for index, subject in enumerate(subjects):
        yield from _subject_errors(f"subjects[{index}]", subject)


def changed_role(role: RoleRef) -> FieldError:
    """What is wrong with a binding that is to be one to another role from now on."""
    parts = {"APIGroup": role.api_group, "Kind": role.kind, "Name": role.name}
    shown = "rbac.RoleRef{" + ", ".join(f"{name}:{_quoted(text)}" for name, text in parts.items()) + "}"
    return FieldError(type=FieldErrorType.INVALID, path="roleRef", shown=shown, detail="cannot change roleRef")


def _subject_errors(path: str, subject: Subject) -> Iterator[FieldError]:
    if not subject.name:
        yield _required(f"{path}.name")
    if subject.kind not in _SUBJECTS:
        yield _unsupported(f"{path}.kind", subject.kind, *_SUBJECTS)
        return
    group = "" if subject.kind == "ServiceAccount" else GROUP
    if subject.kind == "ServiceAccount" and subject.name:
        for why in subdomain(subject.name):
            yield FieldError(type=FieldErrorType.INVALID, path=f"{path}.name", value=subject.name, detail=why)
    if subject.api_group != group:
        yield _unsupported(f"{path}.apiGroup", subject.api_group, group)
    if subject.kind == "ServiceAccount" and not subject.namespace:
        yield _required(f"{path}.namespace")


def _required(path: str, detail: str = "") -> FieldError:
    return FieldError(type=FieldErrorType.REQUIRED, path=path, detail=detail)


def _unsupported(path: str, value: str, *supported: str) -> FieldError:
    detail = f"supported values: {', '.join(_quoted(each) for each in supported)}"
    return FieldError(type=FieldErrorType.NOT_SUPPORTED, path=path, value=value, detail=detail)


def _wrong_urls(path: str, rule: PolicyRule, why: str) -> FieldError:
    shown = "[]string{" + ", ".join(_quoted(url) for url in rule.non_resource_urls) + "}"
    return FieldError(type=FieldErrorType.INVALID, path=f"{path}.nonResourceURLs", shown=shown, detail=why)


def _quoted(text: str) -> str:
    return json.encode(text).decode()
