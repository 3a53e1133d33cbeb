"""Services: kept for clients that ask for them; no traffic is routed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.updating import sent_metadata
from k8s_sandbox_tui.local_cluster.api.writing import Written
from k8s_sandbox_tui.local_cluster.objects import names
from k8s_sandbox_tui.local_cluster.objects.cluster import Service, ServiceSpec
from k8s_sandbox_tui.local_cluster.objects.defaults import new_metadata
from k8s_sandbox_tui.local_cluster.objects.meta import now
from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError, FieldErrorType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.local_cluster.api.served import Served
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster


def written_services(served: Served[Service], cluster: Cluster) -> Written[Service]:
    """What is particular of Services when they are written."""

    def new(sent: Service, namespace: str) -> Service:
        return replace(
            sent,
            metadata=new_metadata(sent.metadata, namespace, now()),
            spec=_default_spec(sent.spec, cluster),
            status=Service().status,
        )

    def next_state(old: Service, sent: Service) -> Service:
        spec = replace(
            _default_spec(sent.spec, cluster), cluster_ip=old.spec.cluster_ip, cluster_ips=old.spec.cluster_ips
        )
        return replace(old, metadata=sent_metadata(old.metadata, sent.metadata), spec=spec)

    return Written(
        served=served,
        new=new,
        next_state=next_state,
        errors=lambda item: [*names.metadata_errors(item.metadata, "dns1035"), *_port_errors(item.spec)],
        with_metadata=lambda item, metadata: replace(item, metadata=metadata),
    )


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
