"""Namespaces: create, change, delete with everything in them; and what each cluster has from its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import json
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.body import convert, read_object
from k8s_sandbox_tui.local_cluster.api.creation import dry_response, with_warnings
from k8s_sandbox_tui.local_cluster.api.delete_options import DeleteOptions, delete_options, is_dry_run
from k8s_sandbox_tui.local_cluster.api.patching import changed_object
from k8s_sandbox_tui.local_cluster.api.pods import begin_deletion
from k8s_sandbox_tui.local_cluster.api.respond import object_response
from k8s_sandbox_tui.local_cluster.objects import names
from k8s_sandbox_tui.local_cluster.objects.cluster import Namespace, NamespaceSpec, NamespaceStatus
from k8s_sandbox_tui.local_cluster.objects.defaults import new_metadata
from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta, now, timestamp
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusDetails, StatusError, conflict, invalid
from k8s_sandbox_tui.local_cluster.store.resources import NAMESPACES

if TYPE_CHECKING:
    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.kubelet.kubelet import Kubelet
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster

FIRST = ("default", "kube-node-lease", "kube-public", "kube-system")
_NAME_LABEL = "kubernetes.io/metadata.name"
_PROTECTED = {"default", "kube-public", "kube-system"}


def new_namespace(meta: ObjectMeta) -> Namespace:
    """A namespace with its defaults."""
    metadata = new_metadata(meta, "", now())
    return Namespace(
        metadata=replace(metadata, labels=metadata.labels | {_NAME_LABEL: metadata.name}),
        spec=NamespaceSpec(finalizers=["kubernetes"]),
        status=NamespaceStatus(phase="Active"),
    )


async def create_namespace(request: web.Request, _info: RequestInfo, cluster: Cluster) -> web.Response:
    """POST of a namespace."""
    body = await read_object(request, "Namespace")
    decoded = convert(body, Namespace, "Namespace", request.query)
    namespace = new_namespace(decoded.value.metadata)
    errors = names.metadata_errors(namespace.metadata, "label")
    if errors:
        raise invalid("Namespace", namespace.metadata.name, errors)
    if is_dry_run(request.query):
        return with_warnings(dry_response(NAMESPACES.type_meta, json.encode(namespace), status=201), decoded.unknown)
    entry = cluster.namespaces.create(namespace)
    return with_warnings(object_response(NAMESPACES, entry, status=201), decoded.unknown)


async def change_namespace(request: web.Request, info: RequestInfo, cluster: Cluster) -> web.Response:
    """PATCH or PUT of a namespace: its labels and annotations."""
    body = await changed_object(request, info, NAMESPACES, cluster.namespaces.get("", info.name), cluster)
    old = cluster.namespaces.get("", info.name).object
    decoded = convert(body, Namespace, "Namespace", request.query)
    meta = decoded.value.metadata
    labels = meta.labels | {_NAME_LABEL: info.name}
    namespace = replace(old, metadata=replace(old.metadata, labels=labels, annotations=meta.annotations))
    errors = names.metadata_errors(namespace.metadata, "label")
    if errors:
        raise invalid("Namespace", info.name, errors)
    if is_dry_run(request.query):
        return dry_response(NAMESPACES.type_meta, json.encode(namespace), status=200)
    return with_warnings(object_response(NAMESPACES, cluster.namespaces.update(namespace)), decoded.unknown)


async def delete_namespace(request: web.Request, info: RequestInfo, cluster: Cluster, kubelet: Kubelet) -> web.Response:
    """DELETE of a namespace: it is Terminating until everything in it is gone."""
    options = await delete_options(request)
    entry = cluster.namespaces.get("", info.name)
    options.check("Namespace", entry.object.metadata)
    if info.name in _PROTECTED:
        message = f'namespaces "{info.name}" is forbidden: this namespace may not be deleted'
        details = StatusDetails(name=info.name, kind="namespaces")
        raise StatusError(403, "Forbidden", message, details=details)
    if entry.object.metadata.deleting:
        why = "The system is ensuring all content is removed from this namespace."
        raise conflict("namespaces", info.name, f"{why} Upon completion, this namespace will automatically be purged")
    if options.dry_run:
        return object_response(NAMESPACES, entry)
    meta = replace(entry.object.metadata, deletion_timestamp=timestamp(now()))
    ending = replace(entry.object, metadata=meta, status=NamespaceStatus(phase="Terminating"))
    marked = cluster.namespaces.update(ending)
    kubelet.spawn(_drain(info.name, cluster, kubelet), f"end of namespace {info.name}")
    return object_response(NAMESPACES, marked)


async def _drain(name: str, cluster: Cluster, kubelet: Kubelet) -> None:
    for entry in [entry for entry in cluster.pods.snapshot() if entry.key[0] == name]:
        begin_deletion(entry, DeleteOptions(), cluster, kubelet)
    for entry in [entry for entry in cluster.services.snapshot() if entry.key[0] == name]:
        cluster.services.delete(*entry.key)
    while any(entry.key[0] == name for entry in cluster.pods.snapshot()):
        await cluster.clock.changed()
    for entry in [entry for entry in cluster.events.snapshot() if entry.key[0] == name]:
        cluster.events.delete(*entry.key)
    cluster.namespaces.delete("", name)
