"""The bytes that a copy sends to the terminal, by where the terminal is, and what the screen says of it."""

from __future__ import annotations

import base64
import re
import sys
from pathlib import Path

import pytest

from tests.terminal.session import Terminal

ROOT = Path(__file__).parents[2]
SENT = "Sent to the terminal (OSC 52)"


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"SSH_TTY": "/dev/pts/1"}, rb"(?<!;)\x1b\]52;c;([A-Za-z0-9+/=]+)\x07"),
        ({"SSH_TTY": "/dev/pts/1", "TMUX": "/nowhere,1,0"}, rb"\x1bPtmux;\x1b\x1b\]52;c;([A-Za-z0-9+/=]+)\x07\x1b\\"),
        ({"SSH_TTY": "/dev/pts/1", "STY": "1.pts"}, rb"\x1bP\x1b\]52;c;([A-Za-z0-9+/=]+)\x07\x1b\\"),
    ],
    ids=["ssh", "tmux", "screen"],
)
def test_the_bytes_fit_what_the_terminal_is_in(environment: dict[str, str], found: bytes, tmp_path: Path) -> None:
    usual = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "", "LANG": "C.UTF-8", "COLORTERM": "truecolor"}
    command = [sys.executable, "-m", "tests.terminal.troubled_dashboard", "none"]
    with Terminal(command, columns=100, rows=30, environment={**usual, **environment}) as terminal:
        terminal.wait_for("Running")
        terminal.send("j")
        terminal.send("u")
        terminal.wait_for("Copy")
        terminal.send("3000\r")
        terminal.wait_for(SENT)
        terminal.send("\x11")
        assert terminal.wait_for_end() == 0
    [payload] = re.findall(found, bytes(terminal.raw))
    assert base64.b64decode(payload) == b"http://k8s-sandbox-url-not-configured.invalid:3000"
