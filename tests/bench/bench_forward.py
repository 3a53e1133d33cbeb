"""Forwarded ports beside `kubectl port-forward`: much through one connection, and 200 connections at once.

Both go to the same server in the same sandbox of a local cluster, in turn. Nothing is measured without kubectl.
Many connections at once have no goal: kubectl puts all into one tunnel, where a slow reader holds the others up, and
ours have a tunnel each, which costs a handshake for each that is open at once. The ratio is the price of that.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import statistics
import subprocess
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider import k8s
from tests.bench.measurement import Measurement
from tests.contract.cluster_client import own_cluster

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from k8s_sandbox_tui.provider.sandbox import Sandbox

_LARGE = 64 << 20
_AT_ONCE = 200
_TIMES = 5
_DEADLINE = 120
"""Seconds for all of it."""

# Sends as many bytes as the line that it reads says.
_SENDS = """
import socket, threading
server = socket.create_server(("127.0.0.1", 0), backlog=500)
print(server.getsockname()[1], flush=True)
piece = bytes(1 << 16)
def serve(peer):
    with peer:
        count = int(peer.makefile("rb").readline())
        while count:
            part = piece[:count]
            peer.sendall(part)
            count -= len(part)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
"""


def measure() -> list[Measurement]:
    """On a local cluster of its own."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        return []
    with own_cluster() as cluster:
        return asyncio.run(_forwards(cluster.kubeconfig, kubectl))


async def _forwards(kubeconfig: Path, kubectl: str) -> list[Measurement]:
    async with asyncio.timeout(_DEADLINE), k8s(kube_config_path=str(kubeconfig)) as compute:
        sandbox = await compute.sandbox.create()
        async with await sandbox.start_command(["python3", "-u", "-c", _SENDS]) as server:
            port = int((await anext(server)).data)
            async with (
                await sandbox.forward_port(port, via="port-forward") as forward,
                _kubectl(kubeconfig, kubectl, sandbox, port) as theirs,
            ):
                ways = (forward.local_port, theirs)
                await asyncio.gather(*(_take(way, 1) for way in ways))
                large = [[await _take(way, _LARGE) for way in ways] for _ in range(_TIMES)]
                many = [[await _at_once(way) for way in ways] for _ in range(_TIMES)]
        await sandbox.destroy()
    seconds, their_seconds = (statistics.median(side) for side in zip(*large, strict=True))
    ours, their_many = (statistics.median(side) for side in zip(*many, strict=True))
    rate = _LARGE / 1e6
    peer = "kubectl port-forward"
    return [
        Measurement(
            work=f"{_LARGE >> 20} MiB through a forwarded port",
            value=rate / seconds,
            unit="MB/s",
            peer=peer,
            peer_value=rate / their_seconds,
            least=0.7,
        ),
        Measurement(
            work=f"{_AT_ONCE} connections at once through it", value=ours, unit="s", peer=peer, peer_value=their_many
        ),
    ]


@asynccontextmanager
async def _kubectl(kubeconfig: Path, kubectl: str, sandbox: Sandbox, port: int) -> AsyncGenerator[int]:
    """The local port of a running `kubectl port-forward`."""
    process = await asyncio.create_subprocess_exec(
        kubectl,
        "--kubeconfig",
        str(kubeconfig),
        "-n",
        sandbox.namespace,
        "port-forward",
        sandbox.name,
        f":{port}",
        env={**os.environ, "HOME": str(kubeconfig.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    draining: asyncio.Task[bytes] | None = None
    try:
        if process.stdout is None:
            raise RuntimeError("kubectl has no output")
        line = (await process.stdout.readline()).decode()
        found = re.search(r"127\.0\.0\.1:(\d+) ->", line)
        if found is None:
            raise RuntimeError(f"kubectl does not forward: {line}")
        # It writes a line for each connection, and stops where nobody reads them.
        draining = asyncio.create_task(process.stdout.read())
        yield int(found[1])
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        if draining is not None:
            await draining


async def _take(port: int, count: int) -> float:
    """Seconds until so many bytes have come through a local port."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"%d\n" % count)
    received = 0
    while piece := await reader.read(1 << 18):
        received += len(piece)
    writer.close()
    if received != count:
        raise RuntimeError(f"{received} bytes of {count} came")
    return time.perf_counter() - began


async def _at_once(port: int) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(_take(port, 1_000) for _ in range(_AT_ONCE)))
    return time.perf_counter() - began
