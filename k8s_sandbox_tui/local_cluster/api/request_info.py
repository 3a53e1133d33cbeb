"""What a request is about: verb, group, resource, name. Source: `k8s.io/apiserver/pkg/endpoints/request`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_VERBS = {"GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
# Subresources of a namespace itself; anything else behind a namespace's name is a resource in it.
_NAMESPACE_SUBRESOURCES = {"status", "finalize"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestInfo:
    """A request, taken apart.

    Attributes:
        verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or `deletecollection`; for a path that
            is no resource, the HTTP method in lower case.
        path: The path as it is.
        resource: The plural, or empty for a path that is no resource.
    """

    verb: str
    path: str
    group: str = ""
    version: str = ""
    namespace: str = ""
    resource: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def is_resource(self) -> bool:
        """Whether it is about an object or a list of objects."""
        return bool(self.resource)


def request_info(method: str, path: str, query: Mapping[str, str]) -> RequestInfo:
    """Takes a request apart."""
    other = RequestInfo(verb=method.lower(), path=path)
    parts = [part for part in path.split("/") if part]
    match parts:
        case ["api", version, *rest]:
            group = ""
        case ["apis", group, version, *rest]:
            pass
        case _:
            return other
    if not rest:
        return other
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in _NAMESPACE_SUBRESOURCES:
        namespace, rest = rest[1], rest[2:]
    elif rest[0] == "namespaces" and len(rest) > 1:
        namespace = rest[1]
    resource, name, subresource = [*rest, "", ""][:3]
    if len(rest) > 3:
        subresource = "/".join(rest[2:])
    return RequestInfo(
        verb=_verb(method, name, query),
        path=path,
        group=group,
        version=version,
        namespace=namespace,
        resource=resource,
        name=name,
        subresource=subresource,
    )


def _verb(method: str, name: str, query: Mapping[str, str]) -> str:
    verb = _VERBS.get(method, method.lower())
    if verb == "delete" and not name:
        return "deletecollection"
    if verb == "get" and not name:
        return "watch" if query.get("watch", "").lower() in {"1", "true"} else "list"
    return verb
