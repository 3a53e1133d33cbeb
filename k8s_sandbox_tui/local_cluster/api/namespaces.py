"""Namespaces: create, change, delete with everything in them; and what each cluster has from its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.delete_options import DeleteOptions, delete_options
from k8s_sandbox_tui.local_cluster.api.pods import begin_deletion
from k8s_sandbox_tui.local_cluster.api.respond import object_response
from k8s_sandbox_tui.local_cluster.api.service_accounts import default_account
from k8s_sandbox_tui.local_cluster.api.updating import sent_metadata
from k8s_sandbox_tui.local_cluster.api.writing import Written
from k8s_sandbox_tui.local_cluster.objects import names
from k8s_sandbox_tui.local_cluster.objects.cluster import Namespace, NamespaceSpec, NamespaceStatus
from k8s_sandbox_tui.local_cluster.objects.defaults import new_metadata
from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta, now, timestamp
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusDetails, StatusError, conflict
from k8s_sandbox_tui.local_cluster.store.resources import NAMESPACES

if TYPE_CHECKING:
    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.api.served import Served
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


def written_namespaces(served: Served[Namespace], cluster: Cluster) -> Written[Namespace]:
    """What is particular of namespaces when they are written: labels and annotations can be changed."""
    return Written(
        served=served,
        new=lambda sent, _namespace: new_namespace(sent.metadata),
        next_state=_next_state,
        errors=lambda item: names.metadata_errors(item.metadata, "label"),
        with_metadata=lambda item, metadata: replace(item, metadata=metadata),
        made=lambda item: furnish(item.metadata.name, cluster),
    )


def furnish(name: str, cluster: Cluster) -> None:
    """Gives a new namespace what each of them has."""
    cluster.service_accounts.create(default_account(name))


def _next_state(old: Namespace, sent: Namespace) -> Namespace:
    meta = replace(sent_metadata(old.metadata, sent.metadata), finalizers=old.metadata.finalizers)
    return replace(old, metadata=replace(meta, labels=meta.labels | {_NAME_LABEL: meta.name}))


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
    for collection in (cluster.service_accounts, cluster.role_bindings, cluster.roles, cluster.events):
        for entry in [entry for entry in collection.snapshot() if entry.key[0] == name]:
            collection.delete(*entry.key)
    cluster.namespaces.delete("", name)
