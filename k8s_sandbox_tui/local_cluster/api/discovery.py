"""What the server serves, in the forms in which clients ask: /version, /api, /apis and aggregated discovery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import json

from k8s_sandbox_tui.local_cluster.api.media import is_aggregated_discovery
from k8s_sandbox_tui.local_cluster.api.metrics import GROUP as METRICS
from k8s_sandbox_tui.local_cluster.api.metrics import VERSION as METRICS_VERSION
from k8s_sandbox_tui.local_cluster.api.respond import json_response
from k8s_sandbox_tui.local_cluster.objects.roles import GROUP as ROLES_GROUP
from k8s_sandbox_tui.local_cluster.objects.status_error import page_not_found
from k8s_sandbox_tui.local_cluster.store.resources import CORE, Subresource
from k8s_sandbox_tui.local_cluster.store.role_resources import RBAC

if TYPE_CHECKING:
    from aiohttp import web

VERSION = "v1.33.13"
_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A resource of a group beside the core one."""

    plural: str
    singular: str
    kind: str
    namespaced: bool = False
    verbs: tuple[str, ...] = ("create",)


_READ = ("get", "list")
_GROUPS: dict[str, tuple[_Listed, ...]] = {
    "authentication.k8s.io": (
        _Listed(plural="selfsubjectreviews", singular="selfsubjectreview", kind="SelfSubjectReview"),
    ),
    "authorization.k8s.io": (
        _Listed(plural="selfsubjectaccessreviews", singular="selfsubjectaccessreview", kind="SelfSubjectAccessReview"),
        _Listed(plural="selfsubjectrulesreviews", singular="selfsubjectrulesreview", kind="SelfSubjectRulesReview"),
    ),
    ROLES_GROUP: tuple(
        _Listed(
            plural=resource.plural,
            singular=resource.singular,
            kind=resource.kind,
            namespaced=resource.namespaced,
            verbs=resource.verbs,
        )
        for resource in RBAC
    ),
    METRICS: (
        _Listed(plural="nodes", singular="", kind="NodeMetrics", verbs=_READ),
        _Listed(plural="pods", singular="", kind="PodMetrics", verbs=_READ, namespaced=True),
    ),
}


def group_version(group: str) -> str:
    """The version that a group is served in."""
    return METRICS_VERSION if group == METRICS else "v1"


def version(platform: str) -> bytes:
    """/version: the release whose answers this server gives."""
    return json.encode(
        {
            "major": "1",
            "minor": "33",
            "emulationMajor": "1",
            "emulationMinor": "33",
            "minCompatibilityMajor": "1",
            "minCompatibilityMinor": "32",
            "gitVersion": VERSION,
            "gitCommit": "",
            "gitTreeState": "",
            "buildDate": "1970-01-01T00:00:00Z",
            "goVersion": "",
            "compiler": "",
            "platform": platform,
        }
    )


def discover(request: web.Request, path: str, address: str) -> web.Response:
    """/api, /apis and what is below.

    Raises:
        PlainError: 404, there is no such path.
    """
    parts = [part for part in path.split("/") if part]
    body: dict[str, object]
    if len(parts) == 1 and is_aggregated_discovery(request.headers.get("Accept")):
        items = [_core_discovery()] if parts == ["api"] else [_group_discovery(group) for group in _GROUPS]
        body = {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}
        return json_response(json.encode(body), content_type=_AGGREGATED)
    match parts:
        case ["api"]:
            clients = [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}]
            body = {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": clients}
        case ["api", "v1"]:
            body = {"kind": "APIResourceList", "groupVersion": "v1", "resources": _core_resources()}
        case ["apis"]:
            body = {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(name) for name in _GROUPS]}
        case ["apis", group] if group in _GROUPS:
            body = {"kind": "APIGroup", "apiVersion": "v1", **_group(group)}
        case ["apis", group, version] if group in _GROUPS and version == group_version(group):
            body = {
                "kind": "APIResourceList",
                "apiVersion": "v1",
                "groupVersion": f"{group}/{version}",
                "resources": [
                    {
                        "name": review.plural,
                        "singularName": review.singular,
                        "namespaced": review.namespaced,
                        "kind": review.kind,
                        "verbs": review.verbs,
                    }
                    for review in _GROUPS[group]
                ],
            }
        case _:
            raise page_not_found()
    return json_response(json.encode(body))


def _group(name: str) -> dict[str, object]:
    version = group_version(name)
    preferred = {"groupVersion": f"{name}/{version}", "version": version}
    return {"name": name, "versions": [preferred], "preferredVersion": preferred}


def _core_resources() -> list[dict[str, object]]:
    listed: list[dict[str, object]] = []
    for resource in CORE:
        entry: dict[str, object] = {
            "name": resource.plural,
            "singularName": resource.singular,
            "namespaced": resource.namespaced,
            "kind": resource.kind,
            "verbs": resource.verbs,
        }
        if resource.short_names:
            entry["shortNames"] = resource.short_names
        if resource.categories:
            entry["categories"] = resource.categories
        listed.append(entry | {"storageVersionHash": resource.storage_hash})
        parts: list[dict[str, object]] = [
            {
                "name": f"{resource.plural}/{part.name}",
                "singularName": "",
                "namespaced": resource.namespaced,
                **_other_version(part),
                "kind": part.kind,
                "verbs": part.verbs,
            }
            for part in resource.subresources
        ]
        listed += parts
    return listed


def _other_version(part: Subresource) -> dict[str, object]:
    return {"group": part.group, "version": part.version} if part.version else {}


def _kind(name: str, group: str = "", version: str = "") -> dict[str, str]:
    return {"group": group, "version": version, "kind": name}


def _core_discovery() -> dict[str, object]:
    listed: list[dict[str, object]] = []
    for resource in CORE:
        entry: dict[str, object] = {
            "resource": resource.plural,
            "responseKind": _kind(resource.kind),
            "scope": "Namespaced" if resource.namespaced else "Cluster",
            "singularResource": resource.singular,
            "verbs": resource.verbs,
        }
        if resource.short_names:
            entry["shortNames"] = resource.short_names
        if resource.categories:
            entry["categories"] = resource.categories
        if resource.subresources:
            entry["subresources"] = [
                {
                    "subresource": part.name,
                    "responseKind": _kind(part.kind, part.group, part.version),
                    "verbs": part.verbs,
                }
                for part in resource.subresources
            ]
        listed.append(entry)
    return {
        "metadata": {"creationTimestamp": None},
        "versions": [{"version": "v1", "resources": listed, "freshness": "Current"}],
    }


def _group_discovery(name: str) -> dict[str, object]:
    listed = [
        {
            "resource": review.plural,
            "responseKind": _kind(review.kind),
            "scope": "Namespaced" if review.namespaced else "Cluster",
            "singularResource": review.singular,
            "verbs": review.verbs,
        }
        for review in _GROUPS[name]
    ]
    return {
        "metadata": {"name": name, "creationTimestamp": None},
        "versions": [{"version": group_version(name), "resources": listed, "freshness": "Current"}],
    }
