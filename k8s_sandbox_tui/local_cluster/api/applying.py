"""PATCH as server-side apply: creates what is not there, and remembers who applied what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.api.body import read_object
from k8s_sandbox_tui.local_cluster.api.delete_options import is_dry_run
from k8s_sandbox_tui.local_cluster.api.patching import field_manager, is_apply
from k8s_sandbox_tui.local_cluster.objects.status_error import bad_request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.api.served import Served
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster
    from k8s_sandbox_tui.local_cluster.store.resources import T

    Write = Callable[[web.Request, RequestInfo], Awaitable[web.Response]]


async def patch_object(
    request: web.Request, info: RequestInfo, *, cluster: Cluster, served: Served[T], create: Write, change: Write
) -> web.Response:
    """PATCH of an object by any of the types of patch.

    Raises:
        StatusError: the patch does not fit; for apply, nobody is named as the one who applies it.
    """
    if not is_apply(request):
        return await change(request, info)
    manager = field_manager(request)
    wanted = await read_object(request, served.resource.kind)
    meta = wanted.get("metadata")
    name = meta.get("name", "") if isinstance(meta, dict) else ""
    if name != info.name:
        raise bad_request(f"the name of the object ({name}) does not match the name on the URL ({info.name})")
    namespace = info.namespace if served.resource.namespaced else ""
    if isinstance(meta, dict) and "managedFields" in meta:
        raise bad_request("metadata.managedFields must be nil")
    if served.collection.find(namespace, info.name) is not None:
        return await change(request, info)
    response = await create(request, info)
    entry = served.collection.find(namespace, info.name)
    if entry is not None and not is_dry_run(request.query):
        cluster.owners.applied(entry.object.metadata.uid, manager, wanted, {}, {})
    return response
