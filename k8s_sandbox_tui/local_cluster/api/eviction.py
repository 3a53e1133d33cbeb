"""POST of pods/eviction: a delete that heeds disruption budgets, of which this server has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.body import convert, read_object
from k8s_sandbox_tui.local_cluster.api.delete_options import DeleteOptions, check_delete_options, is_dry_run
from k8s_sandbox_tui.local_cluster.api.pods import begin_deletion
from k8s_sandbox_tui.local_cluster.api.respond import json_response
from k8s_sandbox_tui.local_cluster.objects.eviction import disrupted
from k8s_sandbox_tui.local_cluster.objects.meta import KubeStruct, ObjectMeta, now
from k8s_sandbox_tui.local_cluster.objects.status_error import Status, bad_request

if TYPE_CHECKING:
    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.kubelet.kubelet import Kubelet
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster


class Eviction(KubeStruct, frozen=True, kw_only=True):
    """`Eviction` of the group `policy`."""

    metadata: ObjectMeta = ObjectMeta()
    delete_options: DeleteOptions = DeleteOptions()


async def evict_pod(request: web.Request, info: RequestInfo, cluster: Cluster, kubelet: Kubelet) -> web.Response:
    """Ends a Pod within its grace."""
    eviction = convert(await read_object(request, "Eviction"), Eviction, "Eviction", request.query).value
    if eviction.metadata.namespace not in {"", info.namespace}:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    if eviction.metadata.name != info.name:
        raise bad_request("name in URL does not match name in Eviction object")
    options = eviction.delete_options
    check_delete_options(options)
    entry = cluster.pods.get(info.namespace, info.name)
    options.check("Pod", entry.object.metadata)
    if not (is_dry_run(request.query) or options.dry_run):
        pod = disrupted(entry.object, "EvictionByEvictionAPI", "Eviction API: evicting", now())
        begin_deletion(cluster.pods.update(pod), replace(options, dry_run=[]), cluster, kubelet)
    done = Status(kind="Status", api_version="v1", metadata={}, status="Success", code=201)
    return json_response(done.encode(), status=201)
