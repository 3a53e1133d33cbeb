"""How many colours a terminal has, by its variables; drawing without any but ASCII."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from k8s_sandbox_tui.dashboard.ascii_filter import AsciiFilter
from k8s_sandbox_tui.dashboard.looks import LOOKS, UNICODE
from k8s_sandbox_tui.dashboard.terminal_colours import Colours, terminal_colours


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, Colours.TRUE),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, Colours.TRUE),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "truecolor"}, Colours.TRUE),
        ({"TERM": "xterm-256color"}, Colours.EIGHT_BIT),
        ({"TERM": "tmux-256color"}, Colours.EIGHT_BIT),
        ({"TERM": "xterm-kitty"}, Colours.EIGHT_BIT),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, Colours.EIGHT_BIT),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "256"}, Colours.EIGHT_BIT),
        ({"COLORTERM": "truecolor", "TEXTUAL_COLOR_SYSTEM": "256"}, Colours.EIGHT_BIT),
        ({"TERM": "xterm"}, Colours.FEW),
        ({"TERM": "screen"}, Colours.FEW),
        ({"TERM": "linux"}, Colours.FEW),
        ({"TERM": "rxvt-16color"}, Colours.FEW),
        ({"TERM": "vt220"}, Colours.FEW),
        ({}, Colours.FEW),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, Colours.FEW),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "standard"}, Colours.FEW),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "auto"}, Colours.FEW),
    ],
)
def test_how_many_colours_a_terminal_has(environ: dict[str, str], colours: Colours) -> None:
    assert terminal_colours(environ) is colours


@pytest.mark.parametrize(
    "term", ["xterm-direct", "xterm-256color", "xterm-kitty", "tmux-256color", "screen", "dumb", ""]
)
def test_rich_which_writes_them_takes_the_terminal_for_the_same(term: str) -> None:
    console = Console(force_terminal=True, file=io.StringIO(), _environ={"TERM": term})
    assert (console.color_system == "256") is (terminal_colours({"TERM": term}) is Colours.EIGHT_BIT)


def test_the_terminals_of_windows_have_many() -> None:
    assert terminal_colours({}, windows=True) is Colours.TRUE
    assert terminal_colours({"NO_COLOR": "1"}, windows=True) is Colours.FEW


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
