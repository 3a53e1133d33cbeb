"""From a Pod to the row that scripts and screens see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.provider.exec.target import CONTAINER
from k8s_sandbox_tui.provider.expiry import expiry_of
from k8s_sandbox_tui.provider.labels import MANAGED_LABEL, MANAGED_VALUE, METADATA_PREFIX, RUNTIME_LABEL
from k8s_sandbox_tui.provider.models import SandboxInfo
from k8s_sandbox_tui.provider.resources import NO_RESOURCES, resources_of
from k8s_sandbox_tui.provider.status import sandbox_container, view_container
from k8s_sandbox_tui.provider.wire import Container

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.wire import Pod

_EPOCH = datetime.fromtimestamp(0, UTC)
_NO_CONTAINER = Container()
_PREFIX_LENGTH = len(METADATA_PREFIX)


def sandbox_info(pod: Pod) -> SandboxInfo:
    """The sandbox that a Pod is."""
    metadata, spec, status = pod.metadata, pod.spec, pod.status
    labels, annotations = metadata.labels or {}, metadata.annotations or {}
    container = sandbox_container(pod)
    view = view_container(pod, container)
    chosen = _chosen(spec.containers) or _NO_CONTAINER
    resources, ports = chosen.resources, chosen.ports
    # By position: names cost five times as much, which is a tenth of all that a change in a watch costs.
    return SandboxInfo(
        metadata.name,
        metadata.namespace,
        metadata.uid,
        metadata.resource_version,
        view.status,
        view.reason,
        view.message,
        status.phase or "",
        labels.get(RUNTIME_LABEL, ""),
        chosen.image or "",
        spec.node_name or "",
        status.pod_ip or "",
        metadata.creation_timestamp or _EPOCH,
        view.started_at,
        view.finished_at,
        (container.restart_count or 0) if container is not None else 0,
        view.exit_code,
        _given(annotations) if annotations else {},
        labels,
        annotations,
        resources_of(bytes(resources)) if resources else NO_RESOURCES,
        _ports(bytes(ports)) if ports else (),
        expiry_of(annotations) if annotations else None,
        _deadline(pod) if spec.active_deadline_seconds is not None else None,
    )


def is_managed(pod: Pod) -> bool:
    """Whether a Pod is a sandbox."""
    labels = pod.metadata.labels
    return labels is not None and labels.get(MANAGED_LABEL) == MANAGED_VALUE


def _given(annotations: dict[str, str]) -> dict[str, str]:
    return {key[_PREFIX_LENGTH:]: value for key, value in annotations.items() if key.startswith(METADATA_PREFIX)}


def _chosen(containers: list[Container] | None) -> Container | None:
    """The container `sandbox`, the first one where none has that name."""
    if not containers:
        return None
    for container in containers:
        if container.name == CONTAINER:
            return container
    return containers[0]


def _deadline(pod: Pod) -> datetime | None:
    """When the kubelet ends the Pod: it counts from its own first sight of it."""
    seconds, started = pod.spec.active_deadline_seconds, pod.status.start_time
    if seconds is None or started is None:
        return None
    try:
        return started + timedelta(seconds=seconds)
    except OverflowError:
        return None


class _Port(msgspec.Struct, rename="camel"):
    container_port: int = 0


_PORTS = msgspec.json.Decoder(list[_Port] | None)


@lru_cache(maxsize=1024)
def _ports(raw: bytes) -> tuple[int, ...]:
    """The numbers; none where they do not fit the schema: they are shown, nothing depends on them."""
    try:
        return tuple(port.container_port for port in _PORTS.decode(raw) or ())
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()
