"""Asks systemd for a control group of our own: a scope whose inside it leaves to us.

Source: the D-Bus interface org.freedesktop.systemd1.Manager, method StartTransientUnit, and systemd's "Control Group
APIs and Delegation".
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

_ASK_SECONDS = 2.0
_ARRIVE_SECONDS = 1.0
_PAUSE = 0.005


def is_running() -> bool:
    """Whether systemd runs this machine, or this container."""
    return Path("/run/systemd/system").is_dir()


def enter_scope() -> bool:
    """Has this process moved into a new scope.

    Returns:
        Whether it was moved; False where systemd refuses, or there is nothing to ask it with.
    """
    busctl = shutil.which("busctl")
    if busctl is None or not _ask(busctl):
        return False
    name = scope_name()
    late = time.monotonic() + _ARRIVE_SECONDS
    # systemd answers when the work is queued; it takes a few milliseconds more.
    while not _is_in(name):
        if time.monotonic() > late:
            return False
        time.sleep(_PAUSE)
    return True


def scope_name() -> str:
    """The name of this process' scope."""
    return f"k8s-sandbox-tui-{os.getpid()}.scope"


def request(busctl: str, *, as_root: bool, pid: int) -> list[str]:
    """The words that ask for a scope with one process in it."""
    return [
        busctl,
        "--system" if as_root else "--user",
        "--quiet",
        "call",
        "org.freedesktop.systemd1",
        "/org/freedesktop/systemd1",
        "org.freedesktop.systemd1.Manager",
        "StartTransientUnit",
        "ssa(sv)a(sa(sv))",
        f"k8s-sandbox-tui-{pid}.scope",
        "fail",
        *("4", "Description", "s", "Local cluster of k8s-sandbox-tui"),
        *("PIDs", "au", "1", str(pid)),
        *("Delegate", "b", "true"),
        *("CollectMode", "s", "inactive-or-failed"),
        "0",
    ]


def _ask(busctl: str) -> bool:
    user = os.geteuid()
    environment = {"XDG_RUNTIME_DIR": f"/run/user/{user}", **os.environ}
    try:
        answer = subprocess.run(
            request(busctl, as_root=user == 0, pid=os.getpid()),
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_ASK_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.returncode == 0


def _is_in(name: str) -> bool:
    return any(line.endswith("/" + name) for line in Path("/proc/self/cgroup").read_text().splitlines())
