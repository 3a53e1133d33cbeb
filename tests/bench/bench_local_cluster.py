"""The local cluster, whole, as any client sees it: TLS, watch, exec, kubectl."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from tests.bench.measurement import Measurement, median_seconds
from tests.contract.cluster_client import kubeconfig_parts, own_cluster

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus

_PODS = "/api/v1/namespaces/default/pods"
_IDLE = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"]
_EXEC = f"{_PODS}/bench-0/exec?stdout=true&stderr=true&container=sandbox&command=true"
_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_LARGE = 100 << 20
_HELD = 1000
_CREATORS = 20


def measure() -> list[Measurement]:
    """Starts a local cluster of its own for all figures."""
    began = time.perf_counter()
    with own_cluster() as cluster:
        ready = 1000 * (time.perf_counter() - began)
        found = [
            Measurement(work="local cluster ready, with its process", value=ready, unit="ms", most=300),
            Measurement(work="the server's memory when ready", value=_resident_mebibytes(cluster), unit="MiB", most=50),
            *asyncio.run(_over_http(cluster)),
        ]
        if shutil.which("kubectl"):
            found += _through_kubectl(cluster)
        rss = _resident_mebibytes(cluster)
        found.append(Measurement(work="the server's memory after all this", value=rss, unit="MiB"))
    return found


async def _over_http(cluster: LocalClusterStatus) -> list[Measurement]:
    server, trust, token = kubeconfig_parts(cluster.kubeconfig)
    connector = aiohttp.TCPConnector(ssl=trust, limit=0)
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(server, connector=connector, headers=headers) as session:
        starts = [await _until_running(session, f"bench-{n}") for n in range(10)]
        began = time.perf_counter()
        await asyncio.gather(*(_until_running(session, f"many-{n}") for n in range(90)))
        hundred = time.perf_counter() - began
        singles = [await _exec_seconds(session) for _ in range(200)]
        began = time.perf_counter()
        for _ in range(5):
            await asyncio.gather(*(_exec_seconds(session) for _ in range(200)))
        rate = 1000 / (time.perf_counter() - began)
        began = time.perf_counter()
        turn = asyncio.Semaphore(_CREATORS)
        await asyncio.gather(*(_hold(session, turn, f"held-{n}") for n in range(_HELD)))
        held = time.perf_counter() - began
        lists = [await _list_seconds(session) for _ in range(9)]
    return [
        Measurement(work="create to Running", value=1000 * statistics.median(starts), unit="ms", most=50),
        Measurement(work="90 more Pods at once, all Running", value=hundred, unit="s"),
        Measurement(work="exec of true, beside 100 Pods", value=1000 * statistics.median(singles), unit="ms", most=7),
        Measurement(work="execs, 200 at a time", value=rate, unit="/s", least=200),
        Measurement(work=f"{_HELD} Pods more created, all held", value=held, unit="s"),
        Measurement(work=f"list of {_HELD + 100} Pods", value=1000 * statistics.median(lists), unit="ms"),
    ]


async def _until_running(session: aiohttp.ClientSession, name: str) -> float:
    container = {"name": "sandbox", "image": "python:3.11-slim", "command": _IDLE}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [container]}}
    query = {"watch": "true", "fieldSelector": f"metadata.name={name}"}
    async with session.get(_PODS, params=query) as watch:
        began = time.perf_counter()
        async with session.post(_PODS, json=pod) as answer:
            answer.raise_for_status()
        async for line in watch.content:
            if b'"running":{' in line:
                break
    return time.perf_counter() - began


async def _hold(session: aiohttp.ClientSession, turn: asyncio.Semaphore, name: str) -> None:
    """Creates a Pod that no node takes, so that it is the store's alone."""
    container = {"name": "sandbox", "image": "python:3.11-slim", "command": _IDLE}
    spec = {"containers": [container], "nodeSelector": {"bench": "nowhere"}}
    async with turn, session.post(_PODS, json={"metadata": {"name": name}, "spec": spec}) as answer:
        answer.raise_for_status()


async def _list_seconds(session: aiohttp.ClientSession) -> float:
    began = time.perf_counter()
    async with session.get(_PODS) as answer:
        body = await answer.read()
    seconds = time.perf_counter() - began
    if body.count(b'"phase":') < _HELD + 100:
        raise RuntimeError("Pods are missing in the list")
    return seconds


async def _exec_seconds(session: aiohttp.ClientSession) -> float:
    began = time.perf_counter()
    async with session.ws_connect(_EXEC, protocols=_PROTOCOLS) as socket:
        async for message in socket:
            if message.data[:1] == b"\x03" and b'"Success"' not in message.data:
                raise RuntimeError(f"an exec failed: {message.data!r}")
    return time.perf_counter() - began


def _through_kubectl(cluster: LocalClusterStatus) -> list[Measurement]:
    kubectl = [_kubectl(), "--kubeconfig", str(cluster.kubeconfig)]

    def run(*words: str) -> float:
        command = [*kubectl, *words]
        return median_seconds(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))

    bare = run("version", "--client")
    return [
        Measurement(
            work="kubectl exec of true, whole process",
            value=1000 * run("exec", "bench-0", "--", "true"),
            unit="ms",
            peer="kubectl version --client",
            peer_value=1000 * bare,
        ),
        Measurement(
            work="100 MiB out through kubectl exec",
            value=run("exec", "bench-0", "--", "head", "-c", str(_LARGE), "/dev/zero"),
            unit="s",
            most=0.25,
        ),
    ]


def _kubectl() -> str:
    """The installed one; of Google's, which starts another one and so takes twice as long, that other one."""
    installed = Path(shutil.which("kubectl") or "").resolve()
    beside = installed.parent.glob("kubectl.1.[0-9]*")
    return str(max(beside, key=lambda path: int(path.suffix[1:]), default=installed))


def _resident_mebibytes(cluster: LocalClusterStatus) -> float:
    status = Path(f"/proc/{cluster.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
