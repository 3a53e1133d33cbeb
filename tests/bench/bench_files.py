"""100 MiB and 1 GiB to a sandbox and back by `cp`, beside `kubectl cp`; the memory that takes, and equal digests.

Both are whole processes with the same local cluster behind. The peak of our memory is Linux's own figure, VmHWM, read
while they run; elsewhere it is left out.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from k8s_sandbox_tui.provider import k8s
from tests.bench.measurement import Measurement
from tests.contract.cluster_client import own_cluster

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.provider.sandbox import Sandbox

_SIZES = (100 << 20, 1 << 30)
_SMALL = 1 << 20


class _Copy(NamedTuple):
    seconds: float
    peak: float
    """MiB of resident memory."""


def measure(sizes: Sequence[int] = _SIZES) -> list[Measurement]:
    """Up and down, ours and kubectl's in turn; the first size also by the library, without a process' start."""
    with own_cluster() as cluster, tempfile.TemporaryDirectory(prefix="sbx-bench-") as folder:
        return asyncio.run(_measure(cluster.kubeconfig, Path(folder), sizes))


async def _measure(kubeconfig: Path, folder: Path, sizes: Sequence[int]) -> list[Measurement]:
    async with k8s(kube_config_path=str(kubeconfig)) as compute:
        sandbox = await compute.sandbox.create()
        try:
            found = [one for size in sizes for one in await _copies(kubeconfig, folder, sandbox, size)]
            return found + await _by_library(folder, sandbox, sizes[0])
        finally:
            await sandbox.destroy()


async def _copies(kubeconfig: Path, folder: Path, sandbox: Sandbox, size: int) -> list[Measurement]:
    large, small, back = folder / "large", folder / "small", folder / "back"
    wanted = _make(large, size)
    _make(small, _SMALL)
    remote = f"{sandbox.sandbox_id}:/tmp/large"
    ours = [sys.executable, "-m", "k8s_sandbox_tui", "--kubeconfig", str(kubeconfig), "cp"]
    found: list[Measurement] = []
    least = {"up": await _run([*ours, str(small), f"{sandbox.sandbox_id}:/tmp/small"])}
    least["down"] = await _run([*ours, f"{sandbox.sandbox_id}:/tmp/small", str(back)])
    kubectl = shutil.which("kubectl")
    theirs = [kubectl or "", "--kubeconfig", str(kubeconfig), "cp", "--retries=0"]
    for way, source, target in (("up", str(large), remote), ("down", remote, str(back))):
        copy = await _run([*ours, source, target])
        if await _digest(sandbox, back, way) != wanted:
            raise RuntimeError(f"{way}: the copy is another one")
        peer = await _run([*theirs, source, target], {"HOME": str(folder)}) if kubectl else None
        if peer and await _digest(sandbox, back, way) != wanted:
            raise RuntimeError(f"{way}: kubectl's copy is another one")
        found += _measurements(f"{size >> 20} MiB {way}", size, copy, peer, least[way])
    return found


async def _by_library(folder: Path, sandbox: Sandbox, size: int) -> list[Measurement]:
    large, back = folder / "large", folder / "back"
    wanted = _make(large, size)
    files = sandbox.filesystem
    rounds: list[tuple[float, float]] = []
    for _ in range(5):
        began = time.perf_counter()
        await files.upload(large, "/tmp/large")
        middle = time.perf_counter()
        await files.download("/tmp/large", back)
        rounds.append((middle - began, time.perf_counter() - middle))
        if await _digest(sandbox, back, "up") != wanted or await _digest(sandbox, back, "down") != wanted:
            raise RuntimeError("the library's copy is another one")
    return [
        Measurement(work=f"{size >> 20} MiB {way}, library", value=size / 1e6 / statistics.median(times), unit="MB/s")
        for way, times in zip(("up", "down"), zip(*rounds, strict=True), strict=True)
    ]


def _measurements(work: str, size: int, copy: _Copy, peer: _Copy | None, least: _Copy) -> list[Measurement]:
    speed = Measurement(work=f"{work}, cp", value=size / 1e6 / copy.seconds, unit="MB/s")
    if peer is not None:
        speed = Measurement(
            work=speed.work,
            value=speed.value,
            unit="MB/s",
            peer="kubectl cp",
            peer_value=size / 1e6 / peer.seconds,
            least=1.2,
        )
    if not copy.peak:
        return [speed]
    memory = Measurement(
        work=f"{work}, peak memory of cp",
        value=copy.peak,
        unit="MiB",
        peer="of cp with 1 MiB",
        peer_value=least.peak,
        most=1.3,
    )
    return [speed, memory]


def _make(path: Path, size: int) -> str:
    """A file that does not compress; its SHA-256."""
    digest, block = hashlib.sha256(), os.urandom(1 << 20)
    with path.open("wb") as file:
        for number in range(size >> 20):
            piece = number.to_bytes(8) + block[8:]
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


async def _digest(sandbox: Sandbox, back: Path, way: str) -> str:
    """Of the copy, which is removed then."""
    if way == "down":
        return await asyncio.to_thread(_taken, back)
    said = await sandbox.run_command("sha256sum /tmp/large")
    return said.stdout.split()[0]


def _taken(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    path.unlink()
    return digest


async def _run(command: Sequence[str], environment: dict[str, str] | None = None) -> _Copy:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **(environment or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )
    ended, peak = asyncio.create_task(process.wait()), 0.0
    while not ended.done():
        await asyncio.wait({ended}, timeout=0.02)
        # Not by wait4: what that says of a child begins with the memory of this process.
        peak = max(peak, _peak(process.pid))
    if ended.result():
        msg = f"{command[0]} ended with {ended.result()}"
        raise RuntimeError(msg)
    return _Copy(time.perf_counter() - began, peak)


def _peak(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
