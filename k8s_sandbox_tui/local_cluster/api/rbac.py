"""Who may do what: by rules of roles, which users have from a file and from role bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.local_cluster.objects.meta import KubeStruct
from k8s_sandbox_tui.local_cluster.objects.roles import PolicyRule
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusDetails, StatusError, qualified

if TYPE_CHECKING:
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


class Grant(KubeStruct, frozen=True, kw_only=True):
    """Rules that hold in a namespace, or everywhere when it is empty."""

    namespace: str = ""
    rules: list[PolicyRule]


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
    PolicyRule(
        verbs=["create"],
        api_groups=["authorization.k8s.io"],
        resources=["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    ),
    PolicyRule(verbs=["create"], api_groups=["authentication.k8s.io"], resources=["selfsubjectreviews"]),
)


def rules_of(user: User, namespace: str) -> list[PolicyRule]:
    """The rules that hold for `user` in `namespace`."""
    if user.is_master:
        return [PolicyRule(verbs=["*"], api_groups=["*"], resources=["*"])]
    own = [] if user.name == ANONYMOUS else list(SELF_RULES)
    return own + [rule for grant in user.grants if grant.namespace in {"", namespace} for rule in grant.rules]


def allows(user: User, *, verb: str, group: str, resource: str, subresource: str, namespace: str, name: str) -> bool:
    """Whether `user` may do `verb` on a resource."""
    wanted = f"{resource}/{subresource}" if subresource else resource
    return any(
        _has(rule.verbs, verb)
        and _has(rule.api_groups or [""], group)
        and _has_resource(rule.resources, wanted, subresource)
        and (not rule.resource_names or name in rule.resource_names)
        for rule in rules_of(user, namespace)
    )


def _has(allowed: list[str], wanted: str) -> bool:
    return "*" in allowed or wanted in allowed


def _has_resource(allowed: list[str], wanted: str, subresource: str) -> bool:
    return _has(allowed, wanted) or (bool(subresource) and f"*/{subresource}" in allowed)


def path_rules(user: User) -> list[PolicyRule]:
    """What `user` may do with paths that are no resources, role by role."""
    if user.is_master:
        return [PolicyRule(verbs=["*"], non_resource_urls=["*"])]
    readable = PATHS[:1] if user.name == ANONYMOUS else PATHS
    everywhere = [rule for grant in user.grants if not grant.namespace for rule in grant.rules]
    return [
        *(PolicyRule(verbs=["get"], non_resource_urls=[*paths]) for paths in readable),
        *(rule for rule in everywhere if rule.non_resource_urls),
    ]


def allows_path(user: User, verb: str, path: str) -> bool:
    """Whether `user` may do `verb`, a method in lower case, on a path that is no resource."""
    return any(
        _has(rule.verbs, verb) and any(_fits(path, allowed) for allowed in rule.non_resource_urls)
        for rule in path_rules(user)
    )


def _fits(path: str, allowed: str) -> bool:
    return path == allowed or (allowed.endswith("*") and path.startswith(allowed[:-1]))


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
    plural = qualified(info.resource, info.group)
    subject = f'{plural} "{info.name}"' if info.name else plural
    resource = f"{info.resource}/{info.subresource}" if info.subresource else info.resource
    scope = f'in the namespace "{info.namespace}"' if info.namespace else "at the cluster scope"
    message = (
        f'{subject} is forbidden: User "{user.name}" cannot {info.verb} resource "{resource}" '
        f'in API group "{info.group}" {scope}'
    )
    details = StatusDetails(name=info.name, group=info.group, kind=info.resource)
    return StatusError(403, "Forbidden", message, details=details)
