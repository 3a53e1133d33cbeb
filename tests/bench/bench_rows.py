"""From the start of the process to rows on a terminal, beside the whole process of `kubectl get pods`."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.bench.canned import canned_server
from tests.bench.measurement import Measurement
from tests.bench.pseudo_terminal import python_on_terminal

if TYPE_CHECKING:
    from pathlib import Path

_GOALS = {1_000: 1.5, 10_000: 0.3}
_TIMES = 7
_IMPORTS = "import textual.app, aiohttp"
"""The two libraries that it cannot do without: below what they take it cannot come."""


def measure() -> list[Measurement]:
    """For few and for many Pods; nothing where there is no kubectl to compare with."""
    kubectl = shutil.which("kubectl")
    return [] if kubectl is None else [row for count, goal in _GOALS.items() for row in _rows(count, goal, kubectl)]


def _rows(count: int, goal: float, kubectl: str) -> list[Measurement]:
    with canned_server("pod_pages", str(count)) as kubeconfig:
        times = [(_ours(kubeconfig), _imports(), _kubectl(kubectl, kubeconfig)) for _ in range(_TIMES)]
    ours, imports, peer = (1000 * statistics.median(side) for side in zip(*times, strict=True))
    what = f"dashboard: process start to rows, {count:,} Pods"
    return [
        Measurement(work=what, value=ours, unit="ms", peer="kubectl get pods", peer_value=peer, most=goal),
        Measurement(work=f"- {_IMPORTS}, nothing else", value=imports, unit="ms", peer="kubectl", peer_value=peer),
    ]


def _environment(kubeconfig: Path) -> dict[str, str]:
    folder = str(kubeconfig.parent)
    return {"HOME": folder, "K8S_SANDBOX_TUI_STATE": folder, "KUBECONFIG": str(kubeconfig)}


def _ours(kubeconfig: Path) -> float:
    began = time.perf_counter()
    with python_on_terminal("k8s_sandbox_tui", environment=_environment(kubeconfig)) as terminal:
        terminal.read_until(b"-sbx-0000")
        return time.perf_counter() - began


def _imports() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", _IMPORTS], check=True)
    return time.perf_counter() - began


def _kubectl(kubectl: str, kubeconfig: Path) -> float:
    began = time.perf_counter()
    environ = {**os.environ, **_environment(kubeconfig)}
    subprocess.run([kubectl, "get", "pods"], env=environ, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began
