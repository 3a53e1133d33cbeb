"""What sandboxes use of CPU and memory, as the cluster's metrics server (`metrics.k8s.io`) measures it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.provider.errors import ApiError, InvalidArgumentError, NotFoundError, TransportError
from k8s_sandbox_tui.provider.labels import MANAGED_SELECTOR
from k8s_sandbox_tui.provider.paths import pod_metrics_path
from k8s_sandbox_tui.provider.quantity import parse_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from k8s_sandbox_tui.provider.connection.connection import Connection


class SandboxUsage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a sandbox used when it was measured last, all its containers together."""

    namespace: str
    name: str
    """The Pod's name. The metrics server tells no uid: a measurement older than a sandbox is of another one."""
    cpu: float
    """Cores, on average over the window of the measurement (some 15 s to a minute)."""
    memory: int
    """Bytes of the working set."""
    measured_at: datetime
    """When the window ended, by the clock of the cluster."""


class _Used(msgspec.Struct):
    cpu: str = "0"
    memory: str = "0"


class _Container(msgspec.Struct):
    usage: _Used = msgspec.field(default_factory=_Used)


class _Metadata(msgspec.Struct):
    name: str = ""
    namespace: str = ""


class _PodMetrics(msgspec.Struct):
    metadata: _Metadata
    timestamp: datetime | None = None
    containers: list[_Container] | None = None


class _PodMetricsList(msgspec.Struct):
    items: list[_PodMetrics] | None = None


_DECODER = msgspec.json.Decoder(_PodMetricsList)


async def list_usage(connection: Connection, namespaces: Iterable[str]) -> list[SandboxUsage]:
    """What the sandboxes of these namespaces use; `""` stands for all namespaces.

    Raises:
        NotFoundError: The cluster has no metrics server.
        ForbiddenError: It needs the verb `list` on `pods` of the group `metrics.k8s.io`.
        ApiError: The metrics server does not work (503).
        TransportError: No answer, or one that is no list of metrics.
    """
    used: list[SandboxUsage] = []
    for namespace in namespaces:
        try:
            body = await connection.request(
                "GET", pod_metrics_path(namespace), params=[("labelSelector", MANAGED_SELECTOR)]
            )
        except NotFoundError as error:
            raise NotFoundError(
                "The cluster does not measure CPU and memory.",
                status=error.status,
                reason=error.reason,
                hint="It needs a metrics server: https://github.com/kubernetes-sigs/metrics-server.",
            ) from error
        except ApiError as error:
            error.hint = error.hint or "This is about the cluster's metrics server."
            raise
        used += _read(body, namespace)
    return used


def _read(body: bytes, namespace: str) -> list[SandboxUsage]:
    try:
        items = _DECODER.decode(body).items or []
        return [
            SandboxUsage(
                namespace=item.metadata.namespace or namespace,
                name=item.metadata.name,
                cpu=float(sum([parse_quantity("cpu", one.usage.cpu)[1] for one in item.containers or ()])),
                memory=int(sum([parse_quantity("memory", one.usage.memory)[1] for one in item.containers or ()])),
                measured_at=_utc(item.timestamp),
            )
            for item in items
        ]
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidArgumentError, OverflowError) as error:
        raise TransportError("The metrics server's answer cannot be read.", sent=True) from error


def _utc(moment: datetime | None) -> datetime:
    if moment is None:
        return datetime.now(UTC)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
