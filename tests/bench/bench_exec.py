"""Commands beside a bare WebSocket and `kubectl exec`: one, 200 at once, and 100 MB of output; and one by SPDY.

The bare peer opens the exec with aiohttp and reads to its end, on connections that are as warm as ours. The figures of
one command and of many come from a local cluster, the 100 MB from canned frames, so that no process is the slower side.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import time
from typing import TYPE_CHECKING

import aiohttp

from k8s_sandbox_tui.provider import k8s
from tests.bench.canned import canned_server
from tests.bench.canned_exec import NAME
from tests.bench.measurement import Measurement, median_seconds
from tests.contract.cluster_client import CREATE_ALONE, CREATE_ALONE_TOKEN, kubeconfig_parts, own_cluster, with_token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from k8s_sandbox_tui.provider.sandbox import Sandbox

_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_LARGE = 100 << 20
_ONE_BY_ONE = 150
_AT_ONCE = 200


def measure() -> list[Measurement]:
    """One command, many commands, much output."""
    with own_cluster([CREATE_ALONE]) as cluster:
        found = asyncio.run(_commands(cluster.kubeconfig))
    with canned_server("canned_exec") as kubeconfig:
        return found + asyncio.run(_output(kubeconfig))


async def _commands(kubeconfig: Path) -> list[Measurement]:
    async with (
        k8s(kube_config_path=str(kubeconfig)) as compute,
        k8s(kube_config_raw=with_token(kubeconfig, CREATE_ALONE_TOKEN)) as lesser,
        _session(kubeconfig) as bare,
    ):
        sandbox = await compute.sandbox.create()
        by_spdy = await lesser.sandbox.get_by_id(sandbox.sandbox_id)
        if by_spdy is None:
            raise RuntimeError("the sandbox is not found")
        path = _exec_path(sandbox.namespace, sandbox.name, "true")

        async def ours() -> None:
            if (await sandbox.run_command("true")).exit_code:
                raise RuntimeError("a command failed")

        async def spdy() -> None:
            if (await by_spdy.run_command("true")).exit_code:
                raise RuntimeError("a command failed")

        async def peer() -> None:
            await _bare_exec(bare, path)

        rows = [(await _seconds(ours), await _seconds(peer), await _seconds(spdy)) for _ in range(_ONE_BY_ONE)]
        one, bare_one, spdy_one = (statistics.median(side) for side in zip(*rows, strict=True))
        rounds = [(await _at_once(ours), await _at_once(peer)) for _ in range(4)]
        many, bare_many = (statistics.median(side) for side in zip(*rounds, strict=True))
        kubectl = await asyncio.to_thread(_kubectl_seconds, kubeconfig, sandbox, "true")
        await sandbox.destroy()
    work = "run_command('true'), warm"
    found = [
        Measurement(
            work=work, value=1000 * one, unit="ms", peer="bare aiohttp exec", peer_value=1000 * bare_one, most=1.15
        ),
        Measurement(
            work="the same by SPDY",
            value=1000 * spdy_one,
            unit="ms",
            peer="ours by WebSocket",
            peer_value=1000 * one,
            most=1.5,
        ),
        Measurement(
            work=f"{_AT_ONCE} at once", value=many, unit="s", peer="bare aiohttp execs", peer_value=bare_many, most=1.2
        ),
    ]
    if kubectl is not None:
        found.append(
            Measurement(
                work=work, value=1000 * one, unit="ms", peer="kubectl exec", peer_value=1000 * kubectl, most=0.45
            )
        )
    return found


async def _output(kubeconfig: Path) -> list[Measurement]:
    async with k8s(kube_config_path=str(kubeconfig)) as compute, _session(kubeconfig) as bare:
        sandbox = await compute.sandbox.get_by_id(f"sandboxes/{NAME}")
        if sandbox is None:
            raise RuntimeError("the canned server has no Pod")
        path = _exec_path("sandboxes", NAME, "send", str(_LARGE))
        taken = 0

        def take(text: str) -> None:
            nonlocal taken
            taken += len(text)

        async def ours() -> None:
            await sandbox.run_command(["send", str(_LARGE)], on_stdout=take, max_output=1 << 20)

        async def peer() -> None:
            if await _bare_exec(bare, path) < _LARGE:
                raise RuntimeError("output is missing")

        rounds = [(await _seconds(ours), await _seconds(peer)) for _ in range(7)]
        if taken != _LARGE * len(rounds):
            raise RuntimeError("output is missing")
        seconds, bare_seconds = (statistics.median(side) for side in zip(*rounds, strict=True))
        kubectl = await asyncio.to_thread(_kubectl_seconds, kubeconfig, sandbox, "send", str(_LARGE))
    rate = _LARGE / 1e6
    work = "100 MB of stdout to a callback"
    found = [
        Measurement(
            work=work,
            value=rate / seconds,
            unit="MB/s",
            peer="bare aiohttp exec",
            peer_value=rate / bare_seconds,
            least=0.9,
        )
    ]
    if kubectl is not None:
        found.append(
            Measurement(
                work=work,
                value=rate / seconds,
                unit="MB/s",
                peer="kubectl exec, canned frames",
                peer_value=rate / kubectl,
                least=0.6,
            )
        )
    return found


async def _seconds(work: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def _at_once(work: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
    return time.perf_counter() - began


def _session(kubeconfig: Path) -> aiohttp.ClientSession:
    server, trust, token = kubeconfig_parts(kubeconfig)
    connector = aiohttp.TCPConnector(ssl=trust, limit=0)
    return aiohttp.ClientSession(server, connector=connector, headers={"Authorization": f"Bearer {token}"})


def _exec_path(namespace: str, name: str, *command: str) -> str:
    words = "".join(f"&command={word}" for word in command)
    return f"/api/v1/namespaces/{namespace}/pods/{name}/exec?stdout=true&stderr=true&container=sandbox{words}"


async def _bare_exec(session: aiohttp.ClientSession, path: str) -> int:
    """Bytes of output."""
    received, succeeded = 0, False
    async with session.ws_connect(path, protocols=_PROTOCOLS, max_msg_size=0) as socket:
        async for message in socket:
            data: bytes = message.data
            if data[:1] == b"\x01":
                received += len(data) - 1
            elif data[:1] == b"\x03":
                succeeded = b'"Success"' in data
    if not succeeded:
        raise RuntimeError("a bare exec failed")
    return received


def _kubectl_seconds(kubeconfig: Path, sandbox: Sandbox, *command: str) -> float | None:
    """Of the whole process; None where there is no kubectl."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        return None
    words = [kubectl, "--kubeconfig", str(kubeconfig), "-n", sandbox.namespace, "exec", sandbox.name, "--", *command]
    environ = {**os.environ, "HOME": str(kubeconfig.parent)}
    return median_seconds(
        lambda: subprocess.run(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    )
