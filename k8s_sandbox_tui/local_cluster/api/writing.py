"""Create, change and delete objects that are nothing but what is stored of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic

from msgspec import json
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.body import convert, read_object
from k8s_sandbox_tui.local_cluster.api.creation import check_new_metadata, dry_response, with_warnings
from k8s_sandbox_tui.local_cluster.api.delete_options import delete_options, is_dry_run
from k8s_sandbox_tui.local_cluster.api.listing import list_body
from k8s_sandbox_tui.local_cluster.api.patching import is_apply, writer
from k8s_sandbox_tui.local_cluster.api.respond import json_response, object_response
from k8s_sandbox_tui.local_cluster.api.selection import entry_test
from k8s_sandbox_tui.local_cluster.api.updating import update_object
from k8s_sandbox_tui.local_cluster.objects.meta import now, timestamp
from k8s_sandbox_tui.local_cluster.objects.status_error import already_exists, invalid, success
from k8s_sandbox_tui.local_cluster.objects.update import metadata_update_errors
from k8s_sandbox_tui.local_cluster.store.resources import T

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.api.served import Served
    from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta
    from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster
    from k8s_sandbox_tui.local_cluster.store.collection import Collection
    from k8s_sandbox_tui.local_cluster.store.entry import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(Generic[T]):
    """What is particular of a kind when it is written.

    Attributes:
        new: The object that is created when this one is sent to a namespace.
        next_state: What becomes of the stored object, the first, when the second is sent.
        errors: What is wrong with an object, its defaults filled in.
        with_metadata: Gives a copy of an object other metadata.
        shows_deleted: Whether a delete answers with what was deleted, not just that it was.
        permit: Refuses an object that who sends it may not store, whatever they may do else.
        made: What follows when an object was created.
        ended: What follows when an object was deleted.
    """

    served: Served[T]
    new: Callable[[T, str], T]
    next_state: Callable[[T, T], T]
    errors: Callable[[T], list[FieldError]]
    with_metadata: Callable[[T, ObjectMeta], T]
    shows_deleted: bool = True
    permit: Callable[[web.Request, T], None] | None = None
    made: Callable[[T], None] | None = None
    ended: Callable[[T], None] | None = None


async def create_object(
    request: web.Request, info: RequestInfo, *, cluster: Cluster, written: Written[T]
) -> web.Response:
    """POST of an object."""
    resource, collection = written.served.resource, written.served.collection
    body = await read_object(request, resource.kind)
    decoded = convert(body, resource.model, resource.kind, request.query)
    namespace = info.namespace if resource.namespaced else ""
    check_new_metadata(decoded.value.metadata, namespace, cluster, resource)
    item = written.new(decoded.value, namespace)
    name = item.metadata.name
    errors = written.errors(item)
    if errors:
        raise invalid(resource.kind, name, errors, group=resource.group)
    if written.permit is not None:
        written.permit(request, item)
    if is_dry_run(request.query):
        if collection.find(namespace, name):
            raise already_exists(resource.plural, name, resource.group)
        return with_warnings(dry_response(resource.type_meta, json.encode(item), status=201), decoded.unknown)
    entry = collection.create(item)
    if not is_apply(request):
        cluster.owners.created(entry.object.metadata.uid, writer(request))
    if written.made is not None:
        written.made(entry.object)
    return with_warnings(object_response(resource, entry, status=201), decoded.unknown)


async def change_object(
    request: web.Request, info: RequestInfo, *, cluster: Cluster, written: Written[T]
) -> web.Response:
    """PATCH or PUT of an object."""
    return await update_object(
        request,
        info,
        cluster=cluster,
        resource=written.served.resource,
        collection=written.served.collection,
        next_state=written.next_state,
        errors=partial(_update_errors, written),
        permit=None if written.permit is None else partial(written.permit, request),
    )


def _update_errors(written: Written[T], old: T, new: T) -> list[FieldError]:
    return [*written.errors(new), *metadata_update_errors(old.metadata, new.metadata)]


async def delete_object(request: web.Request, info: RequestInfo, *, written: Written[T]) -> web.Response:
    """DELETE of one object."""
    options = await delete_options(request)
    entry = written.served.collection.get(info.namespace, info.name)
    resource = written.served.resource
    options.check(resource.kind, entry.object.metadata, resource.group)
    if not options.dry_run:
        entry = _delete(written, entry)
    meta = entry.object.metadata
    if written.shows_deleted or meta.finalizers:
        return object_response(resource, entry)
    return json_response(success(name=meta.name, group=resource.group, kind=resource.plural, uid=meta.uid).encode())


async def delete_objects(
    request: web.Request, info: RequestInfo, *, cluster: Cluster, written: Written[T]
) -> web.Response:
    """DELETE of all objects that the selectors choose."""
    resource, collection = written.served.resource, written.served.collection
    options = await delete_options(request)
    test = entry_test(resource, info.namespace, request.query)
    chosen = [entry for entry in collection.snapshot() if test is None or test(entry)]
    if not options.dry_run:
        for entry in chosen:
            _delete(written, entry)
    meta = json.encode({"resourceVersion": str(cluster.clock.version)})
    return json_response(list_body(resource, chosen, meta))


def _delete(written: Written[T], entry: Entry[T]) -> Entry[T]:
    """Removes an object, or marks it where something holds it."""
    collection: Collection[T] = written.served.collection
    meta = entry.object.metadata
    if not meta.finalizers:
        gone = collection.delete(*entry.key)
        if written.ended is not None:
            written.ended(gone.object)
        return gone
    if meta.deleting:
        return entry
    marked = replace(meta, deletion_timestamp=timestamp(now()), deletion_grace_period_seconds=0)
    return collection.update(written.with_metadata(entry.object, marked))
