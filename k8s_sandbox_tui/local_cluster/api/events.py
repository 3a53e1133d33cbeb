"""Deletes of events; the kubelet alone makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import json

from k8s_sandbox_tui.local_cluster.api.delete_options import delete_options
from k8s_sandbox_tui.local_cluster.api.listing import list_body
from k8s_sandbox_tui.local_cluster.api.respond import json_response
from k8s_sandbox_tui.local_cluster.api.selection import entry_test
from k8s_sandbox_tui.local_cluster.objects.status_error import success
from k8s_sandbox_tui.local_cluster.store.resources import EVENTS

if TYPE_CHECKING:
    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster


async def delete_event(request: web.Request, info: RequestInfo, cluster: Cluster) -> web.Response:
    """DELETE of one event."""
    options = await delete_options(request)
    entry = cluster.events.get(info.namespace, info.name)
    options.check("Event", entry.object.metadata)
    if not options.dry_run:
        cluster.events.delete(*entry.key)
    return json_response(success(name=info.name, kind="events", uid=entry.object.metadata.uid).encode())


async def delete_events(request: web.Request, info: RequestInfo, cluster: Cluster) -> web.Response:
    """DELETE of all events that the selectors choose."""
    options = await delete_options(request)
    test = entry_test(EVENTS, info.namespace, request.query)
    chosen = [entry for entry in cluster.events.snapshot() if test is None or test(entry)]
    if not options.dry_run:
        for entry in chosen:
            cluster.events.delete(*entry.key)
    meta = json.encode({"resourceVersion": str(cluster.clock.version)})
    return json_response(list_body(EVENTS, chosen, meta))
