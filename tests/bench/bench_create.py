"""Creating: 100 sandboxes at once beside bare requests and one bare watch, and how soon one is known to run.

The peers share one watch and know beforehand what is to come, so they show the server's own time.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from typing import TYPE_CHECKING

import aiohttp

from k8s_sandbox_tui.provider import k8s
from tests.bench.measurement import Measurement
from tests.contract.cluster_client import kubeconfig_parts, own_cluster

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.provider.compute import Compute

_PODS = "/api/v1/namespaces/default/pods"
_IDLE = ["/bin/sh", "-c", "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"]
_MANY = 100
_TIMES = 3
_SINGLES = 15


def measure() -> list[Measurement]:
    """On a local cluster of its own."""
    with own_cluster() as cluster:
        return asyncio.run(_creates(cluster.kubeconfig))


async def _creates(kubeconfig: Path) -> list[Measurement]:
    server, trust, token = kubeconfig_parts(kubeconfig)
    connector = aiohttp.TCPConnector(ssl=trust, limit=0)
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        k8s(kube_config_path=str(kubeconfig)) as compute,
        aiohttp.ClientSession(server, connector=connector, headers=headers) as bare,
    ):
        noticed = [await _noticed(compute, bare) for _ in range(_SINGLES)]
        rounds = [(await _many(compute), await _bare_many(compute, bare, turn)) for turn in range(_TIMES)]
    ours, peer = (statistics.median(side) for side in zip(*rounds, strict=True))
    return [
        Measurement(work="Running noticed", value=1000 * statistics.median(noticed), unit="ms", most=20),
        Measurement(
            work=f"{_MANY} creates at once, all Running",
            value=ours,
            unit="s",
            peer="bare requests and one watch",
            peer_value=peer,
            most=1.2,
        ),
    ]


async def _noticed(compute: Compute, bare: aiohttp.ClientSession) -> float:
    """Seconds from the server's word that a Pod runs, seen by a bare watch, to the end of our `create`."""
    async with bare.get(_PODS, params={"watch": "1"}) as watch:
        creating = asyncio.create_task(compute.sandbox.create())
        seen = 0.0
        async for line in watch.content:
            if b'"running":{' in line:
                seen = time.perf_counter()
                break
        sandbox = await creating
        late = time.perf_counter() - seen
    await sandbox.destroy(wait=True)
    return max(0.0, late)


async def _many(compute: Compute) -> float:
    began = time.perf_counter()
    sandboxes = await asyncio.gather(*(compute.sandbox.create() for _ in range(_MANY)))
    seconds = time.perf_counter() - began
    await compute.sandbox.destroy_many(sandboxes, wait=True)
    return seconds


async def _bare_many(compute: Compute, bare: aiohttp.ClientSession, turn: int) -> float:
    names = {f"bare-{turn}-{number}" for number in range(_MANY)}
    async with bare.get(_PODS, params={"watch": "1"}) as watch:
        began = time.perf_counter()
        posting = [asyncio.create_task(_post(bare, name)) for name in sorted(names)]
        running: set[str] = set()
        async for line in watch.content:
            if b'"running":{' in line:
                running.add(json.loads(line)["object"]["metadata"]["name"])
                if names <= running:
                    break
        seconds = time.perf_counter() - began
        await asyncio.gather(*posting)
    await compute.sandbox.destroy_many(await compute.sandbox.list(), wait=True)
    return seconds


async def _post(bare: aiohttp.ClientSession, name: str) -> None:
    container = {"name": "sandbox", "image": "node:20-alpine", "command": _IDLE}
    metadata = {"name": name, "labels": {"computesdk.io/managed": "true"}}
    pod = {"metadata": metadata, "spec": {"restartPolicy": "Never", "containers": [container]}}
    async with bare.post(_PODS, json=pod) as answer:
        answer.raise_for_status()
