"""How long the program takes to start, beside a bare interpreter."""

from __future__ import annotations

import subprocess
import sys

from tests.bench.measurement import Measurement, median_seconds


def measure() -> list[Measurement]:
    """Measures whole processes."""
    bare = _process("-c", "pass")
    return [
        Measurement(
            work="--help",
            value=_process("-m", "k8s_sandbox_tui", "--help"),
            unit="ms",
            peer="python -c pass",
            peer_value=bare,
            most=3,
        )
    ]


def _process(*arguments: str) -> float:
    command = [sys.executable, *arguments]
    return 1000 * median_seconds(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True), times=15)
