"""From the start of the process to rows on a terminal, beside the whole process of `kubectl get pods`."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from typing import TYPE_CHECKING

from tests.bench.canned import canned_server
from tests.bench.measurement import Measurement
from tests.bench.pseudo_terminal import python_on_terminal

if TYPE_CHECKING:
    from pathlib import Path

_GOALS = {1_000: 1.5, 10_000: 0.3}
_TIMES = 7


def measure() -> list[Measurement]:
    """For few and for many Pods; nothing where there is no kubectl to compare with."""
    kubectl = shutil.which("kubectl")
    return [] if kubectl is None else [_rows(count, goal, kubectl) for count, goal in _GOALS.items()]


def _rows(count: int, goal: float, kubectl: str) -> Measurement:
    with canned_server("pod_pages", str(count)) as kubeconfig:
        pairs = [(_ours(kubeconfig), _kubectl(kubectl, kubeconfig)) for _ in range(_TIMES)]
    ours, peer = (statistics.median(side) for side in zip(*pairs, strict=True))
    return Measurement(
        work=f"dashboard: process start to rows, {count:,} Pods",
        value=1000 * ours,
        unit="ms",
        peer="kubectl get pods",
        peer_value=1000 * peer,
        most=goal,
    )


def _environment(kubeconfig: Path) -> dict[str, str]:
    folder = str(kubeconfig.parent)
    return {"HOME": folder, "K8S_SANDBOX_TUI_STATE": folder, "KUBECONFIG": str(kubeconfig)}


def _ours(kubeconfig: Path) -> float:
    began = time.perf_counter()
    with python_on_terminal("k8s_sandbox_tui", environment=_environment(kubeconfig)) as terminal:
        terminal.read_until(b"-sbx-0000")
        return time.perf_counter() - began


def _kubectl(kubectl: str, kubeconfig: Path) -> float:
    began = time.perf_counter()
    environ = {**os.environ, **_environment(kubeconfig)}
    subprocess.run([kubectl, "get", "pods"], env=environ, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began
