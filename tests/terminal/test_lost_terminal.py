"""The dashboard when its terminal goes away, as a closed window, a dropped SSH connection or a killed tmux leave it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal.session import Terminal

ROOT = Path(__file__).parents[2]
# Stands between the terminal and the dashboard, as `make run` does: it gets the hangup, and passes none on.
_PARENT = """
import signal, subprocess, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
subprocess.run(sys.argv[1:], preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
"""


@pytest.mark.parametrize(("trouble", "shown"), [("none", "LIVE"), ("busy", "step-1")], ids=["idle", "drawing"])
@pytest.mark.parametrize("parent", [True, False], ids=["below a parent that keeps the hangup", "leader of the session"])
def test_it_ends_when_its_terminal_is_gone(trouble: str, shown: str, parent: bool, tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "", "LANG": "C.UTF-8"}
    dashboard = [sys.executable, "-m", "tests.terminal.troubled_dashboard", trouble]
    command = [sys.executable, "-c", _PARENT, *dashboard] if parent else dashboard
    with Terminal(command, columns=120, environment=environment) as terminal:
        terminal.wait_for(shown)
        terminal.hang_up()
        try:
            # What the program still says on its way out has no terminal to go to: its exit code tells nothing.
            terminal.process.wait(60)
        except subprocess.TimeoutExpired:
            pytest.fail("the dashboard outlives its terminal")
