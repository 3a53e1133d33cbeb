"""The local cluster, whole, as any client sees it: TLS, watch, exec, kubectl.

Beside our figures stand those of the throw-away prototype, measured elsewhere: they say so where its work was another.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from k8s_sandbox_tui.local_cluster.runtime.limits import process_tree
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
_FIRST, _RUNNING = 10, 100
_MIB = 1024**2
# More processes than there can be: all are looked at.
_ALL = 100_000


def measure() -> list[Measurement]:
    """Starts a local cluster of its own for all figures."""
    began = time.perf_counter()
    with own_cluster() as cluster:
        ready = 1000 * (time.perf_counter() - began)
        found = [
            Measurement(
                work="local cluster ready, with its process", value=ready, unit="ms", most=300, prototype="247-258 ms"
            ),
            _memory_when_ready(cluster),
            *asyncio.run(_over_http(cluster)),
        ]
        if shutil.which("kubectl"):
            found += _through_kubectl(cluster)
        found += _memory_in_the_end(cluster)
    return found


async def _over_http(cluster: LocalClusterStatus) -> list[Measurement]:
    server, trust, token = kubeconfig_parts(cluster.kubeconfig)
    connector = aiohttp.TCPConnector(ssl=trust, limit=0)
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(server, connector=connector, headers=headers) as session:
        starts = [await _until_running(session, f"bench-{n}") for n in range(_FIRST)]
        began = time.perf_counter()
        await asyncio.gather(*(_until_running(session, f"many-{n}") for n in range(_RUNNING - _FIRST)))
        hundred = time.perf_counter() - began
        running = await _count_running(session)
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
        Measurement(
            work="create to Running", value=1000 * statistics.median(starts), unit="ms", most=50, prototype="39-47 ms"
        ),
        Measurement(
            work=f"{_RUNNING - _FIRST} more Pods at once, all Running",
            value=hundred,
            unit="s",
            prototype="1.27 s for 50, 8 at a time",
        ),
        Measurement(work="Pods that run then, each with processes", value=running, unit="Pods", least=_RUNNING),
        Measurement(
            work=f"exec of true, beside {_RUNNING} Pods",
            value=1000 * statistics.median(singles),
            unit="ms",
            most=7,
            prototype="6.5 ms, beside none",
        ),
        Measurement(work="execs, 200 at a time", value=rate, unit="/s", least=200, prototype="230 /s, 16 at a time"),
        Measurement(work=f"{_HELD} Pods more created, all held", value=held, unit="s", prototype="not measured"),
        Measurement(
            work=f"list of {_HELD + _RUNNING} Pods",
            value=1000 * statistics.median(lists),
            unit="ms",
            prototype="0.5 ms, of 1 Pod",
        ),
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
                return time.perf_counter() - began
    raise RuntimeError(f"the watch ended, and {name} did not run")


async def _count_running(session: aiohttp.ClientSession) -> int:
    """How many Pods have a main process that runs, as the server tells."""
    async with session.get(_PODS, params={"fieldSelector": "status.phase=Running"}) as answer:
        return (await answer.read()).count(b'"running":{')


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
    if body.count(b'"phase":') < _HELD + _RUNNING:
        raise RuntimeError("Pods are missing in the list")
    return seconds


async def _exec_seconds(session: aiohttp.ClientSession) -> float:
    began = time.perf_counter()
    async with session.ws_connect(_EXEC, protocols=_PROTOCOLS) as socket:
        status = b"".join([message.data[1:] async for message in socket if message.data[:1] == b"\x03"])
    if b'"Success"' not in status:
        raise RuntimeError(f"an exec failed: {status.decode() or 'no status came'}")
    return time.perf_counter() - began


def _through_kubectl(cluster: LocalClusterStatus) -> list[Measurement]:
    kubectl = [_kubectl(), "--kubeconfig", str(cluster.kubeconfig)]

    def run(*words: str) -> float:
        command = [*kubectl, *words]
        return median_seconds(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))

    large = ("exec", "bench-0", "--", "head", "-c", str(_LARGE), "/dev/zero")
    # Counting takes time of its own; the timed ones go nowhere, and fail where the command did.
    with subprocess.Popen([*kubectl, *large], stdout=subprocess.PIPE) as process:
        counted = subprocess.run(["wc", "-c"], stdin=process.stdout, stdout=subprocess.PIPE, check=True)
    if process.returncode or int(counted.stdout) != _LARGE:
        raise RuntimeError(f"{int(counted.stdout)} of {_LARGE} bytes came, exit code {process.returncode}")
    bare = run("version", "--client")
    return [
        Measurement(
            work="kubectl exec of true, whole process",
            value=1000 * run("exec", "bench-0", "--", "true"),
            unit="ms",
            peer="kubectl version --client",
            peer_value=1000 * bare,
            prototype="51 ms, with a bare kubectl's 37-41",
        ),
        Measurement(
            work="100 MiB out through kubectl exec",
            value=run(*large),
            unit="s",
            most=0.25,
            prototype="0.22-0.23 s",
        ),
    ]


def _kubectl() -> str:
    """The installed one; of Google's, which starts another one and so takes twice as long, that other one."""
    installed = Path(shutil.which("kubectl") or "").resolve()
    beside = installed.parent.glob("kubectl.1.[0-9]*")
    return str(max(beside, key=lambda path: int(path.suffix[1:]), default=installed))


def _memory_when_ready(cluster: LocalClusterStatus) -> Measurement:
    """Of the server and what it has started, each process counted whole: no less than what they take."""
    pids = _with_children(cluster)
    value = process_tree.resident_bytes(pids) / _MIB
    work = f"memory when ready, the server and {len(pids) - 1} children"
    return Measurement(work=work, value=value, unit="MiB", most=50, prototype="50 MiB, server alone")


def _memory_in_the_end(cluster: LocalClusterStatus) -> list[Measurement]:
    """Of the server, and of all processes: pages that several of them share count once there."""
    pids = _with_children(cluster)
    server = process_tree.resident_bytes(pids[:1]) / _MIB
    shares = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
    all_together = sum(int(share.partition("\nPss:")[2].split()[0]) for share in shares) / 1024
    work = f"that of its {len(pids) - 1} children too, what is shared once"
    return [
        Measurement(work="the server's memory after all this", value=server, unit="MiB", prototype="105 MiB"),
        Measurement(work=work, value=all_together, unit="MiB", prototype="5.3 MiB a Pod, private"),
    ]


def _with_children(cluster: LocalClusterStatus) -> list[int]:
    """The server's pid, then those of all it has started, where this system tells of children; else that alone."""
    assert cluster.pid is not None
    return process_tree.descendants(cluster.pid, _ALL) if process_tree.can_follow() else [cluster.pid]
