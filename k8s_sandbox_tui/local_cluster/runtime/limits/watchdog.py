"""Limits without control groups: looks at the memory of each Pod again and again, and ends one that takes too much.

As the kernel's own out-of-memory killer does for a control group, it ends the whole Pod. Between two looks a Pod may
take more than its limit; how much more one process can take in that time is capped by the system (RLIMIT_DATA).
"""

from __future__ import annotations

import asyncio
import os
import platform
import time
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime.limits import process_tree
from k8s_sandbox_tui.local_cluster.runtime.limits.hold import PROCESSES, Entry, Held
from k8s_sandbox_tui.local_cluster.runtime.types import Ending

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

_PERIOD = 0.1
"""Seconds between two looks at a Pod, at the least."""
_SHARE = 50
"""How many times as long as looking took nothing is looked at: 2 % of one core, however many Pods there are."""
_SPARE_BYTES = 1024**3
"""Room above twice the limit for one process: programs reserve what they may never use."""
_COUNTED_BY_NAMESPACE = (5, 14)
"""The first Linux that counts the processes of a user by user namespace."""
_TOO_MANY = Ending(reason="Error", message=f"the container had more than {PROCESSES} processes")
_OUT_OF_MEMORY = Ending(reason="OOMKilled")


class Watchdog:
    """A `Limiter` that looks."""

    description = "watchdog (memory, processes)"

    def __init__(self) -> None:
        self._watched: dict[WatchdogHold, Held] = {}
        self._looking: asyncio.Task[None] | None = None

    def hold(self, pod: PodProcessSpec) -> WatchdogHold:
        """The limits of a Pod."""
        return WatchdogHold(self, pod.memory_bytes)

    def close(self) -> None:
        """Stops looking."""
        self._watched.clear()
        if self._looking is not None:
            self._looking.cancel()

    def watch(self, hold: WatchdogHold, pod: Held) -> None:
        """Looks at a Pod from now on."""
        self._watched[hold] = pod
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_again_and_again())

    def forget(self, hold: WatchdogHold) -> None:
        """Looks at it no more."""
        self._watched.pop(hold, None)

    async def _look_again_and_again(self) -> None:
        while self._watched:
            taken = 0.0
            for hold, pod in list(self._watched.items()):
                if hold not in self._watched:
                    continue
                begun = time.thread_time()
                hold.look(pod)
                taken += time.thread_time() - begun
                # A hundred Pods must not keep a request waiting.
                await asyncio.sleep(0)
            await asyncio.sleep(max(_PERIOD, taken * _SHARE))
        self._looking = None


class WatchdogHold:
    """A `Hold` by looking."""

    def __init__(self, watchdog: Watchdog, memory_bytes: int | None) -> None:
        self._watchdog = watchdog
        self._memory = memory_bytes
        self._ending = Ending()

    def entry(self) -> Entry:
        """Caps for single processes."""
        return Entry(
            data_bytes=None if self._memory is None else 2 * self._memory + _SPARE_BYTES,
            processes=PROCESSES if counts_processes_by_namespace() else None,
        )

    def watch(self, pod: Held) -> None:
        """Has it looked at."""
        self._watchdog.watch(self, pod)

    async def release(self) -> Ending:
        """Has it looked at no more."""
        self._watchdog.forget(self)
        return self._ending

    def look(self, pod: Held) -> None:
        """Ends the Pod when it has too much."""
        root = pod.root_pid
        if root is None:
            return
        pids = process_tree.descendants(root, PROCESSES)
        if len(pids) > PROCESSES:
            self._end(pod, _TOO_MANY)
        elif self._memory is not None and self._takes_more_than(self._memory, pids):
            self._end(pod, _OUT_OF_MEMORY)

    def _end(self, pod: Held, ending: Ending) -> None:
        self._watchdog.forget(self)
        if pod.end():
            self._ending = ending

    def _takes_more_than(self, limit: int, pids: list[int]) -> bool:
        # With bubblewrap the first process is its own, and sees the machine's files.
        files = max(process_tree.file_bytes(pid) for pid in pids[:2])
        if process_tree.resident_bytes(pids) + files <= limit:
            return False
        own, shared = process_tree.own_bytes(pids)
        # Files in memory may be mapped too: counted once.
        return own + max(shared, files) > limit


def counts_processes_by_namespace() -> bool:
    """Whether RLIMIT_NPROC means the processes of one user namespace: on Linux, since 5.14."""
    first, _, rest = platform.release().partition(".")
    second = rest.partition(".")[0]
    if os.geteuid() == 0 or not (first.isdigit() and second.isdigit()):
        # Root is never counted.
        return False
    return (int(first), int(second)) >= _COUNTED_BY_NAMESPACE
