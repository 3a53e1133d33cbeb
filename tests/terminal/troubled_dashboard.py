"""The program that tests start as a process: the dashboard over a cluster with some trouble in it."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.run import run
from k8s_sandbox_tui.provider.config import K8sConfig
from k8s_sandbox_tui.provider.daemon_thread import in_daemon_thread
from k8s_sandbox_tui.provider.errors import ConfigError
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import ScriptedCluster, Update, sandbox_info

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.opened import ClusterWish

MARK = "hostile"
HOSTILE = f"\x1b]52;c;{MARK}==\x07\x1b]0;{MARK}\x07\x1b[6n\x1bP{MARK}\x1b\\\x9b5n\x07\x08\x7f\u202etext[/x]"
LONG = 300
"""Seconds of what must not be waited for."""
STEPS = 600
"""Changes of a busy cluster; each is drawn, if there is time. The last ones stand in `$HOME/steps`."""


class Trouble:
    """Opens a cluster that is as its name says."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, wish: ClusterWish | None = None, /) -> ScriptedCluster:
        if self._name == "thread":
            await in_daemon_thread(partial(time.sleep, LONG), name="trouble")
        if self._name == "refused":
            raise ConfigError(f"No context {HOSTILE}.", hint=HOSTILE)
        cluster = ScriptedCluster(warning=HOSTILE)
        cluster.compute.config = K8sConfig(url_template="{protocol}://{service}.example:{port}")
        cluster.compute.hang_on_close = self._name == "hangs"
        if self._name == "stubborn":
            self._tasks.append(asyncio.create_task(_stubborn()))
        self._tasks.append(asyncio.create_task(_busy(cluster) if self._name == "busy" else _fill(cluster)))
        return cluster


async def _fill(cluster: ScriptedCluster) -> None:
    await cluster.compute.listed.wait()
    info = sandbox_info(
        1, name=HOSTILE, status=SandboxStatus.FAILED, reason=HOSTILE, image=HOSTILE, metadata={HOSTILE: HOSTILE}
    )
    cluster.inventory.put(Update([info, sandbox_info(2)]))


async def _busy(cluster: ScriptedCluster) -> None:
    await cluster.compute.listed.wait()
    for step in range(1, STEPS + 1):
        owner = {"owner": f"step-{step}"}
        cluster.inventory.put(Update([sandbox_info(one, metadata=owner, version=str(step)) for one in range(20)]))
        await cluster.inventory.waiting.wait()
        await asyncio.sleep(0.005)
        (Path.home() / "steps").write_text(str(step))


async def _stubborn() -> None:
    while True:
        try:
            await asyncio.sleep(LONG)
        except asyncio.CancelledError:
            continue


if __name__ == "__main__":
    code = run(Trouble(sys.argv[1]))
    if sys.argv[1] != "busy":  # whose terminal may take nothing
        print(f"left with {code}", flush=True)
    gc.freeze()  # as `__main__` does
    sys.exit(code)
