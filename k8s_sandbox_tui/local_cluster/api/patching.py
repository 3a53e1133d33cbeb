"""What a PATCH or PUT asks for: the next state of an object, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.local_cluster.api.body import read_body, read_object
from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue, decode, without_nulls
from k8s_sandbox_tui.local_cluster.objects.patch import json_patch, merge_patch, strategic_merge
from k8s_sandbox_tui.local_cluster.objects.status_error import (
    FieldError,
    FieldErrorType,
    bad_request,
    invalid,
    unsupported_media_type,
)

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


def is_apply(request: web.Request) -> bool:
    """Whether it is a server-side apply."""
    return request.method == "PATCH" and patch_type(request) == APPLY


def writer(request: web.Request) -> str:
    """Who writes otherwise than by applying; the beginning of the user agent where the request does not say."""
    agent = request.headers.get("User-Agent", "")
    return request.query.get("fieldManager", "") or agent.partition("/")[0] or "unknown"


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
        patched = cluster.owners.over(live if isinstance(live, dict) else {}, uid, field_manager(request), wanted)
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
