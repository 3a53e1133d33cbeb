"""Who writes a field: asked before a write, noted after it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import json

from k8s_sandbox_tui.local_cluster.api.delete_options import is_true
from k8s_sandbox_tui.local_cluster.api.patching import field_manager, writer
from k8s_sandbox_tui.local_cluster.objects.field_sets import path_text
from k8s_sandbox_tui.local_cluster.objects.json_value import decode
from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError, FieldErrorType, apply_conflict, invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject
    from k8s_sandbox_tui.local_cluster.objects.meta import KubeObject
    from k8s_sandbox_tui.local_cluster.store.owners import FieldOwners, Manager
    from k8s_sandbox_tui.local_cluster.store.resources import Resource, T


def noted_change(
    request: web.Request, wanted: JsonObject | None, owners: FieldOwners, resource: Resource[T], states: tuple[T, T]
) -> Callable[[], None]:
    """What notes the change from the first to the second state once it is made; `wanted` is what is applied, or None.

    Raises:
        StatusError: 409, it is applied, changes what others own, and is not forced.
    """
    before, after, uid = _json(states[0]), _json(states[1]), states[0].metadata.uid
    if wanted is None:
        _check_not_forced(request)
        return partial(owners.updated, uid, writer(request), before, after)
    manager = field_manager(request)
    found = [] if is_true(request.query, "force") else owners.conflicts(uid, manager, before, after)
    if found:
        raise apply_conflict([(_told(owner, resource.api_version), path_text(path)) for owner, path in found])
    return partial(owners.applied, uid, manager, wanted, before, after)


def _check_not_forced(request: web.Request) -> None:
    if request.method == "PATCH" and "force" in request.query:
        detail = "may not be specified for non-apply patch"
        error = FieldError(type=FieldErrorType.FORBIDDEN, path="force", detail=detail)
        raise invalid("PatchOptions", "", [error], group="meta.k8s.io")


def _told(owner: Manager, api_version: str) -> str:
    name = json.encode(owner.name).decode()
    return name if owner.applies else f"{name} using {api_version}"


def _json(item: KubeObject) -> JsonObject:
    value = decode(json.encode(item))
    return value if isinstance(value, dict) else {}
