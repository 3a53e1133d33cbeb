"""The program that `bench_table` drives on a terminal: the dashboard over rows that change, or a bare app."""

from __future__ import annotations

import asyncio
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


class Changing:
    """Opens a cluster with many sandboxes, some of which change all the time."""

    def __init__(self, rows: int, changes: int) -> None:
        self._rows = rows
        self._changes = changes
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, wish: ClusterWish | None = None, /) -> ScriptedCluster:
        from tests.dashboard.scripted import ScriptedCluster

        cluster = ScriptedCluster()
        self._task = asyncio.create_task(self._feed(cluster))
        return cluster

    async def _feed(self, cluster: ScriptedCluster) -> None:
        import msgspec

        from k8s_sandbox_tui.provider.models import SandboxStatus
        from tests.dashboard.scripted import Update, sandbox_info

        infos = [sandbox_info(number, age=number * 7.0, metadata={"owner": "ann"}) for number in range(self._rows)]
        await cluster.compute.listed.wait()
        for first in range(0, self._rows, PAGE):
            complete = first + PAGE >= self._rows
            cluster.inventory.put(Update(infos[first : first + PAGE], complete=complete))
        statuses = list(SandboxStatus)
        position = version = 0
        while self._changes:
            await asyncio.sleep(1 / BEATS)
            version += 1
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
        from k8s_sandbox_tui.dashboard.app import DashboardApp
        from tests.dashboard.scripted import NOW

        began = time.monotonic()
        rows, changes = int(sys.argv[2]), int(sys.argv[3])
        clock = lambda: NOW + timedelta(seconds=time.monotonic() - began)  # noqa: E731
        DashboardApp(Changing(rows, changes), clock=clock).run()


if __name__ == "__main__":
    main()
