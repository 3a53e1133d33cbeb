"""From a Pod to the row that scripts and screens see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.exec.target import CONTAINER
from k8s_sandbox_tui.provider.labels import MANAGED_LABEL, MANAGED_VALUE, METADATA_PREFIX, RUNTIME_LABEL
from k8s_sandbox_tui.provider.models import SandboxInfo
from k8s_sandbox_tui.provider.status import sandbox_container, view_pod

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.wire import Pod

_EPOCH = datetime.fromtimestamp(0, UTC)
_PREFIX_LENGTH = len(METADATA_PREFIX)


def sandbox_info(pod: Pod) -> SandboxInfo:
    """The sandbox that a Pod is."""
    metadata, spec, status = pod.metadata, pod.spec, pod.status
    labels, annotations = metadata.labels or {}, metadata.annotations or {}
    view = view_pod(pod)
    container = sandbox_container(pod)
    return SandboxInfo(
        name=metadata.name,
        namespace=metadata.namespace,
        uid=metadata.uid,
        resource_version=metadata.resource_version,
        status=view.status,
        reason=view.reason,
        message=view.message,
        phase=status.phase or "",
        runtime=labels.get(RUNTIME_LABEL, ""),
        image=_image(pod),
        node=spec.node_name or "",
        pod_ip=status.pod_ip or "",
        created_at=metadata.creation_timestamp or _EPOCH,
        started_at=view.started_at,
        finished_at=view.finished_at,
        restarts=(container.restart_count or 0) if container is not None else 0,
        exit_code=view.exit_code,
        metadata={key[_PREFIX_LENGTH:]: value for key, value in annotations.items() if key.startswith(METADATA_PREFIX)},
        labels=labels,
        annotations=annotations,
    )


def is_managed(pod: Pod) -> bool:
    """Whether a Pod is a sandbox."""
    labels = pod.metadata.labels
    return labels is not None and labels.get(MANAGED_LABEL) == MANAGED_VALUE


def _image(pod: Pod) -> str:
    containers = pod.spec.containers
    if not containers:
        return ""
    for container in containers:
        if container.name == CONTAINER:
            return container.image or ""
    return containers[0].image or ""
