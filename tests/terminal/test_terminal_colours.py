"""What the dashboard writes to terminals with fewer colours or characters: nothing that they do not have."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.terminal.session import Terminal

ROOT = Path(__file__).parents[2]
SGR = re.compile(rb"\x1b\[([0-9;:]*)m")


def written_colours(raw: bytes) -> set[str]:
    """The kinds of colours in all escape sequences for colours."""
    kinds: set[str] = set()
    for match in SGR.finditer(raw):
        numbers = iter(re.split("[;:]", match[1].decode()))
        for number in numbers:
            if number in {"38", "48"}:
                kind = next(numbers)
                kinds.add({"2": "24 bit", "5": "256"}[kind])
                for _ in range(3 if kind == "2" else 1):
                    next(numbers)
            elif re.fullmatch("[349][0-7]|10[0-7]", number):
                kinds.add("16")
    return kinds


@pytest.mark.parametrize(
    ("environment", "kinds"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, {"24 bit"}),
        ({"TERM": "xterm-256color"}, {"256"}),
        ({"TERM": "xterm"}, {"16"}),
        ({"TERM": "linux"}, {"16"}),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, set[str]()),
    ],
    ids=["24 bit", "256", "16", "linux console", "NO_COLOR"],
)
def test_no_colour_that_the_terminal_does_not_have(
    environment: dict[str, str], kinds: set[str], tmp_path: Path
) -> None:
    usual = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "", "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "tests.terminal.troubled_dashboard", "none"]
    with Terminal(command, environment={**usual, **environment}) as terminal:
        terminal.wait_for("LIVE")
        screen = terminal.wait_for("Failed")
        assert "Running" in screen
        assert "1 failed" in screen
        terminal.send("?")
        terminal.wait_for("Esc closes")
        terminal.send("\x1b")
        terminal.wait_for("F8 Destroy")
        terminal.send("\x1b[19~")  # F8
        terminal.wait_for("Destroy this sandbox?")
        terminal.send("\x11")
        assert terminal.wait_for_end() == 0
    found = written_colours(bytes(terminal.raw))
    assert found <= {*kinds, "16"} if kinds - {"16"} else found == kinds
    assert kinds <= found
    if environment["TERM"] == "linux":
        # It has no other characters for sure; what the hostile sandbox sent has gone by then.
        assert terminal.raw.isascii()
