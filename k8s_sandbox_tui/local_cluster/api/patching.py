"""PATCH and PUT of Pods, Services and Namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import json
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.body import cannot_be_handled, convert, read_body, read_object
from k8s_sandbox_tui.local_cluster.api.creation import dry_response, with_warnings
from k8s_sandbox_tui.local_cluster.api.delete_options import is_dry_run
from k8s_sandbox_tui.local_cluster.api.respond import object_response
from k8s_sandbox_tui.local_cluster.objects.defaults import default_pod
from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue, decode, without_nulls
from k8s_sandbox_tui.local_cluster.objects.meta import now
from k8s_sandbox_tui.local_cluster.objects.patch import json_patch, merge_patch, strategic_merge
from k8s_sandbox_tui.local_cluster.objects.pod import Pod
from k8s_sandbox_tui.local_cluster.objects.quantity import QuantityError
from k8s_sandbox_tui.local_cluster.objects.status_error import (
    FieldError,
    FieldErrorType,
    bad_request,
    conflict,
    invalid,
    unsupported_media_type,
)
from k8s_sandbox_tui.local_cluster.objects.update import changed_fields, update_errors
from k8s_sandbox_tui.local_cluster.store.resources import PODS

if TYPE_CHECKING:
    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster
    from k8s_sandbox_tui.local_cluster.store.entry import Entry
    from k8s_sandbox_tui.local_cluster.store.resources import Resource, T

APPLY = "application/apply-patch+yaml"
_PATCHES = {
    "application/json-patch+json": json_patch,
    "application/merge-patch+json": merge_patch,
    "application/strategic-merge-patch+json": strategic_merge,
}


def patch_type(request: web.Request) -> str:
    """The media type of the body."""
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def field_manager(request: web.Request) -> str:
    """Who applies.

    Raises:
        StatusError: 422, the request does not say.
    """
    manager = request.query.get("fieldManager", "")
    if not manager:
        error = FieldError(type=FieldErrorType.REQUIRED, path="fieldManager", detail="is required for apply patch")
        raise invalid("PatchOptions", "", [error], group="meta.k8s.io")
    return manager


async def changed_object(
    request: web.Request, info: RequestInfo, resource: Resource[T], entry: Entry[T], cluster: Cluster
) -> JsonObject:
    """The object as a PATCH or PUT would have it, as JSON.

    Raises:
        StatusError: the body does not fit.
    """
    if info.verb == "update":
        return await read_object(request, resource.kind)
    media = patch_type(request)
    if media == APPLY:
        wanted = await read_object(request, resource.kind)
        live = decode(entry.body)
        uid = entry.object.metadata.uid
        patched = cluster.applied.over(live if isinstance(live, dict) else {}, uid, field_manager(request), wanted)
    elif media in _PATCHES:
        patched = _PATCHES[media](decode(entry.body), await _patch(request))
    else:
        raise unsupported_media_type(", ".join([*_PATCHES, APPLY]))
    patched = without_nulls(patched)
    if not isinstance(patched, dict):
        raise bad_request("error decoding patch: the patch is no object")
    return patched


async def _patch(request: web.Request) -> JsonValue:
    data = await read_body(request)
    try:
        return decode(data)
    except msgspec.DecodeError as error:
        raise bad_request(f"error decoding patch: {error}") from error


async def change_pod(request: web.Request, info: RequestInfo, cluster: Cluster) -> web.Response:
    """PATCH or PUT of a Pod."""
    entry = cluster.pods.get(info.namespace, info.name)
    body = await changed_object(request, info, PODS, entry, cluster)
    # The body was awaited; what counts is the object as it is now.
    entry = cluster.pods.get(info.namespace, info.name)
    old = entry.object
    decoded = convert(body, Pod, "Pod", request.query)
    wanted = decoded.value.metadata.resource_version
    if wanted and wanted != old.metadata.resource_version:
        why = "the object has been modified; please apply your changes to the latest version and try again"
        raise conflict("pods", info.name, why)
    try:
        spec = default_pod(decoded.value, info.namespace, now()).spec
    except QuantityError as error:
        raise cannot_be_handled("Pod", str(error)) from error
    meta = decoded.value.metadata
    metadata = replace(
        old.metadata,
        name=meta.name,
        labels=meta.labels,
        annotations=meta.annotations,
        finalizers=meta.finalizers,
        uid=meta.uid or old.metadata.uid,
    )
    if meta.name != old.metadata.name:
        raise bad_request(
            f"the name of the object ({meta.name}) does not match the name on the URL ({old.metadata.name})"
        )
    new = replace(old, metadata=metadata, spec=spec)
    errors = update_errors(old, new)
    if errors:
        raise invalid("Pod", info.name, errors)
    if changed_fields(old.spec, new.spec):
        new = replace(new, metadata=replace(metadata, generation=old.metadata.generation + 1))
    if is_dry_run(request.query):
        return with_warnings(dry_response(PODS.type_meta, json.encode(new), status=200), decoded.unknown)
    if new.metadata.deleting and not new.metadata.finalizers and new.metadata.deletion_grace_period_seconds == 0:
        return object_response(PODS, cluster.pods.delete(info.namespace, info.name))
    return with_warnings(object_response(PODS, cluster.pods.update(new)), decoded.unknown)
