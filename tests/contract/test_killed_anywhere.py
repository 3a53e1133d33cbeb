"""kill -9 at random moments, of the server and of who starts it: the next start finds nothing that hinders it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import secrets
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

from k8s_sandbox_tui.local_cluster import control
from tests.contract.cluster_client import ApiClient, api_client, own_state, pod_manifest
from tests.contract.exec_client import run_in_pod
from tests.unit.local_runtime.kit import until_none_has

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus

PODS = "/api/v1/namespaces/default/pods"
_STARTER = "from k8s_sandbox_tui.local_cluster import control; control.up()"
_SERVER = ("-m", "k8s_sandbox_tui.local_cluster")
# What a start takes on a quiet machine, in seconds, and what a Pod's whole life takes.
_START, _LIFE = 0.5, 0.4
_PATIENCE = 60.0


@pytest.fixture
def state() -> Iterator[Path]:
    with own_state() as folder:
        yield folder


@pytest.fixture
def chance() -> random.Random:
    """Chance that a failed test tells how to repeat."""
    seed = secrets.randbits(32)
    sys.stdout.write(f"seed {seed}\n")
    return random.Random(seed)


async def _check_start(state: Path, token: str) -> LocalClusterStatus:
    """Starts the cluster; it must be as new, whatever is on the disk."""
    status = await asyncio.to_thread(control.up, _PATIENCE)
    assert status.running
    assert status.pods == 0
    async with api_client(status.kubeconfig) as client:
        assert (await client.get("/api/v1/pods")).items == []
        assert (await client.request("POST", PODS, pod_manifest("after"))).status == 201
        await client.wait_for("default", "after", "status.phase", "Running")
        assert (await client.request("DELETE", f"{PODS}/after")).status == 200
    await until_none_has(token)
    assert await asyncio.to_thread(_cut_off, state) == []
    return status


def _cut_off(state: Path) -> list[Path]:
    """What was left in the middle of being written."""
    return [*state.glob(".*"), *(state / "tls").glob(".*")]


@pytest.mark.parametrize("killed", [("-c", _STARTER), _SERVER], ids=["local up", "server"])
async def test_a_start_that_is_killed(state: Path, chance: random.Random, killed: tuple[str, ...]) -> None:
    (state / ".server.json.1").write_text("cut o")
    # The first with an empty folder, the others with what was left.
    for _ in range(3):
        process = await asyncio.create_subprocess_exec(sys.executable, *killed, stderr=asyncio.subprocess.DEVNULL)
        await asyncio.sleep(chance.uniform(0, _START))
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    await _check_start(state, "no such argument")
    assert await asyncio.to_thread(control.down)
    # Nothing comes up behind our back, as a server whose starter is gone is not wanted by anybody.
    await asyncio.to_thread(_wait_until_nobody_uses, state)
    assert not control.status().running


def _wait_until_nobody_uses(state: Path) -> None:
    """Waits until no process was told of this folder."""
    end = time.monotonic() + _PATIENCE
    while users := [pid for pid in Path("/proc").glob("[0-9]*") if str(state) in _told(pid)]:
        assert time.monotonic() < end, users
        time.sleep(0.01)


def _told(process: Path) -> str:
    if process.name == str(os.getpid()):
        return ""
    try:
        return (process / "cmdline").read_text(errors="replace") + (process / "environ").read_text(errors="replace")
    except OSError:
        return ""


async def _live(client: ApiClient, name: str, seconds: str) -> None:
    """A Pod's whole life, over and over, with commands in it."""
    while True:
        await client.request("POST", PODS, pod_manifest(name, command=["sleep", seconds]))
        await client.wait_for("default", name, "status.phase", "Running")
        running = asyncio.create_task(
            run_in_pod(client, f"{PODS}/{name}", "sh", "-c", f"setsid sleep {seconds} & wait")
        )
        try:
            await run_in_pod(client, f"{PODS}/{name}", "true")
            await client.request("DELETE", f"{PODS}/{name}")
        finally:
            await asyncio.gather(running, return_exceptions=True)


async def _gives_up(work: Awaitable[None]) -> None:
    """Works until the server is gone."""
    with pytest.raises((aiohttp.ClientError, ConnectionError, AssertionError, KeyError)):
        await work


async def test_a_server_that_is_killed_at_work(state: Path, chance: random.Random) -> None:
    seconds = f"{chance.randrange(10_000, 99_999)}.{chance.randrange(10**6)}"
    status = await asyncio.to_thread(control.up, _PATIENCE)
    for _ in range(2):
        assert status.pid is not None
        async with api_client(status.kubeconfig) as client:
            lives = [asyncio.create_task(_gives_up(_live(client, name, seconds))) for name in "abc"]
            await asyncio.sleep(chance.uniform(0, _LIFE))
            _kill(status.pid)
            async with asyncio.timeout(_PATIENCE):
                await asyncio.gather(*lives)
        status = await _check_start(state, seconds)


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
