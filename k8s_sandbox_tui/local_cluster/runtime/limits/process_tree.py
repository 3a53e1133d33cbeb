"""A process with all its descendants, and the memory that they take: from /proc, of these processes alone."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")
_RESIDENT = 1
# Memory that is the process' own: neither the programs' files nor what others share with it.
_OWN = (b"Pss_Anon:", b"Pss_Shmem:")


def can_follow(proc: Path = PROC) -> bool:
    """Whether this system tells of children: Linux does, unless its kernel was built without."""
    return (proc / "self" / "task" / str(os.getpid()) / "children").exists()


def descendants(root: int, most: int, proc: Path = PROC) -> list[int]:
    """The process, then its children and theirs, until there are more than `most`."""
    found = [root]
    for pid in found:
        if len(found) > most:
            break
        tasks = f"{proc}/{pid}/task"
        try:
            for task in os.listdir(tasks):  # noqa: PTH208 -- ten times a second, of many processes
                with open(f"{tasks}/{task}/children", "rb") as children:  # noqa: PTH123
                    found += map(int, children.read().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def resident_bytes(pids: list[int], proc: Path = PROC) -> int:
    """What these processes have in memory, each counted whole: at least what they really take, and quick to tell."""
    pages = 0
    for pid in pids:
        try:
            with open(f"{proc}/{pid}/statm", "rb") as file:  # noqa: PTH123 -- as above
                pages += int(file.read().split()[_RESIDENT])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return pages * os.sysconf("SC_PAGE_SIZE")


def own_bytes(pids: list[int], proc: Path = PROC) -> tuple[int, int]:
    """What these processes take of memory, with what they share counted once.

    Returns:
        Bytes of their own, and bytes of shared memory and files in memory.
    """
    totals = [0, 0]
    for pid in pids:
        try:
            lines = (proc / str(pid) / "smaps_rollup").read_bytes().splitlines()
        except OSError:
            # It has ended, or is a set-user-id program, whose memory is nobody's business.
            continue
        for line in lines:
            for index, name in enumerate(_OWN):
                if line.startswith(name):
                    totals[index] += int(line.split()[1]) * 1024
    return totals[0], totals[1]


def file_bytes(pid: int, proc: Path = PROC) -> int:
    """What the files take that a Pod keeps in memory: its root and /dev, where these are not the machine's own."""
    machine = Path("/").stat().st_dev
    total = 0
    for folder in (f"{proc}/{pid}/root/", f"{proc}/{pid}/root/dev/"):
        try:
            if os.stat(folder).st_dev == machine:  # noqa: PTH116 -- the closing slash must stay
                return 0
            system = os.statvfs(folder)
        except OSError:
            # It has ended.
            continue
        total += (system.f_blocks - system.f_bfree) * system.f_frsize
    return total
