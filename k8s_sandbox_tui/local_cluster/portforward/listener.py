"""Who listens on a port of the machine, where Pods share its network.

On a node of its own a Pod's loopback has the Pod's servers alone. Here all that the machine has is on it, the client
that forwards the port included: where that listens on the same number, each connection would come back to it for ever.
"""

from __future__ import annotations

import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROC = Path("/proc")
# See proc_net_tcp in the kernel's documentation: sl, local address, remote address, state, …, inode.
_LOCAL, _STATE, _INODE = 1, 3, 9
_LISTEN = "0A"
_REACHED = frozenset({"0100007F", "00000000", "0" * 32, "0" * 24 + "01000000", "0000000000000000FFFF00000100007F"})
# Behind the name, in parentheses, of /proc/PID/stat; see proc(5).
_PARENT = 1
_FINDING_OUT = threading.Lock()


def stranger(port: int, roots: frozenset[int], proc: Path = PROC) -> str:
    """The program that listens on a port of the loopback, where it belongs to none of these process trees.

    Args:
        port: The port.
        roots: The processes at the top of the trees.
        proc: Where the system tells of its processes.

    Returns:
        Its name and pid; empty where nobody listens, one of them does, or that cannot be seen.
    """
    inodes = frozenset(_listening(port, proc))
    if not inodes:
        return ""
    # Of many connections at once, the first finds it out for all.
    with _FINDING_OUT:
        return _stranger(inodes, roots, proc)


def _listening(port: int, proc: Path) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        try:
            with (proc / "net" / table).open() as lines:
                next(lines, "")
                for line in lines:
                    fields = line.split()
                    # Those that listen come first.
                    if fields[_STATE] != _LISTEN:
                        break
                    address, _, number = fields[_LOCAL].partition(":")
                    if int(number, 16) == port and address in _REACHED:
                        yield fields[_INODE]
        except OSError:
            continue


@lru_cache(maxsize=256)
def _stranger(inodes: frozenset[str], roots: frozenset[int], proc: Path) -> str:
    owners = list(_owners({f"socket:[{inode}]" for inode in inodes}, proc))
    if not owners or any(_descends(pid, roots, proc) for pid in owners):
        return ""
    try:
        name = (proc / str(owners[0]) / "comm").read_text().strip()
    except OSError:
        name = "a program"
    return f"{name} (pid {owners[0]})"


def _owners(links: set[str], proc: Path) -> Iterator[int]:
    for name in os.listdir(proc):  # noqa: PTH208 -- names alone, of thousands
        if not name.isdigit():
            continue
        folder = f"{proc}/{name}/fd"
        try:
            if any(os.readlink(f"{folder}/{number}") in links for number in os.listdir(folder)):  # noqa: PTH115, PTH208
                yield int(name)
        except OSError:
            # It has ended, or is somebody else's.
            continue


def _descends(pid: int, roots: frozenset[int], proc: Path) -> bool:
    seen: set[int] = set()
    while pid not in roots:
        if pid <= 1 or pid in seen:
            return False
        seen.add(pid)
        try:
            stat = (proc / str(pid) / "stat").read_bytes()
        except OSError:
            return False
        pid = int(stat[stat.rindex(b")") + 2 :].split()[_PARENT])
    return True
