"""What a watch costs: changes into rows beside the official client's `Watch`, and how soon the first rows are there."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import TYPE_CHECKING, Protocol, TypedDict, cast

from k8s_sandbox_tui.provider import k8s
from tests.bench.canned import canned_server
from tests.bench.canned_watch import LAST
from tests.bench.measurement import Measurement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_PODS = 500
_CHANGES = 20_000
_PEER_CHANGES = 2_000
_FIRST_PODS = 5_000
_TIMES = 5


class _Metadata(Protocol):
    name: str


class _Object(Protocol):
    metadata: _Metadata


class _Event(TypedDict):
    object: _Object


def measure() -> list[Measurement]:
    """Changes per second, then the time to the first rows."""
    with canned_server("canned_watch", str(_PODS), str(_CHANGES)) as kubeconfig:
        ours = statistics.median(asyncio.run(_changes_per_second(kubeconfig)) for _ in range(_TIMES))
    with canned_server("canned_watch", str(_PODS), str(_PEER_CHANGES)) as kubeconfig:
        peer = _peer_changes_per_second(kubeconfig)
    with canned_server("pod_pages", str(_FIRST_PODS)) as kubeconfig:
        first = statistics.median(asyncio.run(_first_rows(kubeconfig)) for _ in range(_TIMES))
    return [
        Measurement(
            work="watch: changes into rows", value=ours, unit="/s", peer="the client's Watch", peer_value=peer, least=20
        ),
        Measurement(work=f"first rows of {_FIRST_PODS} Pods, connected", value=1000 * first, unit="ms", most=60),
    ]


async def _changes_per_second(kubeconfig: Path) -> float:
    async with k8s(kube_config_path=str(kubeconfig)) as compute, compute.inventory() as inventory:
        began = 0.0
        async for update in inventory:
            if update.complete and not began:
                # The watch is asked for now: its answer is made already.
                began = time.perf_counter()
            if any(info.name == LAST for info in update.upserted):
                break
        return _CHANGES / (time.perf_counter() - began)


def _peer_changes_per_second(kubeconfig: Path) -> float:
    from kubernetes import client, config, watch

    load = cast("Callable[[str], None]", vars(config)["load_kube_config"])
    load(str(kubeconfig))
    with client.ApiClient() as api:
        pods = client.CoreV1Api(api)
        began = time.perf_counter()
        stream = cast("Callable[..., Iterator[_Event]]", vars(watch.Watch)["stream"])
        events = stream(watch.Watch(), pods.list_namespaced_pod, "sandboxes")
        for event in events:
            if event["object"].metadata.name == LAST:
                break
        return _PEER_CHANGES / (time.perf_counter() - began)


async def _first_rows(kubeconfig: Path) -> float:
    async with k8s(kube_config_path=str(kubeconfig)) as compute:
        await compute.connect()
        await compute.sandbox.get_by_id("sandboxes/none")  # the connection is up
        began = time.perf_counter()
        async with compute.inventory() as inventory:
            async for update in inventory:
                if update.upserted:
                    break
        return time.perf_counter() - began
