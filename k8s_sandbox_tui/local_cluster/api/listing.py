"""GET of one object and of lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import json

from k8s_sandbox_tui.local_cluster.api.list_options import check_list_options
from k8s_sandbox_tui.local_cluster.api.media import Form, answer_media
from k8s_sandbox_tui.local_cluster.api.paging import decode_token, expired_continue, start_key, token_after
from k8s_sandbox_tui.local_cluster.api.respond import json_response, object_response
from k8s_sandbox_tui.local_cluster.api.selection import entry_test
from k8s_sandbox_tui.local_cluster.api.table import included, partial_metadata, table
from k8s_sandbox_tui.local_cluster.objects.status_error import (
    StatusError,
    bad_request,
    expired,
    too_large_resource_version,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.api.served import Served
    from k8s_sandbox_tui.local_cluster.store.clock import Clock
    from k8s_sandbox_tui.local_cluster.store.entry import Entry
    from k8s_sandbox_tui.local_cluster.store.resources import Resource, T

# How long the API server waits for a version that has not come yet, in seconds.
FRESHNESS_TIMEOUT = 3.0


async def get_object(request: web.Request, info: RequestInfo, served: Served[T]) -> web.Response:
    """GET of one object."""
    form = answer_media(request.headers.get("Accept")).form
    entry = served.collection.get(info.namespace if served.resource.namespaced else "", info.name)
    if form is Form.OBJECT:
        return object_response(served.resource, entry)
    return json_response(_in_form(form, served, [entry], _list_meta(entry.version), request.query))


async def list_objects(request: web.Request, info: RequestInfo, served: Served[T]) -> web.Response:
    """GET of a list."""
    query = request.query
    form = answer_media(request.headers.get("Accept")).form
    check_list_options(query)
    namespace = info.namespace if served.resource.namespaced else ""
    test = entry_test(served.resource, namespace, query)
    limit = positive_int(query, "limit")
    entries, version = await _state(served, query, namespace)
    chosen = entries if test is None else [entry for entry in entries if test(entry)]
    if not limit or len(chosen) <= limit:
        return json_response(_in_form(form, served, chosen, _list_meta(version), query))
    if version == served.collection.clock.version:
        served.collection.keep_snapshot()
    page = chosen[:limit]
    token = token_after(page[-1].key, version, namespace)
    selecting = bool(query.get("labelSelector") or query.get("fieldSelector"))
    meta = _list_meta(version, token, None if selecting else len(chosen) - limit)
    return json_response(_in_form(form, served, page, meta, query))


async def _state(served: Served[T], query: Mapping[str, str], namespace: str) -> tuple[Sequence[Entry[T]], int]:
    """The objects to choose from, and the version of the cluster they belong to."""
    collection = served.collection
    if query.get("continue"):
        token = decode_token(query["continue"])
        start = start_key(token, namespace)
        kept = collection.snapshot_at(token.rv) if token.rv > 0 else collection.snapshot()
        if kept is None:
            last = (start[0], start[1].removesuffix("\0"))
            raise expired_continue(token_after(last, -1, namespace))
        version = token.rv if token.rv > 0 else collection.clock.version
        return [entry for entry in kept if entry.key >= start], version
    patience = min(float(positive_int(query, "timeoutSeconds") or FRESHNESS_TIMEOUT), FRESHNESS_TIMEOUT)
    wanted = await await_version(collection.clock, query.get("resourceVersion", ""), patience)
    if query.get("resourceVersionMatch") == "Exact" and wanted != collection.clock.version:
        exact = collection.snapshot_at(wanted)
        if exact is None:
            raise expired(f"The resourceVersion for the provided list is too old: {wanted}")
        return exact, wanted
    return collection.snapshot(), collection.clock.version


async def await_version(clock: Clock, text: str, patience: float = FRESHNESS_TIMEOUT) -> int:
    """The version that a request names, once it exists; 0 when it names none. Waits at most `patience` seconds.

    Raises:
        StatusError: it is no number, or does not come.
    """
    if not text:
        return 0
    if not text.isascii() or not text.isdigit():
        why = f"strconv.ParseUint: parsing {json.encode(text).decode()}: invalid syntax"
        raise StatusError(500, "", f"resourceVersion: Invalid value: {json.encode(text).decode()}: {why}")
    version = int(text)
    if version > clock.version and not await clock.reach(version, patience):
        raise too_large_resource_version(version, clock.version)
    return version


def positive_int(query: Mapping[str, str], name: str) -> int:
    """A whole number of the query; 0 when it is absent.

    Raises:
        StatusError: 400, it is none.
    """
    text = query.get(name, "")
    if not text:
        return 0
    if not text.isascii() or not text.isdigit():
        quoted = json.encode(text).decode()
        raise bad_request(f"strconv.ParseInt: parsing {quoted}: invalid syntax")
    return int(text)


def _list_meta(version: int, token: str = "", remaining: int | None = None) -> bytes:
    meta: dict[str, str | int] = {"resourceVersion": str(version)}
    if token:
        meta["continue"] = token
    if remaining is not None:
        meta["remainingItemCount"] = remaining
    return json.encode(meta)


def _in_form(
    form: Form, served: Served[T], entries: Sequence[Entry[T]], meta: bytes, query: Mapping[str, str]
) -> bytes:
    resource = served.resource
    if form is Form.TABLE:
        return table(served.printer, entries, meta, include=included(query), type_meta=resource.type_meta)
    if form is Form.METADATA:
        kind = b'"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1"'
        items = b",".join(partial_metadata(entry) for entry in entries)
        return b'{"kind":' + kind + b',"metadata":' + meta + b',"items":[' + items + b"]}"
    return list_body(resource, entries, meta)


def list_body(resource: Resource[T], entries: Sequence[Entry[T]], meta: bytes) -> bytes:
    """The JSON of a list of objects."""
    head = f'{{"kind":"{resource.kind}List","apiVersion":"{resource.api_version}","metadata":'.encode()
    return b"".join((head, meta, b',"items":[', b",".join([entry.body for entry in entries]), b"]}"))
