"""What sandboxes use of CPU and memory: read, added up, and refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.errors import (
    ApiError,
    ForbiddenError,
    InvalidArgumentError,
    NotFoundError,
    TransportError,
)
from tests.unit.provider.api_server import ApiServer, answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

METRICS = "/apis/metrics.k8s.io/v1beta1"
OWN = f"{METRICS}/namespaces/sandboxes/pods"


@pytest.fixture
async def compute(server: ApiServer) -> AsyncIterator[Compute]:
    async with k8s(kube_config_raw=server.kubeconfig()) as opened:
        yield opened


def metrics(name: str, *used: tuple[str, str], namespace: str = "sandboxes") -> dict[str, object]:
    return {
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": "2026-01-01T00:01:00Z"},
        "timestamp": "2026-01-01T00:00:45Z",
        "window": "15.052s",
        "containers": [
            {"name": f"c{number}", "usage": {"cpu": cpu, "memory": memory}} for number, (cpu, memory) in enumerate(used)
        ],
    }


def listed(*items: object) -> dict[str, object]:
    return {"kind": "PodMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}, "items": list(items)}


async def test_containers_are_added_up_in_cores_and_bytes(compute: Compute, server: ApiServer) -> None:
    body = listed(
        metrics("one", ("12345678n", "20480Ki"), ("250m", "1Mi")),
        metrics("two", ("1", "128974848")),
        metrics("three", ("0", "1.5Gi")),
        metrics("four"),
    )
    server.on("GET", OWN, answer(body))
    one, two, three, four = await compute.list_usage()
    assert (one.namespace, one.name, one.memory) == ("sandboxes", "one", 21 * 2**20)
    assert round(one.cpu, 9) == 0.262345678
    assert one.measured_at == datetime(2026, 1, 1, 0, 0, 45, tzinfo=UTC)
    assert (two.cpu, two.memory, three.memory, four.cpu, four.memory) == (1, 128974848, 3 * 2**29, 0, 0)
    (seen,) = server.requests("GET", OWN)
    assert seen.query == {"labelSelector": "computesdk.io/managed=true"}


async def test_other_namespaces_and_all(compute: Compute, server: ApiServer) -> None:
    server.on("GET", f"{METRICS}/namespaces/a/pods", answer(listed(metrics("one", namespace="a"))))
    server.on("GET", f"{METRICS}/namespaces/b/pods", answer({"items": None}))
    server.on("GET", f"{METRICS}/pods", answer(listed(metrics("one", namespace="z"))))
    assert [used.namespace for used in await compute.list_usage(namespaces=["a", "b", "a"])] == ["a"]
    assert [used.namespace for used in await compute.list_usage(namespaces=())] == ["z"]
    with pytest.raises(InvalidArgumentError):
        await compute.list_usage(namespaces=["A/b"])


def status(code: int, reason: str) -> dict[str, object]:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "message": reason,
        "reason": reason,
        "code": code,
    }


@pytest.mark.parametrize(
    ("refused", "kind", "said"),
    [
        ((404, "404 page not found\n"), NotFoundError, "does not measure CPU and memory. *It needs a metrics server"),
        ((404, status(404, "NotFound")), NotFoundError, "does not measure CPU and memory"),
        ((403, status(403, "Forbidden")), ForbiddenError, "Forbidden"),
        ((400, status(400, "BadRequest")), ApiError, "the cluster's metrics server"),
        ((200, "{"), TransportError, "metrics server's answer cannot be read"),
        ((200, listed(metrics("x", ("lots", "1Mi")))), TransportError, "metrics server's answer cannot be read"),
        ((200, listed({"metadata": 3})), TransportError, "metrics server's answer cannot be read"),
    ],
)
async def test_what_cannot_be_had_says_why(
    refused: tuple[int, object], kind: type[Exception], said: str, compute: Compute, server: ApiServer
) -> None:
    server.on("GET", OWN, answer(refused[1], refused[0]))
    with pytest.raises(kind) as caught:
        await compute.list_usage()
    assert isinstance(caught.value, ApiError | TransportError)
    assert re.search(said, f"{caught.value.message} {caught.value.hint}")
