"""PATCH and PUT: what goes alike for all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, json
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.body import convert, read_object
from k8s_sandbox_tui.local_cluster.api.creation import dry_response, with_warnings
from k8s_sandbox_tui.local_cluster.api.delete_options import is_dry_run
from k8s_sandbox_tui.local_cluster.api.ownership import noted_change
from k8s_sandbox_tui.local_cluster.api.patching import changed_object, is_apply
from k8s_sandbox_tui.local_cluster.api.respond import object_response
from k8s_sandbox_tui.local_cluster.objects.status_error import bad_request, conflict, invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta
    from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster
    from k8s_sandbox_tui.local_cluster.store.collection import Collection
    from k8s_sandbox_tui.local_cluster.store.resources import Resource, T

_MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


async def update_object(
    request: web.Request,
    info: RequestInfo,
    *,
    cluster: Cluster,
    resource: Resource[T],
    collection: Collection[T],
    next_state: Callable[[T, T], T],
    errors: Callable[[T, T], list[FieldError]],
    permit: Callable[[T], None] | None = None,
) -> web.Response:
    """Stores the next state of an object.

    `next_state` tells what becomes of the stored object, the first, when the second is sent; `errors`, what is wrong
    with the second as the next state of the first; `permit` refuses a next state that who sends it may not store.

    Raises:
        StatusError: the body does not fit, is about another object or an older state of it, or is refused.
    """
    key = (info.namespace if resource.namespaced else "", info.name)
    body = await changed_object(request, info, resource, collection.get(*key), cluster)
    wanted = await read_object(request, resource.kind) if is_apply(request) else None
    # The body was awaited; what counts is the object as it is now.
    old = collection.get(*key).object
    decoded = convert(body, resource.model, resource.kind, request.query)
    _check_same(info, resource, old.metadata, decoded.value.metadata)
    new = next_state(old, decoded.value)
    wrong = errors(old, new)
    if wrong:
        raise invalid(resource.kind, info.name, wrong, group=resource.group)
    if permit is not None:
        permit(new)
    note = noted_change(request, wanted, cluster.owners, resource, (old, new))
    if is_dry_run(request.query):
        return with_warnings(dry_response(resource.type_meta, json.encode(new), status=200), decoded.unknown)
    if _held_no_longer(old.metadata, new.metadata):
        return object_response(resource, collection.delete(*key))
    response = object_response(resource, collection.update(new))
    note()
    return with_warnings(response, decoded.unknown)


def sent_metadata(old: ObjectMeta, sent: ObjectMeta) -> ObjectMeta:
    """The metadata of the next state: of what was sent, that which clients may change."""
    return replace(
        old,
        uid=sent.uid or old.uid,
        labels=sent.labels,
        annotations=sent.annotations,
        owner_references=sent.owner_references,
        finalizers=sent.finalizers,
    )


def _check_same(info: RequestInfo, resource: Resource[T], old: ObjectMeta, sent: ObjectMeta) -> None:
    if not sent.name:
        raise bad_request(
            f"the name of the object ({info.name} based on URL) was undeterminable: name must be provided"
        )
    if sent.name != info.name:
        raise bad_request(f"the name of the object ({sent.name}) does not match the name on the URL ({info.name})")
    if old.namespace and sent.namespace not in {"", old.namespace}:
        raise bad_request(
            f"the namespace of the object ({sent.namespace}) does not match the namespace on the request "
            f"({old.namespace})"
        )
    if info.verb == "update" and sent.uid not in {"", old.uid}:
        why = f"Precondition failed: UID in precondition: {sent.uid}, UID in object meta: {old.uid}"
        raise conflict(resource.plural, info.name, why, resource.group)
    if sent.resource_version not in {"", old.resource_version}:
        raise conflict(resource.plural, info.name, _MODIFIED, resource.group)


def _held_no_longer(old: ObjectMeta, new: ObjectMeta) -> bool:
    """Whether this takes away the last thing for which a deleted object was still there."""
    grace = new.deletion_grace_period_seconds
    return bool(old.finalizers) and not new.finalizers and new.deleting and (grace is UNSET or grace == 0)
