"""Processor time as a rate: two looks at the same processes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.kubelet.process_usage import Usage, machine_usage, read_processes, tree_usage

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

# Seconds. A look that is older says little of now; two that are closer say little at all, as the system counts in
# hundredths.
_FRESH = 60.0
_APART = 0.25
MACHINE = 0
"""The number under which the whole machine stands: no process has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is used now.

    Attributes:
        cores: Of processor time, over the window.
        memory_bytes: Of memory.
        window: Seconds.
    """

    cores: float
    memory_bytes: int
    window: float


@dataclass(frozen=True, slots=True)
class _Look:
    moment: float
    usage: Usage


class UsageSampler:
    """Remembers the last look at each tree of processes."""

    def __init__(self) -> None:
        self._last: dict[int, _Look] = {}
        self._loads: dict[int, Load] = {}
        self._lock = asyncio.Lock()

    async def loads(self, roots: AbstractSet[int]) -> dict[int, Load]:
        """What these processes and their descendants use; `MACHINE` among them stands for all.

        Takes a quarter of a second where there is no fresh look to compare with.
        """
        async with self._lock:
            begun = asyncio.get_running_loop().time()
            if any(root not in self._last or begun - self._last[root].moment > _FRESH for root in roots):
                self._last |= await self._look(roots)
                await asyncio.sleep(_APART)
            now = await self._look(roots)
            return {root: load for root, look in now.items() if (load := self._load(root, look)) is not None}

    def _load(self, root: int, look: _Look) -> Load | None:
        before = self._last.get(root)
        if before is None:
            # It began a moment ago.
            self._last[root] = look
            return None
        window = look.moment - before.moment
        if window < _APART and root in self._loads:
            return self._loads[root]
        cores = max(look.usage.cpu_seconds - before.usage.cpu_seconds, 0.0) / max(window, _APART)
        load = Load(cores=cores, memory_bytes=look.usage.memory_bytes, window=window)
        self._last[root], self._loads[root] = look, load
        return load

    async def _look(self, roots: AbstractSet[int]) -> dict[int, _Look]:
        usages = await asyncio.to_thread(_read, roots)
        moment = asyncio.get_running_loop().time()
        gone = [root for root in self._last if root not in usages and root in roots]
        for root in gone:
            del self._last[root]
            self._loads.pop(root, None)
        return {root: _Look(moment, usage) for root, usage in usages.items()}


def _read(roots: AbstractSet[int]) -> dict[int, Usage]:
    usages = tree_usage(read_processes(), set(roots) - {MACHINE}) if roots - {MACHINE} else {}
    machine = machine_usage() if MACHINE in roots else None
    return usages if machine is None else usages | {MACHINE: machine}
