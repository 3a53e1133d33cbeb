"""The dashboard as a process on a real pty: leaving at once whatever is open, and nothing but its own escapes."""

from __future__ import annotations

import re
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.terminal.session import Terminal
from tests.terminal.test_hostile_output import OURS
from tests.terminal.troubled_dashboard import MARK

ROOT = Path(__file__).parents[2]
NO_LONGER = 30.0
"""Seconds that leaving may take on a busy machine; what it is kept from waiting for lasts ten times as long."""


def dashboard(trouble: str, home: Path) -> Terminal:
    environment = {"PYTHONPATH": str(ROOT), "COLORTERM": "truecolor", "HOME": str(home), "PATH": "", "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "tests.terminal.troubled_dashboard", trouble]
    return Terminal(command, columns=100, rows=30, environment=environment)


def leave(terminal: Terminal, before: list[object]) -> None:
    """Quits, which waits for nothing and gives the terminal back."""
    began = time.monotonic()
    terminal.send("\x11")
    assert terminal.wait_for_end() == 0
    assert time.monotonic() - began < NO_LONGER
    assert terminal.modes() == before
    assert "left with 0" in terminal.text
    assert "Traceback" not in terminal.text
    assert "destroyed but" not in terminal.text
    assert b"\x1b[?1049l" in terminal.raw


@pytest.mark.parametrize(("trouble", "shown"), [("thread", "CONNECTING"), ("hangs", "LIVE"), ("stubborn", "LIVE")])
def test_quitting_waits_for_nothing_and_gives_the_terminal_back(trouble: str, shown: str, tmp_path: Path) -> None:
    with dashboard(trouble, tmp_path) as terminal:
        before = terminal.modes()
        terminal.wait_for(shown)
        leave(terminal, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_ctrl_z_does_nothing_and_a_signal_to_end_gives_the_terminal_back(
    number: signal.Signals, tmp_path: Path
) -> None:
    with dashboard("none", tmp_path) as terminal:
        before = terminal.modes()
        terminal.wait_for("LIVE")
        # In one piece, as over a slow line: no letter of the filter is a command of the table.
        terminal.send("/!bcqx\r\x1a")
        terminal.wait_for("!bcqx")
        terminal.send("?")
        terminal.wait_for("Esc closes")
        assert b"\x1b[?1049l" not in terminal.raw
        terminal.process.send_signal(number)
        assert terminal.wait_for_end() == 0
        assert terminal.modes() == before
    assert b"\x1b[?1049l" in terminal.raw


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_a_signal_to_stop_pauses_it_and_one_to_go_on_brings_it_back_whole(
    number: signal.Signals, tmp_path: Path
) -> None:
    """Suspended, it is paused: it asks the cluster nothing and draws nothing. Later it goes on as it was, and ends."""
    with dashboard("none", tmp_path) as terminal:
        before = terminal.modes()
        terminal.wait_for("Running")
        terminal.process.send_signal(number)
        terminal.wait_for_stop()
        if number is signal.SIGTSTP:
            terminal.wait_for(lambda _: b"\x1b[?1049l" in terminal.raw)
            assert terminal.modes() == before
        terminal.raw.clear()
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_for(lambda _: b"Running" in terminal.raw)
        terminal.send("?")
        terminal.wait_for("Esc closes")
        terminal.send("\x11")
        assert terminal.wait_for_end() == 0
        assert terminal.modes() == before


def test_nothing_that_is_pasted_is_a_key(tmp_path: Path) -> None:
    with dashboard("none", tmp_path) as terminal:
        terminal.wait_for("Running")
        terminal.send("/")
        terminal.wait_for("Esc")
        # Leave the filter, F8, help, leave the dashboard: if a terminal does not take them out.
        terminal.send("\x1b[200~sbx\x1b\x1b[19~\x1bOP?\x11\x1b[201~")
        terminal.wait_for("sbx[19~OP?")
        assert "Destroy this" not in terminal.text
        terminal.send("\x11")
        assert terminal.wait_for_end() == 0


def test_it_pauses_and_goes_on_at_any_moment_while_it_draws(tmp_path: Path) -> None:
    with dashboard("busy", tmp_path) as terminal:
        before = terminal.modes()
        for _ in range(25):
            terminal.wait_for("Running")
            terminal.process.send_signal(signal.SIGTSTP)
            terminal.wait_for_stop()
            terminal.wait_for(lambda _: terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h"))
            assert terminal.modes() == before
            terminal.process.send_signal(signal.SIGCONT)
            terminal.wait_for(lambda _: terminal.raw.rfind(b"\x1b[?1049l") < terminal.raw.rfind(b"\x1b[?1049h"))
        # What is drawn comes after it has the keys: before, Ctrl-Q is one of the terminal's own.
        terminal.wait_for(lambda _: terminal.raw.rfind(b"Running") > terminal.raw.rfind(b"\x1b[?1049h"))
        terminal.send("\x11")
        assert terminal.wait_for_end() == 0
        assert terminal.modes() == before


@pytest.mark.parametrize(("trouble", "shown"), [("none", "Failed text[/x]"), ("refused", "No context text[/x]")])
def test_no_escape_of_a_cluster_reaches_the_terminal(trouble: str, shown: str, tmp_path: Path) -> None:
    with dashboard(trouble, tmp_path) as terminal:
        before = terminal.modes()
        terminal.wait_for(shown)
        if trouble == "none":
            terminal.send("\x1b[19~")  # F8
            terminal.wait_for("Destroy this sandbox?")
            terminal.send("\x1b")
            terminal.wait_for("F8 Destroy")
            terminal.send("u")
            terminal.wait_for("URL")
            terminal.send("\x1b")
        leave(terminal, before)
    left = OURS.sub(b"", bytes(terminal.raw))
    assert b"\x1b" not in left, re.findall(rb".{20}\x1b.{20}", left, re.DOTALL)[:5]
    assert re.search("[\x00-\x07\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e]", left.decode()) is None
    assert MARK not in "".join(match.decode() for match in OURS.findall(bytes(terminal.raw)))
