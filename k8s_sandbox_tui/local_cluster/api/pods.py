"""Writes to Pods: create, change, delete, delete all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import UNSET, json
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.body import cannot_be_handled, convert, read_object
from k8s_sandbox_tui.local_cluster.api.creation import check_new_metadata, dry_response, with_warnings
from k8s_sandbox_tui.local_cluster.api.delete_options import DeleteOptions, delete_options, is_dry_run
from k8s_sandbox_tui.local_cluster.api.listing import list_body
from k8s_sandbox_tui.local_cluster.api.patching import is_apply, writer
from k8s_sandbox_tui.local_cluster.api.respond import json_response, object_response
from k8s_sandbox_tui.local_cluster.api.selection import entry_test
from k8s_sandbox_tui.local_cluster.api.service_accounts import check_account, with_account
from k8s_sandbox_tui.local_cluster.api.updating import sent_metadata, update_object
from k8s_sandbox_tui.local_cluster.faults.pod_faults import annotation_errors
from k8s_sandbox_tui.local_cluster.faults.request_keys import ANNOTATIONS
from k8s_sandbox_tui.local_cluster.objects.defaults import default_pod
from k8s_sandbox_tui.local_cluster.objects.meta import now, timestamp
from k8s_sandbox_tui.local_cluster.objects.pod import Pod
from k8s_sandbox_tui.local_cluster.objects.quantity import QuantityError
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusDetails, StatusError, already_exists, invalid
from k8s_sandbox_tui.local_cluster.objects.update import changed_fields, update_errors
from k8s_sandbox_tui.local_cluster.objects.validate import pod_errors
from k8s_sandbox_tui.local_cluster.store.resources import PODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.kubelet.kubelet import Kubelet
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster
    from k8s_sandbox_tui.local_cluster.store.entry import Entry

_TERMINAL = {"Failed", "Succeeded"}
_DEFAULT_GRACE = 30


async def create_pod(request: web.Request, info: RequestInfo, cluster: Cluster, kubelet: Kubelet) -> web.Response:
    """POST of a Pod."""
    body = await read_object(request, "Pod")
    decoded = convert(body, Pod, "Pod", request.query)
    asked, with_token = with_account(_annotated(decoded.value, request), info.namespace, cluster)
    try:
        pod = default_pod(asked, info.namespace, now(), with_token=with_token)
    except QuantityError as error:
        raise cannot_be_handled("Pod", str(error)) from error
    check_new_metadata(decoded.value.metadata, info.namespace, cluster, PODS)
    check_account(pod, cluster)
    errors = [*pod_errors(pod), *annotation_errors(pod.metadata.annotations)]
    if errors:
        raise invalid("Pod", pod.metadata.name, errors)
    ignored = list(_ignored_fields(pod))
    if is_dry_run(request.query):
        if cluster.pods.find(info.namespace, pod.metadata.name):
            raise already_exists("pods", pod.metadata.name)
        return with_warnings(dry_response(PODS.type_meta, json.encode(pod), status=201), decoded.unknown, ignored)
    entry = cluster.pods.create(pod)
    if not is_apply(request):
        cluster.owners.created(entry.object.metadata.uid, writer(request))
    kubelet.admit(entry.object)
    return with_warnings(object_response(PODS, entry, status=201), decoded.unknown, ignored)


def _ignored_fields(pod: Pod) -> Iterator[str]:
    """The paths of probes and hooks: a container counts as ready as soon as it runs."""
    for kind, containers in (("initContainers", pod.spec.init_containers), ("containers", pod.spec.containers)):
        for index, container in enumerate(containers):
            for name, value in (
                ("livenessProbe", container.liveness_probe),
                ("readinessProbe", container.readiness_probe),
                ("startupProbe", container.startup_probe),
                ("lifecycle", container.lifecycle),
            ):
                if value is not UNSET:
                    yield f"spec.{kind}[{index}].{name}"


def _annotated(pod: Pod, request: web.Request) -> Pod:
    added: dict[str, str] | None = request.get(ANNOTATIONS)
    if not added:
        return pod
    return replace(pod, metadata=replace(pod.metadata, annotations=pod.metadata.annotations | added))


async def change_pod(request: web.Request, info: RequestInfo, cluster: Cluster) -> web.Response:
    """PATCH or PUT of a Pod."""
    return await update_object(
        request,
        info,
        cluster=cluster,
        resource=PODS,
        collection=cluster.pods,
        next_state=_next_state,
        errors=update_errors,
    )


def _next_state(old: Pod, sent: Pod) -> Pod:
    try:
        spec = default_pod(sent, old.metadata.namespace, now(), with_token=False).spec
    except QuantityError as error:
        raise cannot_be_handled("Pod", str(error)) from error
    meta = sent_metadata(old.metadata, sent.metadata)
    changed = bool(changed_fields(old.spec, spec))
    return replace(old, metadata=replace(meta, generation=meta.generation + changed), spec=spec)


async def delete_pod(request: web.Request, info: RequestInfo, cluster: Cluster, kubelet: Kubelet) -> web.Response:
    """DELETE of one Pod."""
    options = await delete_options(request)
    entry = cluster.pods.get(info.namespace, info.name)
    options.check("Pod", entry.object.metadata)
    if options.dry_run:
        return object_response(PODS, entry)
    return object_response(PODS, begin_deletion(entry, options, cluster, kubelet))


async def delete_pods(request: web.Request, info: RequestInfo, cluster: Cluster, kubelet: Kubelet) -> web.Response:
    """DELETE of all Pods that the selectors choose."""
    options = await delete_options(request)
    test = entry_test(PODS, info.namespace, request.query)
    chosen = [entry for entry in cluster.pods.snapshot() if test is None or test(entry)]
    if not options.dry_run:
        for entry in chosen:
            begin_deletion(entry, options, cluster, kubelet)
    meta = json.encode({"resourceVersion": str(cluster.clock.version)})
    return json_response(list_body(PODS, chosen, meta))


async def no_subresource(_request: web.Request, info: RequestInfo, cluster: Cluster) -> web.Response:
    """What a Pod here does not have.

    Raises:
        StatusError: 404; without a name, by which kubectl tells it from a Pod that is not there.
    """
    cluster.pods.get(info.namespace, info.name)
    message = f"the local cluster does not offer pods/{info.subresource}: delete the pod and create another one"
    raise StatusError(404, "NotFound", message, details=StatusDetails(kind="pods"))


def begin_deletion(entry: Entry[Pod], options: DeleteOptions, cluster: Cluster, kubelet: Kubelet) -> Entry[Pod]:
    """Deletes a Pod at once, or marks it and lets the kubelet end it within the grace."""
    pod, meta = entry.object, entry.object.metadata
    grace = _grace(pod, options)
    if grace == 0:
        kubelet.forget(pod)
        if meta.finalizers:
            return _mark(entry, 0, cluster)
        return cluster.pods.delete(meta.namespace, meta.name)
    known = meta.deletion_grace_period_seconds
    if meta.deleting and known is not UNSET and grace >= known:
        return entry
    marked = _mark(entry, grace, cluster)
    kubelet.terminate(marked.object, float(grace))
    return marked


def _grace(pod: Pod, options: DeleteOptions) -> int:
    """Seconds; 0 for what has no processes. Source: `podStrategy.CheckGracefulDelete`."""
    if not pod.spec.node_name or pod.status.phase in _TERMINAL:
        return 0
    if options.grace_period_seconds is not UNSET:
        # A negative grace stands for one second.
        return options.grace_period_seconds if options.grace_period_seconds >= 0 else 1
    own = pod.spec.termination_grace_period_seconds
    return _DEFAULT_GRACE if own is UNSET else own


def _mark(entry: Entry[Pod], grace: int, cluster: Cluster) -> Entry[Pod]:
    meta = entry.object.metadata
    marked = replace(
        meta,
        generation=meta.generation if meta.deleting else meta.generation + 1,
        deletion_timestamp=timestamp(now() + timedelta(seconds=grace)),
        deletion_grace_period_seconds=grace,
    )
    return cluster.pods.update(replace(entry.object, metadata=marked))
