"""How many colours a terminal has, by its variables; drawing without any but ASCII."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from k8s_sandbox_tui.dashboard.ascii_filter import AsciiFilter
from k8s_sandbox_tui.dashboard.looks import LOOKS, UNICODE
from k8s_sandbox_tui.dashboard.terminal_colours import few_colours


@pytest.mark.parametrize(
    ("environ", "few"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "tmux-256color"}, False),
        ({"TERM": "xterm-kitty"}, False),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, False),
        ({"TERM": "xterm"}, True),
        ({"TERM": "screen"}, True),
        ({"TERM": "linux"}, True),
        ({"TERM": "rxvt-16color"}, True),
        ({"TERM": "vt220"}, True),
        ({}, True),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, True),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, False),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "standard"}, True),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "256"}, False),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "auto"}, True),
    ],
)
def test_few_or_many(environ: dict[str, str], few: bool) -> None:
    assert few_colours(environ) is few


def test_the_terminals_of_windows_have_many() -> None:
    assert not few_colours({}, windows=True)
    assert few_colours({"NO_COLOR": "1"}, windows=True)


@given(st.text(alphabet=st.characters(min_codepoint=0x2500, max_codepoint=0x259F), max_size=20))
def test_whatever_is_drawn_becomes_ascii_of_the_same_width(text: str) -> None:
    style = Style(bold=True)
    [segment] = AsciiFilter().apply([Segment(text, style)], Color(0, 0, 0))
    assert segment.text.isascii()
    assert len(segment.text) == cell_len(text)
    assert segment.style is style


def test_every_sign_of_ours_has_a_stand_in() -> None:
    signs = "".join([*map(str, astuple(UNICODE)), *[look.sign for look in LOOKS.values()]])
    [segment] = AsciiFilter().apply([Segment(signs)], Color(0, 0, 0))
    assert segment.text.isascii()


def test_names_in_other_scripts_are_left_alone() -> None:
    [segment] = AsciiFilter().apply([Segment("│ Grüße 東京 …")], Color(0, 0, 0))
    assert segment.text == "| Grüße 東京 ~"
