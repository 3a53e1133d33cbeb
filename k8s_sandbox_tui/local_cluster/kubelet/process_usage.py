"""What processes use of the machine, from /proc; there is nothing where the system has none (macOS)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PROC = Path("/proc")
# Behind the name, in parentheses, of /proc/PID/stat; see proc(5).
_PARENT, _TIMES = 1, slice(11, 15)
_RESIDENT, _SHARED = 1, 2


@dataclass(frozen=True, slots=True)
class ProcessUsage:
    """One process.

    Attributes:
        parent: The pid of its parent.
        cpu_seconds: Its time and that of its children that have ended.
        memory_bytes: What it has of memory that is not shared with others.
    """

    parent: int
    cpu_seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Usage:
    """A tree of processes, or a whole machine."""

    cpu_seconds: float
    memory_bytes: int


def read_processes(proc: Path = PROC) -> dict[int, ProcessUsage]:
    """All processes that can be read, by pid."""
    found: dict[int, ProcessUsage] = {}
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    try:
        names = [name for name in os.listdir(proc) if name.isdigit()]  # noqa: PTH208 -- names alone, of thousands
    except FileNotFoundError:
        return found
    for name in names:
        try:
            stat = (proc / name / "stat").read_bytes()
            memory = (proc / name / "statm").read_bytes().split()
        except OSError:
            # It has ended meanwhile.
            continue
        fields = stat[stat.rindex(b")") + 2 :].split()
        found[int(name)] = ProcessUsage(
            parent=int(fields[_PARENT]),
            cpu_seconds=sum(map(int, fields[_TIMES])) / ticks,
            memory_bytes=(int(memory[_RESIDENT]) - int(memory[_SHARED])) * page,
        )
    return found


def tree_usage(processes: Mapping[int, ProcessUsage], roots: set[int]) -> dict[int, Usage]:
    """What each of these processes uses together with all its descendants; those that are gone are left out."""
    root_of: dict[int, int] = {}

    def find(pid: int) -> int:
        """The root above a process; 0 where there is none."""
        way: list[int] = []
        while pid not in root_of:
            if pid in roots or pid not in processes:
                root_of[pid] = pid if pid in roots else 0
                break
            way.append(pid)
            # A process that ended while /proc was read may have left a circle.
            root_of[pid] = 0
            pid = processes[pid].parent
        for below in way:
            root_of[below] = root_of[pid]
        return root_of[pid]

    totals = {root: Usage(0.0, 0) for root in roots if root in processes}
    for pid, process in processes.items():
        root = find(pid)
        if root in totals:
            total = totals[root]
            totals[root] = Usage(total.cpu_seconds + process.cpu_seconds, total.memory_bytes + process.memory_bytes)
    return totals


def machine_usage(proc: Path = PROC) -> Usage | None:
    """What the whole machine uses; None where /proc does not tell."""
    try:
        times = (proc / "stat").read_text().partition("\n")[0].split()
        memory = dict(line.split(":") for line in (proc / "meminfo").read_text().splitlines())
    except OSError:
        return None
    # user nice system idle iowait irq softirq steal
    busy = sum(int(times[index]) for index in (1, 2, 3, 6, 7, 8))
    used = _kilobytes(memory["MemTotal"]) - _kilobytes(memory["MemAvailable"])
    return Usage(busy / os.sysconf("SC_CLK_TCK"), used * 1024)


def _kilobytes(text: str) -> int:
    return int(text.split(maxsplit=1)[0])
