"""Questions about one's own rights: `kubectl auth can-i` and `whoami`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType, json

from k8s_sandbox_tui.local_cluster.api.body import convert, read_object
from k8s_sandbox_tui.local_cluster.api.rbac import (
    User,
    allows,
    allows_path,
    path_rules,
    rules_of,
)
from k8s_sandbox_tui.local_cluster.api.respond import json_response
from k8s_sandbox_tui.local_cluster.objects.meta import KubeStruct
from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError, FieldErrorType, bad_request, invalid

if TYPE_CHECKING:
    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.objects.roles import PolicyRule

_AUTHORIZATION = "authorization.k8s.io"


class ResourceAttributes(KubeStruct, frozen=True, kw_only=True):
    """A request for a resource."""

    namespace: str = ""
    verb: str = ""
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""


class NonResourceAttributes(KubeStruct, frozen=True, kw_only=True):
    """A request for another path."""

    path: str = ""
    verb: str = ""


class AccessReviewSpec(KubeStruct, frozen=True, kw_only=True):
    """The request that is asked about."""

    resource_attributes: ResourceAttributes | UnsetType = UNSET
    non_resource_attributes: NonResourceAttributes | UnsetType = UNSET


class AccessReview(KubeStruct, frozen=True, kw_only=True):
    """`SelfSubjectAccessReview`, as it comes in."""

    spec: AccessReviewSpec = AccessReviewSpec()


class RulesReviewSpec(KubeStruct, frozen=True, kw_only=True):
    """The namespace that is asked about."""

    namespace: str = ""


class RulesReview(KubeStruct, frozen=True, kw_only=True):
    """`SelfSubjectRulesReview`, as it comes in."""

    spec: RulesReviewSpec = RulesReviewSpec()


async def review_access(request: web.Request, user: User) -> web.Response:
    """POST of a `SelfSubjectAccessReview`."""
    body = await read_object(request, "SelfSubjectAccessReview")
    spec = convert(body, AccessReview, "SelfSubjectAccessReview", request.query).value.spec
    asked, path = spec.resource_attributes, spec.non_resource_attributes
    if (asked is UNSET) is (path is UNSET):
        error = FieldError(
            type=FieldErrorType.INVALID,
            path="spec.resourceAttributes",
            value="",
            detail="exactly one of nonResourceAttributes or resourceAttributes must be specified",
        )
        raise invalid("SelfSubjectAccessReview", "", [error], group=_AUTHORIZATION)
    if asked is not UNSET:
        allowed = allows(
            user,
            verb=asked.verb,
            group=asked.group,
            resource=asked.resource,
            subresource=asked.subresource,
            namespace=asked.namespace,
            name=asked.name,
        )
    else:
        allowed = path is not UNSET and allows_path(user, path.verb, path.path)
    return _review("SelfSubjectAccessReview", json.encode(spec), json.encode({"allowed": allowed}))


async def review_rules(request: web.Request, user: User) -> web.Response:
    """POST of a `SelfSubjectRulesReview`."""
    body = await read_object(request, "SelfSubjectRulesReview")
    namespace = convert(body, RulesReview, "SelfSubjectRulesReview", request.query).value.spec.namespace
    if not namespace:
        raise bad_request("no namespace on request")
    status = {
        "resourceRules": [_rule(rule) for rule in rules_of(user, namespace) if rule.resources],
        "nonResourceRules": [
            {"verbs": rule.verbs, "nonResourceURLs": rule.non_resource_urls} for rule in path_rules(user)
        ],
        "incomplete": False,
    }
    return _review("SelfSubjectRulesReview", b"{}", json.encode(status))


async def review_self(request: web.Request, user: User) -> web.Response:
    """POST of a `SelfSubjectReview`: who am I."""
    await read_object(request, "SelfSubjectReview")
    status = json.encode({"userInfo": {"username": user.name, "groups": user.groups}})
    head = b'{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1","metadata":{"creationTimestamp":null}'
    return json_response(head + b',"status":' + status + b"}", status=201)


def _review(kind: str, spec: bytes, status: bytes) -> web.Response:
    head = f'{{"kind":"{kind}","apiVersion":"{_AUTHORIZATION}/v1","metadata":{{"creationTimestamp":null}},"spec":'
    return json_response(head.encode() + spec + b',"status":' + status + b"}", status=201)


def _rule(rule: PolicyRule) -> dict[str, list[str]]:
    told = {"verbs": rule.verbs, "apiGroups": rule.api_groups or [""], "resources": rule.resources}
    return told | {"resourceNames": rule.resource_names} if rule.resource_names else told
