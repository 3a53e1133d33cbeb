"""What the dashboard writes to terminals with fewer colours or characters, or within ssh, tmux and screen."""

from __future__ import annotations

import base64
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


_RGB = re.compile(rb"[34]8[;:]2[;:](\d+)[;:](\d+)[;:](\d+)")
_SSH = {"SSH_TTY": "/dev/pts/1"}
_PLAIN = rb"(?<!;)\x1b\]52;c;([A-Za-z0-9+/=]+)\x07"
_TMUX = rb"\x1bPtmux;\x1b\x1b\]52;c;([A-Za-z0-9+/=]+)\x07\x1b\\"
_SCREEN = rb"\x1bP\x1b\]52;c;([A-Za-z0-9+/=]+)\x07\x1b\\"


@pytest.mark.parametrize(
    ("environment", "kinds", "copied"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", **_SSH}, {"24 bit"}, _PLAIN),
        ({"TERM": "xterm-256color", **_SSH, "TMUX": "/nowhere,1,0"}, {"256"}, _TMUX),
        ({"TERM": "xterm", **_SSH, "STY": "1.pts"}, {"16"}, _SCREEN),
        ({"TERM": "linux"}, {"16"}, b""),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, set[str](), b""),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": ""}, {"24 bit"}, b""),
    ],
    ids=["24 bit over ssh", "256 in tmux", "16 in screen", "linux console", "NO_COLOR", "NO_COLOR says nothing"],
)
def test_no_colour_that_the_terminal_does_not_have_and_a_copy_that_fits_what_it_is_in(
    environment: dict[str, str], kinds: set[str], copied: bytes, tmp_path: Path
) -> None:
    usual = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "", "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "tests.terminal.troubled_dashboard", "none"]
    with Terminal(command, environment={**usual, **environment}) as terminal:
        terminal.wait_for("LIVE")
        screen = terminal.wait_for(lambda screen: "Failed" in screen and "Running" in screen)
        assert "1 failed" in screen
        terminal.send("?")
        terminal.wait_for("Esc closes")
        terminal.send("\x1b")
        terminal.wait_for(lambda screen: "Esc closes" not in screen)
        if copied:
            terminal.send("j")
            terminal.send("u")
            terminal.wait_for("Copy")
            terminal.send("3000\r")
            terminal.wait_for("Sent to the terminal (OSC 52)")
        terminal.send("\x1b[19~")  # F8
        terminal.wait_for("Destroy this sandbox?")
        terminal.send("\x11")
        assert terminal.wait_for_end() == 0
    found = written_colours(bytes(terminal.raw))
    assert found <= {*kinds, "16"} if kinds - {"16"} else found == kinds
    assert kinds <= found
    if "24 bit" in kinds:
        greys = [red == green == blue for red, green, blue in _RGB.findall(bytes(terminal.raw))]
        assert not all(greys), "colours, not shades of grey"
    if "256" in kinds:
        grounds = set(re.findall(rb"48;5;(\d+)", bytes(terminal.raw)))
        assert {b"233", b"235"} <= grounds, "dark greys"
        assert not {b"16", b"17"} & grounds, "neither black nor navy"
    if environment["TERM"] == "linux":
        # It has no other characters for sure; what the hostile sandbox sent has gone by then.
        assert terminal.raw.isascii()
    if copied:
        [payload] = re.findall(copied, bytes(terminal.raw))
        assert base64.b64decode(payload) == b"http://computesdk-sbx-00000002-svc.example:3000"
