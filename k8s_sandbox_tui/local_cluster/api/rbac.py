"""Who may do what. Users come from a file; their rules are those of Kubernetes' Roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.local_cluster.objects.meta import KubeStruct
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusDetails, StatusError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo

MASTERS = "system:masters"
ANONYMOUS = "system:anonymous"

# Paths that are no resources, by the cluster role that lets users read them. The first is for everybody
# (`system:public-info-viewer`), the others for all who are known: `system:service-account-issuer-discovery`,
# `system:discovery`, and the OpenID configuration.
PUBLIC_PATHS = ("/healthz", "/livez", "/readyz", "/version", "/version/")
PATHS = (
    PUBLIC_PATHS,
    (
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/",
        "/openid/v1/jwks",
        "/openid/v1/jwks/",
    ),
    (
        "/api",
        "/api/*",
        "/apis",
        "/apis/*",
        "/healthz",
        "/livez",
        "/openapi",
        "/openapi/*",
        "/readyz",
        "/version",
        "/version/",
    ),
    ("/.well-known", "/.well-known/*"),
)


class Rule(KubeStruct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule of a Role; `*` stands for all."""

    verbs: list[str]
    api_groups: list[str] = msgspec.field(default_factory=lambda: [""])
    resources: list[str]
    resource_names: list[str] = msgspec.field(default_factory=list)


class Grant(KubeStruct, frozen=True, kw_only=True):
    """Rules that hold in a namespace, or everywhere when it is empty."""

    namespace: str = ""
    rules: list[Rule]


class User(KubeStruct, frozen=True, kw_only=True):
    """Somebody who sends requests."""

    name: str
    groups: list[str] = msgspec.field(default_factory=list)
    grants: list[Grant] = msgspec.field(default_factory=list)

    @property
    def is_master(self) -> bool:
        """Whether nothing is forbidden to them."""
        return MASTERS in self.groups


class Identity(KubeStruct, frozen=True, kw_only=True):
    """A user and the token they are known by."""

    token: str
    user: User


SELF_RULES = (
    Rule(
        verbs=["create"],
        api_groups=["authorization.k8s.io"],
        resources=["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    ),
    Rule(verbs=["create"], api_groups=["authentication.k8s.io"], resources=["selfsubjectreviews"]),
)


def rules_of(user: User, namespace: str) -> list[Rule]:
    """The rules that hold for `user` in `namespace`."""
    if user.is_master:
        return [Rule(verbs=["*"], api_groups=["*"], resources=["*"])]
    own = [] if user.name == ANONYMOUS else list(SELF_RULES)
    return own + [rule for grant in user.grants if grant.namespace in {"", namespace} for rule in grant.rules]


def allows(user: User, *, verb: str, group: str, resource: str, subresource: str, namespace: str, name: str) -> bool:
    """Whether `user` may do `verb` on a resource."""
    wanted = f"{resource}/{subresource}" if subresource else resource
    return any(
        _has(rule.verbs, verb)
        and _has(rule.api_groups, group)
        and _has_resource(rule.resources, wanted, subresource)
        and (not rule.resource_names or name in rule.resource_names)
        for rule in rules_of(user, namespace)
    )


def _has(allowed: list[str], wanted: str) -> bool:
    return "*" in allowed or wanted in allowed


def _has_resource(allowed: list[str], wanted: str, subresource: str) -> bool:
    return _has(allowed, wanted) or (bool(subresource) and f"*/{subresource}" in allowed)


def readable_paths(user: User) -> Sequence[Sequence[str]]:
    """The paths that are no resources and that `user` may read, role by role."""
    if user.is_master:
        return (("*",),)
    return PATHS[:1] if user.name == ANONYMOUS else PATHS


def allows_path(user: User, verb: str, path: str) -> bool:
    """Whether `user` may read a path that is no resource."""
    if user.is_master:
        return True
    return verb == "get" and any(
        path == allowed or (allowed.endswith("*") and path.startswith(allowed[:-1]))
        for paths in readable_paths(user)
        for allowed in paths
    )


def authorize(user: User, info: RequestInfo) -> None:
    """Lets a request pass.

    Raises:
        StatusError: 403, in the words of the API server.
    """
    if not info.is_resource:
        if not allows_path(user, info.verb, info.path):
            message = f'forbidden: User "{user.name}" cannot {info.verb} path "{info.path}"'
            raise StatusError(403, "Forbidden", message, details=StatusDetails())
        return
    if not allows(
        user,
        verb=info.verb,
        group=info.group,
        resource=info.resource,
        subresource=info.subresource,
        namespace=info.namespace,
        name=info.name,
    ):
        raise _forbidden(user, info)


def _forbidden(user: User, info: RequestInfo) -> StatusError:
    qualified = f"{info.resource}.{info.group}" if info.group else info.resource
    subject = f'{qualified} "{info.name}"' if info.name else qualified
    resource = f"{info.resource}/{info.subresource}" if info.subresource else info.resource
    scope = f'in the namespace "{info.namespace}"' if info.namespace else "at the cluster scope"
    message = (
        f'{subject} is forbidden: User "{user.name}" cannot {info.verb} resource "{resource}" '
        f'in API group "{info.group}" {scope}'
    )
    details = StatusDetails(name=info.name, group=info.group, kind=info.resource)
    return StatusError(403, "Forbidden", message, details=details)
