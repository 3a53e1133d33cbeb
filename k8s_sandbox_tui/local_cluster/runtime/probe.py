"""Runs a Pod to see whether this machine lets it, and whether it is held back."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime.limits.hold import NoHold
from k8s_sandbox_tui.local_cluster.runtime.pod_home import remove_tree
from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec, StartError

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.runtime.launcher import Launcher


async def probe(launcher: Launcher, folder: Path, script: str) -> str:
    """Runs a shell script that succeeds where the Pod is held back.

    Args:
        launcher: What is to start it.
        folder: The script's first argument, which it should not reach: a folder with a file `secret`. Removed again.
        script: The script. Its second argument is the pid of this process.

    Returns:
        Why it does not do; empty where it does.
    """
    pod = PodProcessSpec(
        uid="probe",
        name="probe",
        namespace="probe",
        hostname="probe",
        argv=("/bin/sh", "-c", script, str(folder), str(os.getpid())),
        state_dir=folder / "pod",
    )
    await asyncio.to_thread(_make, pod.state_dir, folder / "secret")
    try:
        running = await launcher.launch(pod, NoHold())
        return "" if await running.wait() == 0 else "it does not isolate"
    except StartError as error:
        return error.message
    finally:
        await asyncio.to_thread(remove_tree, folder)


def _make(state_dir: Path, secret: Path) -> None:
    state_dir.mkdir(parents=True, exist_ok=True)
    secret.touch()
