"""How long leaving the dashboard takes, from the key to the end of the process, whatever is open."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.measurement import Measurement
from tests.terminal.session import Terminal

_ROOT = Path(__file__).parents[2]
_TIMES = 7
_MOST = 300.0
"""Milliseconds."""


def measure() -> list[Measurement]:
    """Leaves dashboards with nothing open, with a cluster that hangs, with a task that will not end, and early."""
    shown = {"none": "LIVE", "hangs": "LIVE", "stubborn": "LIVE", "thread": "CONNECTING"}
    return [
        Measurement(
            work=f"quit ({trouble})",
            value=statistics.median([_milliseconds(trouble, text) for _ in range(_TIMES)]),
            unit="ms",
            most=_MOST,
        )
        for trouble, text in shown.items()
    ]


def _milliseconds(trouble: str, shown: str) -> float:
    with tempfile.TemporaryDirectory(prefix="sbx-") as home:
        environment = {"PYTHONPATH": str(_ROOT), "HOME": home, "PATH": "", "LANG": "C.UTF-8", "COLORTERM": "truecolor"}
        command = [sys.executable, "-m", "tests.terminal.troubled_dashboard", trouble]
        with Terminal(command, environment=environment) as terminal:
            terminal.wait_for(shown)
            began = time.perf_counter()
            terminal.send("q")
            terminal.wait_for_end()
            return (time.perf_counter() - began) * 1000
