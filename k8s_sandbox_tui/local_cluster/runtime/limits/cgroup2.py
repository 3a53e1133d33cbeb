"""Limits by control groups, version 2: one group for each container, below one that is ours.

Source: Documentation/admin-guide/cgroup-v2.rst of Linux; the values are those that a kubelet writes.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime.limits.hold import PROCESSES, Entry, Held
from k8s_sandbox_tui.local_cluster.runtime.types import Ending

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

CONTROLLERS = {"memory": "memory", "pids": "processes", "cpu": "cpu"}
"""What we use, and how it is called in the description."""
PREFIX = "pod-"
_PERIOD_MICROSECONDS = 100_000
_LEAST_QUOTA = 1000
_PAUSES = (0.001, 0.01, 0.05, 0.2, 0.5)
"""Seconds. A group stays busy for a moment after its last process was reaped."""


class CgroupLimiter:
    """A `Limiter` over a group whose children may be given limits."""

    def __init__(self, base: Path, controllers: frozenset[str], *, ours: bool) -> None:
        """Takes the group over.

        Args:
            base: The group.
            controllers: Which of `CONTROLLERS` its children have.
            ours: Whether the group was made for this, and has to go in the end.
        """
        self._base = base
        self._controllers = controllers
        self._ours = ours
        self._numbers = itertools.count(1)
        held = ", ".join(word for name, word in CONTROLLERS.items() if name in controllers)
        self.description = f"cgroup2 ({held})"

    def hold(self, pod: PodProcessSpec) -> CgroupHold:
        """Makes a group with the limits of a Pod.

        Raises:
            OSError: The system refuses.
        """
        group = self._base / f"{PREFIX}{next(self._numbers)}"
        group.mkdir()
        try:
            for name, value in self._values(pod).items():
                (group / name).write_text(value)
        except OSError:
            group.rmdir()
            raise
        return CgroupHold(group)

    def close(self) -> None:
        """Removes the group, where it is ours."""
        if self._ours:
            remove_empty(self._base)

    def _values(self, pod: PodProcessSpec) -> dict[str, str]:
        values: dict[str, str] = {}
        if "memory" in self._controllers and pod.memory_bytes is not None:
            values["memory.max"] = str(pod.memory_bytes)
            # As with a kubelet, a container has no swap, and dies as a whole.
            values["memory.oom.group"] = "1"
            if (self._base / "memory.swap.max").exists():
                values["memory.swap.max"] = "0"
        if "pids" in self._controllers:
            values["pids.max"] = str(PROCESSES)
        if "cpu" in self._controllers and pod.cpu is not None:
            quota = max(round(pod.cpu * _PERIOD_MICROSECONDS), _LEAST_QUOTA)
            values["cpu.max"] = f"{quota} {_PERIOD_MICROSECONDS}"
        return values


class CgroupHold:
    """A `Hold` by a group."""

    def __init__(self, group: Path) -> None:
        self._group = group
        self._ending: Ending | None = None

    def entry(self) -> Entry:
        """The group to enter."""
        return Entry(procs=os.open(self._group / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC))

    def watch(self, pod: Held) -> None:
        """The kernel does."""

    async def release(self) -> Ending:
        """Kills whatever is left in the group and removes it."""
        if self._ending is None:
            self._ending = Ending(reason="OOMKilled") if _count(self._group / "memory.events", "oom_kill") else Ending()
            for pause in _PAUSES:
                if self.is_removed():
                    break
                await asyncio.sleep(pause)
        return self._ending

    def is_removed(self) -> bool:
        """Kills whatever is in the group and tries to remove it; whether it is gone."""
        kill_all(self._group)
        with suppress(OSError):
            self._group.rmdir()
        return not self._group.exists()


def kill_all(group: Path) -> None:
    """Kills all processes of a group: at once where the kernel can (5.14), else one after the other."""
    if not _count(group / "cgroup.events", "populated"):
        return
    try:
        (group / "cgroup.kill").write_text("1")
    except OSError:
        with suppress(OSError):
            for pid in (group / "cgroup.procs").read_text().split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)


def remove_empty(group: Path) -> None:
    """Removes a group and those below it, where no processes are in them."""
    with suppress(OSError):
        for below in group.iterdir():
            if below.is_dir():
                remove_empty(below)
        group.rmdir()


def _count(file: Path, key: str) -> int:
    """One number of a file of keys and numbers; 0 where there is none."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return 0
    return next((int(value) for name, _, value in (line.partition(" ") for line in lines) if name == key), 0)
