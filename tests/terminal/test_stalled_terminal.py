"""The dashboard when its terminal takes nothing: an SSH connection that hangs, a terminal that was frozen."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from tests.terminal.session import DEADLINE, Terminal
from tests.terminal.troubled_dashboard import STEPS

ROOT = Path(__file__).parents[2]


def busy_dashboard(home: Path) -> Terminal:
    """Draws more than a terminal takes that nobody reads."""
    environment = {"PYTHONPATH": str(ROOT), "COLORTERM": "truecolor", "HOME": str(home), "PATH": "", "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "tests.terminal.troubled_dashboard", "busy"]
    return Terminal(command, columns=120, rows=30, environment=environment)


def wait_for_the_last_step(terminal: Terminal, home: Path) -> None:
    steps = home / "steps"
    end = time.monotonic() + DEADLINE
    while not steps.exists() or steps.read_text() != str(STEPS):
        assert time.monotonic() < end, f"it stopped after {steps.read_text() if steps.exists() else 'nothing'}"
        assert terminal.process.poll() is None
        os.sched_yield()


def test_work_goes_on_and_the_newest_is_drawn_once_it_is_read(tmp_path: Path) -> None:
    with busy_dashboard(tmp_path) as terminal:
        terminal.wait_for("step-1")
        wait_for_the_last_step(terminal, tmp_path)
        terminal.wait_for(lambda screen: screen.count(f"step-{STEPS}") > 10)
        terminal.send("?")
        terminal.wait_for("Esc closes")
        terminal.send("\x1b")
        terminal.wait_for(lambda screen: "Esc closes" not in screen and screen.count(f"step-{STEPS}") > 10)
        terminal.send("\x11")
        assert terminal.wait_for_end() == 0
        assert b"\x1b[?1049l" in terminal.raw


def test_a_signal_ends_it(tmp_path: Path) -> None:
    with busy_dashboard(tmp_path) as terminal:
        terminal.wait_for("step-1")
        wait_for_the_last_step(terminal, tmp_path)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.process.wait(DEADLINE) == 0
