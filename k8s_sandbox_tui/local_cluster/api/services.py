"""Services: kept for clients that ask for them; no traffic is routed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, json
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.body import convert, read_object
from k8s_sandbox_tui.local_cluster.api.creation import check_new_metadata, dry_response, with_warnings
from k8s_sandbox_tui.local_cluster.api.delete_options import delete_options, is_dry_run
from k8s_sandbox_tui.local_cluster.api.listing import list_body
from k8s_sandbox_tui.local_cluster.api.patching import changed_object
from k8s_sandbox_tui.local_cluster.api.respond import json_response, object_response
from k8s_sandbox_tui.local_cluster.api.selection import entry_test
from k8s_sandbox_tui.local_cluster.objects import names
from k8s_sandbox_tui.local_cluster.objects.cluster import Service, ServiceSpec
from k8s_sandbox_tui.local_cluster.objects.defaults import new_metadata
from k8s_sandbox_tui.local_cluster.objects.meta import now
from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError, FieldErrorType, invalid
from k8s_sandbox_tui.local_cluster.store.resources import SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster


async def create_service(request: web.Request, info: RequestInfo, cluster: Cluster) -> web.Response:
    """POST of a Service."""
    body = await read_object(request, "Service")
    decoded = convert(body, Service, "Service", request.query)
    check_new_metadata(decoded.value.metadata, info.namespace, cluster)
    service = replace(
        decoded.value,
        metadata=new_metadata(decoded.value.metadata, info.namespace, now()),
        spec=_default_spec(decoded.value.spec, cluster),
    )
    errors = [*names.metadata_errors(service.metadata, "dns1035"), *_port_errors(service.spec)]
    if errors:
        raise invalid("Service", service.metadata.name, errors)
    if is_dry_run(request.query):
        return with_warnings(dry_response(SERVICES.type_meta, json.encode(service), status=201), decoded.unknown)
    return with_warnings(object_response(SERVICES, cluster.services.create(service), status=201), decoded.unknown)


async def change_service(request: web.Request, info: RequestInfo, cluster: Cluster) -> web.Response:
    """PATCH or PUT of a Service."""
    body = await changed_object(request, info, SERVICES, cluster.services.get(info.namespace, info.name), cluster)
    old = cluster.services.get(info.namespace, info.name).object
    decoded = convert(body, Service, "Service", request.query)
    meta = decoded.value.metadata
    spec = replace(
        _default_spec(decoded.value.spec, cluster), cluster_ip=old.spec.cluster_ip, cluster_ips=old.spec.cluster_ips
    )
    metadata = replace(old.metadata, labels=meta.labels, annotations=meta.annotations, finalizers=meta.finalizers)
    service = replace(old, metadata=metadata, spec=spec)
    errors = [*names.metadata_errors(service.metadata, "dns1035"), *_port_errors(service.spec)]
    if errors:
        raise invalid("Service", info.name, errors)
    if is_dry_run(request.query):
        return dry_response(SERVICES.type_meta, json.encode(service), status=200)
    return with_warnings(object_response(SERVICES, cluster.services.update(service)), decoded.unknown)


async def delete_service(request: web.Request, info: RequestInfo, cluster: Cluster) -> web.Response:
    """DELETE of one Service."""
    options = await delete_options(request)
    entry = cluster.services.get(info.namespace, info.name)
    options.check("Service", entry.object.metadata)
    if not options.dry_run:
        entry = cluster.services.delete(info.namespace, info.name)
    return object_response(SERVICES, entry)


async def delete_services(request: web.Request, info: RequestInfo, cluster: Cluster) -> web.Response:
    """DELETE of all Services that the selectors choose."""
    options = await delete_options(request)
    test = entry_test(SERVICES, info.namespace, request.query)
    chosen = [entry for entry in cluster.services.snapshot() if test is None or test(entry)]
    if not options.dry_run:
        for entry in chosen:
            cluster.services.delete(*entry.key)
    meta = json.encode({"resourceVersion": str(cluster.clock.version)})
    return json_response(list_body(SERVICES, chosen, meta))


def _default_spec(spec: ServiceSpec, cluster: Cluster) -> ServiceSpec:
    kind = spec.type or "ClusterIP"
    address = spec.cluster_ip or ("" if kind == "ExternalName" else _free_address(cluster))
    ports = [
        replace(
            port,
            protocol=port.protocol or "TCP",
            target_port=port.port if port.target_port is UNSET else port.target_port,
        )
        for port in spec.ports
    ]
    return replace(
        spec,
        ports=ports,
        type=kind,
        cluster_ip=address,
        cluster_ips=[address] if address else [],
        session_affinity=spec.session_affinity or "None",
        ip_families=spec.ip_families or (["IPv4"] if address else []),
        ip_family_policy="SingleStack" if address and spec.ip_family_policy is UNSET else spec.ip_family_policy,
        internal_traffic_policy="Cluster" if spec.internal_traffic_policy is UNSET else spec.internal_traffic_policy,
    )


def _free_address(cluster: Cluster) -> str:
    taken = {entry.object.spec.cluster_ip for entry in cluster.services.snapshot()}
    # The range that clusters use for Services by default, without its first two addresses.
    return next(
        address for number in range(2, 2**16) if (address := f"10.96.{number >> 8}.{number & 255}") not in taken
    )


def _port_errors(spec: ServiceSpec) -> Iterator[FieldError]:
    if not spec.ports and spec.type != "ExternalName" and spec.cluster_ip != "None":
        yield FieldError(type=FieldErrorType.REQUIRED, path="spec.ports")
    for index, port in enumerate(spec.ports):
        if not 1 <= port.port <= 65535:
            yield FieldError(
                type=FieldErrorType.INVALID,
                path=f"spec.ports[{index}].port",
                value=port.port,
                detail="must be between 1 and 65535, inclusive",
            )
