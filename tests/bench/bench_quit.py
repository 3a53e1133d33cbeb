"""How long leaving the dashboard takes, from the key to the end of the process, whatever is open.

First over a scripted cluster with trouble in it, then over a local cluster of its own, with a command that runs, a job
that is followed, a forward and a dialogue, one after the other; at last with all of them over a server that hangs.
"""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider import k8s
from tests.bench.measurement import Measurement
from tests.contract.cluster_client import own_cluster
from tests.terminal.session import Terminal

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

_ROOT = Path(__file__).parents[2]
_TIMES, _TIMES_OPEN = 7, 3
_MOST = 300.0
"""Milliseconds."""

Steps = tuple[tuple[str, str], ...]
"""Keys, and what the screen then shows."""

_ESCAPE = "\x1b"
_COMMAND: Steps = (("\r", "Enter Run"), ("sleep 600\r", "└ running"), (_ESCAPE, "F8 Destroy"))
_JOB: Steps = (("\r", "Enter Run"), ("sleep 500 &\r", "job "), (_ESCAPE, "F8 Destroy"))
_FORWARD: Steps = (("f", "Port forwards"), ("8080\r", "0 open"), (_ESCAPE, "F8 Destroy"))
_DIALOGUE: Steps = (("i", "Events"),)
_OPEN: Mapping[str, Steps] = {"a command": _COMMAND, "a job": _JOB, "a forward": _FORWARD, "a dialogue": _DIALOGUE}


def measure() -> list[Measurement]:
    """Leaves dashboards with nothing open, with all sorts of trouble, and with all that can be open."""
    shown = {"none": "LIVE", "hangs": "LIVE", "stubborn": "LIVE", "thread": "CONNECTING"}
    figures = {trouble: [_troubled(trouble, text) for _ in range(_TIMES)] for trouble, text in shown.items()}
    with own_cluster() as cluster, tempfile.TemporaryDirectory(prefix="sbx-") as home:
        asyncio.run(_create(cluster.kubeconfig))
        command = [sys.executable, "-m", "k8s_sandbox_tui", "--kubeconfig", str(cluster.kubeconfig)]
        for what, steps in _OPEN.items():
            figures[what] = [_milliseconds(command, home, "Running", steps) for _ in range(_TIMES_OPEN)]
        every = tuple([step for steps in _OPEN.values() for step in steps])
        figures["all of these, and the server hangs"] = [
            _milliseconds(command, home, "Running", every, hangs=cluster.pid or 0) for _ in range(_TIMES_OPEN)
        ]
    return [
        Measurement(work=f"quit ({what})", value=statistics.median(times), unit="ms", most=_MOST)
        for what, times in figures.items()
    ]


async def _create(kubeconfig: Path) -> None:
    async with k8s(kube_config_path=kubeconfig, runtime="python") as compute:
        await compute.sandbox.create()


def _troubled(trouble: str, shown: str) -> float:
    with tempfile.TemporaryDirectory(prefix="sbx-") as home:
        return _milliseconds([sys.executable, "-m", "tests.terminal.troubled_dashboard", trouble], home, shown)


def _milliseconds(command: list[str], home: str, shown: str, steps: Steps = (), *, hangs: int = 0) -> float:
    """From the key to the end.

    Args:
        command: The dashboard.
        home: The user's folder.
        shown: What it shows when it has started.
        steps: What is opened.
        hangs: The id of a process that is stopped before the key, and goes on after the end.
    """
    environment = {"PYTHONPATH": str(_ROOT), "HOME": home, "PATH": "", "LANG": "C.UTF-8", "COLORTERM": "truecolor"}
    with Terminal(command, columns=120, rows=40, environment=environment) as terminal:
        terminal.wait_for(shown)
        for keys, expected in steps:
            terminal.send(keys)
            terminal.wait_for(expected)
        with _hanging(hangs):
            began = time.perf_counter()
            terminal.send("\x11")
            terminal.wait_for_end()
            return (time.perf_counter() - began) * 1000


@contextmanager
def _hanging(process: int) -> Generator[None]:
    """Stops a process, if there is one; it goes on afterwards."""
    if process:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        if process:
            os.kill(process, signal.SIGCONT)
