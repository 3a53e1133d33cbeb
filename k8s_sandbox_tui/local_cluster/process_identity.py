"""Whether a process is the one that a pid once named: pids are used again, start times are not."""

from __future__ import annotations

import os
from pathlib import Path


def start_time(pid: int) -> str:
    """When a process began, in the system's own words; empty when there is no such process."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        # The name in the second field may hold spaces and brackets; the start time is the 22nd field.
        return stat.read_text().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError, IndexError):
        if Path("/proc/self/stat").exists() or not _exists(pid):
            return ""
    import subprocess  # only where there is no /proc; asking whether the cluster runs has to be quick

    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
