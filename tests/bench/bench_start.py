"""How long whole processes take: the start alone, and `ls` with 10 Pods beside kubectl."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from k8s_sandbox_tui.local_cluster import control
from k8s_sandbox_tui.provider import k8s
from tests.bench.measurement import Measurement, median_seconds

_PRODUCT = (sys.executable, "-m", "k8s_sandbox_tui")
_SANDBOXES = 10


def measure() -> list[Measurement]:
    """Measures whole processes over a local cluster of its own."""
    bare = _milliseconds(sys.executable, "-c", "pass")
    start = Measurement(
        work="--help", value=_milliseconds(*_PRODUCT, "--help"), unit="ms", peer="python -c pass", peer_value=bare
    )
    kubectl = shutil.which("kubectl")
    with tempfile.TemporaryDirectory(prefix="sbx-", ignore_cleanup_errors=True) as folder:
        os.environ["K8S_SANDBOX_TUI_STATE"] = str(Path(folder) / "state")
        kubeconfig = str(control.up().kubeconfig)
        try:
            asyncio.run(_fill(kubeconfig))
            ls = Measurement(
                work=f"ls, {_SANDBOXES} Pods",
                value=_milliseconds(*_PRODUCT, "--kubeconfig", kubeconfig, "ls"),
                unit="ms",
                peer="kubectl get pods" if kubectl else "",
                peer_value=_milliseconds(kubectl, "--kubeconfig", kubeconfig, "get", "pods") if kubectl else None,
                most=3 if kubectl else None,
            )
        finally:
            control.down()
    return [start, ls]


async def _fill(kubeconfig: str) -> None:
    async with k8s(kube_config_path=kubeconfig) as compute:
        await asyncio.gather(*(compute.sandbox.create(runtime="python") for _ in range(_SANDBOXES)))


def _milliseconds(*command: str) -> float:
    return 1000 * median_seconds(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True), times=15)
