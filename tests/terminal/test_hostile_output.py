"""Output that tries to act on the user's terminal, on a real pty: nothing of it gets there but colours and letters."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.terminal.hostile_console import MARK
from tests.terminal.session import Terminal

ROOT = Path(__file__).parents[2]

OURS = re.compile(
    rb"\x1b\[[0-9;:]*m"  # colours
    rb"|\x1b\[[0-9]*;[0-9]*H"  # where Textual draws
    rb"|\x1b\[\?[0-9;]+[hl]|\x1b\[\?[0-9;]+\$p"  # modes it sets and asks for at its start and end
    rb"|\x1b\[[<>=][0-9;]*u"  # the keyboard protocol
    rb"|\x1b\[\?u|\x1b\[H|\x1b\[c|\x1b\[16t|\x1b\[6n|\x1b\[[0-9]* q|\x1b\]22;[a-z-]*\x07"
)
"""Every sequence that Textual itself may send. None of them carries a text."""


def test_no_escape_of_a_sandbox_reaches_the_terminal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.terminal.hostile_console", str(tmp_path)]
    environment = {"PYTHONPATH": str(ROOT), "COLORTERM": "truecolor", "HOME": str(tmp_path), "PATH": ""}
    with Terminal(command, columns=100, rows=300, environment=environment) as terminal:
        terminal.wait_for("sandbox gone")
        terminal.wait_for("coloured")
        terminal.wait_for("before0")
        terminal.wait_for("after18")
        terminal.resize(100, 40)
        for key, end in (("\x1bOQ", "uid-evil"), ("y", "lastkey:"), ("v", "happened"), ("l", "last line")):
            terminal.send(key)
            terminal.wait_for(end)
        terminal.send("\x11")
        assert terminal.wait_for_end() == 0
    drawn = bytes(terminal.raw)
    assert b"coloured" in drawn
    left = OURS.sub(b"", drawn)
    assert b"\x1b" not in left, re.findall(rb".{20}\x1b.{20}", left, re.DOTALL)[:5]
    text = left.decode()
    assert re.search("[\x00-\x07\x0b\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]", text) is None
    assert MARK not in "".join(match.decode() for match in OURS.findall(drawn))
