"""What all creates have in common: the namespace, the name, and trying without doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.api.respond import json_response
from k8s_sandbox_tui.local_cluster.objects.status_error import bad_request, forbidden, not_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster
    from k8s_sandbox_tui.local_cluster.store.resources import Resource, T


def check_new_metadata(meta: ObjectMeta, namespace: str, cluster: Cluster, resource: Resource[T]) -> None:
    """Refuses what no object may be created with; `namespace` is empty for objects that have none.

    Raises:
        StatusError: the namespaces of body and request differ, the namespace is missing or ends, or a version is set.
    """
    if meta.namespace and meta.namespace != namespace:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    if meta.resource_version:
        raise bad_request("resourceVersion should not be set on objects to be created")
    if not namespace:
        return
    entry = cluster.namespaces.find("", namespace)
    if entry is None:
        raise not_found("namespaces", namespace)
    if entry.object.metadata.deleting:
        name = meta.name or meta.generate_name
        why = f"unable to create new content in namespace {namespace} because it is being terminated"
        raise forbidden(resource.plural, name, why, resource.group)


def with_warnings(response: web.Response, unknown: Sequence[str], ignored: Sequence[str] = ()) -> web.Response:
    """Adds a `Warning` header for each unknown field, as the API server does unless it was asked to be strict.

    `ignored` are fields that it would know and that count for nothing here; kubectl shows the warning.
    """
    for path in unknown:
        response.headers.add("Warning", f'299 - "unknown field \\"{path}\\""')
    for path in ignored:
        response.headers.add("Warning", f'299 - "{path}: the local cluster runs no probes and no hooks"')
    return response


def dry_response(type_meta: bytes, body: bytes, *, status: int) -> web.Response:
    """The answer to a write that was only tried."""
    return json_response(type_meta + b"," + body[1:], status=status)
