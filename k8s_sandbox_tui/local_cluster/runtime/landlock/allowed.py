"""What a Pod under Landlock may see of the machine, and where it may write."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime.landlock.ruleset import Kind, Rule
from k8s_sandbox_tui.local_cluster.runtime.sandbox_view import SYSTEM_FOLDERS

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.runtime.host_tools import HostTools
    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

TEMPORARY = "/tmp"  # noqa: S108 -- the one folder that is shared, as programs know it by no other name
# Whole, as shells and programs ask there for their own processes. Of those outside, what any user of the machine sees:
# Landlock itself keeps their environment, memory and files from a Pod, as it does a debugger.
_PROC = Path("/proc")
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


def for_all(shared: Path, tools: HostTools) -> list[Rule]:
    """The rules of all Pods; what is not named is forbidden.

    Args:
        shared: What the runtime brings for them.
        tools: The machine's Python and Node.js.
    """
    readable = [Path("/", name) for name in (*SYSTEM_FOLDERS, "usr", "sys/devices/system")]
    readable += public_parts(Path("/etc"))
    # A link on most systems, into a folder where the file is replaced when the network changes.
    resolver = Path("/etc/resolv.conf").resolve().parent
    readable += [] if resolver == Path("/etc") else [resolver]
    readable += [_PROC, *tools.folders, shared / "bin"]
    devices = [Path("/dev", name) for name in _DEVICES]
    return _rules({Kind.READ: readable, Kind.WRITE: [Path(TEMPORARY)], Kind.DEVICE: devices})


def for_one(root: Path, pod: PodProcessSpec) -> list[Rule]:
    """The further rules of one Pod.

    Args:
        root: Its own folder.
        pod: The Pod, whose volumes may be elsewhere.
    """
    readable = [mount.source for mount in pod.mounts if mount.read_only]
    writable = [mount.source for mount in pod.mounts if not mount.read_only]
    return _rules({Kind.WRITE: [root, *writable], Kind.READ: readable})


def public_parts(folder: Path) -> list[Path]:
    """The folder, where anybody may read all that is in it; else as much of it as anybody may read.

    Programs take it well when a file is not there, and badly when they may not read it.
    """
    parts: list[Path] = []
    whole = True
    try:
        for entry in os.scandir(folder):
            path = Path(entry.path)
            mode = entry.stat(follow_symlinks=False).st_mode
            below = public_parts(path) if stat.S_ISDIR(mode) and mode & stat.S_IROTH and mode & stat.S_IXOTH else []
            if entry.is_file() and mode & stat.S_IROTH:
                below = [path]
            whole = whole and (below == [path] or stat.S_ISLNK(mode))
            parts += below
    except OSError:
        return []
    return [folder] if whole else parts


def _rules(paths: dict[Kind, list[Path]]) -> list[Rule]:
    return [Rule(kind, os.fsencode(path)) for kind, some in paths.items() for path in some]
