"""The program that benchmarks drive on a terminal: the dashboard over rows that change, come and go, or a bare app."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.opened import ClusterWish
    from tests.dashboard.scripted import ScriptedCluster

PAGE = 500
BEATS = 20
"""Times a second that changes come."""
LOOKED_INTO = 50
"""How many of the newest have a Pod to look into."""


class Changing:
    """Opens a cluster with many sandboxes, some of which change all the time.

    Of those that come and go, the oldest goes for each new one.
    """

    def __init__(self, rows: int, changes: int, coming: int) -> None:
        self._rows = rows
        self._changes = changes
        self._coming = coming
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, wish: ClusterWish | None = None, /) -> ScriptedCluster:
        from tests.dashboard.scripted import ScriptedCluster

        cluster = ScriptedCluster()
        self._task = asyncio.create_task(self._feed(cluster))
        return cluster

    async def _feed(self, cluster: ScriptedCluster) -> None:
        import msgspec

        from k8s_sandbox_tui.provider.models import SandboxStatus
        from tests.bench.flooded_sandbox import FloodedSandbox
        from tests.dashboard.scripted import Update, sandbox_info
        from tests.unit.provider.cluster import pod

        infos = [sandbox_info(number, age=number * 7.0, metadata={"owner": "ann"}) for number in range(self._rows)]
        for info in infos[:LOOKED_INTO]:
            cluster.compute.sandbox.known[info.id] = FloodedSandbox(info.id, info.uid, pod=pod(), info=info)
        await cluster.compute.listed.wait()
        for first in range(0, self._rows, PAGE):
            complete = first + PAGE >= self._rows
            cluster.inventory.put(Update(infos[first : first + PAGE], complete=complete))
        statuses = list(SandboxStatus)
        position = version = 0
        while self._changes or self._coming:
            await asyncio.sleep(1 / BEATS)
            version += 1
            come = self._coming // BEATS
            if come:
                gone = [info.uid for info in infos[-come:]]
                number = self._rows + version * come
                new = [sandbox_info(number + step, age=-version / BEATS, metadata={"n": "1"}) for step in range(come)]
                infos[:] = new + infos[:-come]
                cluster.inventory.put(Update(new, gone))
            left = self._changes // BEATS
            while left:
                page = min(left, PAGE)
                left -= page
                changed: list[int] = [(position + step) % self._rows for step in range(page)]
                position += page
                for number in changed:
                    status = statuses[(version + number) % len(statuses)]
                    infos[number] = msgspec.structs.replace(infos[number], status=status)
                cluster.inventory.put(Update([infos[number] for number in changed]))


def main() -> None:
    if sys.argv[1] == "bare":
        from textual.app import App, ComposeResult
        from textual.widgets import Static

        class Bare(App[None]):
            def compose(self) -> ComposeResult:
                yield Static("CONNECTING")

        Bare().run()
    else:
        gc.disable()  # as `__main__` does; the dashboard turns it on again
        from k8s_sandbox_tui.dashboard.app import DashboardApp
        from tests.dashboard.scripted import NOW

        began = time.monotonic()
        rows, changes, coming = map(int, (*sys.argv[2:], "0")[:3])
        clock = lambda: NOW + timedelta(seconds=time.monotonic() - began)  # noqa: E731
        DashboardApp(Changing(rows, changes, coming), clock=clock, ahead=True).run()
        gc.freeze()  # as it does too


if __name__ == "__main__":
    main()
