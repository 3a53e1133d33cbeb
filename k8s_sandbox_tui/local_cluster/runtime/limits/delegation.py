"""Finds a control group below which Pods may be given limits, by trying: one that is there already, or by systemd."""

from __future__ import annotations

import logging
import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path, PurePosixPath

from k8s_sandbox_tui.local_cluster.runtime.limits import systemd_scope
from k8s_sandbox_tui.local_cluster.runtime.limits.cgroup2 import CONTROLLERS, CgroupLimiter, remove_empty
from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

_log = logging.getLogger(__name__)

_SERVER = "server"
"""The group that the server itself moves to: one with limits for its children has no processes of its own."""
_OURS = "k8s-sandbox-tui-"
_TRY_SECONDS = 5.0
_PAUSE = 0.002


def find_cgroup(*, may_move: bool) -> CgroupLimiter | None:
    """Looks for limits by control groups; takes some ten milliseconds.

    Args:
        may_move: Whether this process may be moved to another group: a server of its own may, a test run may not.

    Returns:
        What enforces them, seen to work; None where this machine has none for us.
    """
    group = own_group()
    if group is None or not any("memory" in _words(above / "cgroup.controllers") for above in (group, *group.parents)):
        # Of version 1, which most machines have left behind, or switched off.
        return None
    limiter = _below(group)
    if limiter is not None or not may_move:
        return limiter
    if systemd_scope.is_running():
        # What systemd has made is systemd's: nobody else may change it, but for what it gives away.
        group = own_group() if systemd_scope.enter_scope() else None
    return None if group is None else _with_server_apart(group)


def own_group(proc: Path = Path("/proc/self")) -> Path | None:
    """The folder of the group of version 2 that this process is in; None where it is not to be seen."""
    try:
        groups = (proc / "cgroup").read_text().splitlines()
        mounts = (proc / "mountinfo").read_text().splitlines()
    except OSError:
        return None
    path = next((line[3:] for line in groups if line.startswith("0::")), None)
    for line in mounts:
        words = line.split()
        if path is not None and words[words.index("-") + 1] == "cgroup2":
            # In a container the mount may begin far below the machine's own root.
            root, point = words[3], words[4]
            below = PurePosixPath(path)
            if below.is_relative_to(root):
                return Path(point.replace("\\040", " ")) / below.relative_to(root)
    return None


def _below(group: Path) -> CgroupLimiter | None:
    """Uses a group that gives limits to its children already, such as the machine's root."""
    if "memory" not in _words(group / "cgroup.subtree_control"):
        return None
    base = group / f"{_OURS}{os.getpid()}"
    for left in group.glob(f"{_OURS}*"):
        # Of a server that was killed; a group with processes stays.
        remove_empty(left)
    try:
        base.mkdir()
    except OSError:
        return None
    limiter = _tried(base, ours=True)
    if limiter is None:
        remove_empty(base)
    return limiter


def _with_server_apart(group: Path) -> CgroupLimiter | None:
    """Uses the group that this process has for itself, by leaving it to the Pods."""
    if _words(group / "cgroup.procs") != [str(os.getpid())]:
        return None
    server = group / _SERVER
    try:
        server.mkdir(exist_ok=True)
        (server / "cgroup.procs").write_text(str(os.getpid()))
    except OSError:
        return None
    limiter = _tried(group, ours=False)
    if limiter is None:
        with suppress(OSError):
            (group / "cgroup.procs").write_text(str(os.getpid()))
            server.rmdir()
    return limiter


def _tried(base: Path, *, ours: bool) -> CgroupLimiter | None:
    """Switches limits on for a group's children, and starts a process under them."""
    for name in CONTROLLERS:
        if name in _words(base / "cgroup.controllers"):
            with suppress(OSError):
                (base / "cgroup.subtree_control").write_text(f"+{name}")
    controllers = frozenset(_words(base / "cgroup.subtree_control")) & CONTROLLERS.keys()
    if "memory" not in controllers:
        return None
    limiter = CgroupLimiter(base, controllers, ours=ours)
    try:
        _try(limiter)
    except (OSError, subprocess.SubprocessError) as error:
        _log.info("control groups below %s do not work: %s", base, error)
        return None
    return limiter


def _try(limiter: CgroupLimiter) -> None:
    hold = limiter.hold(
        PodProcessSpec(
            uid="probe",
            name="probe",
            namespace="probe",
            hostname="probe",
            argv=("sh",),
            state_dir=Path(),
            memory_bytes=64 * 1024**2,
            cpu=1.0,
        )
    )
    try:
        procs = hold.entry().procs
        if procs is not None:
            _enter(procs)
    finally:
        late = time.monotonic() + _TRY_SECONDS
        while not hold.is_removed() and time.monotonic() < late:
            time.sleep(_PAUSE)


def _enter(procs: int) -> None:
    with os.fdopen(procs, "wb") as file:
        # As a supervisor does it: 0 stands for the one that writes.
        subprocess.run(["/bin/sh", "-c", "echo 0"], stdout=file, check=True, timeout=_TRY_SECONDS)


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []
