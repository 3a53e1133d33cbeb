"""Colours and attributes, from the parameters of SGR sequences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.console.sgr import (
    BOLD,
    DIM,
    ITALIC,
    PLAIN,
    REVERSE,
    STRIKE,
    TRUE_COLOR,
    UNDERLINE,
    TextStyle,
    apply_sgr,
)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("", PLAIN),
        ("0", PLAIN),
        ("31", TextStyle(1)),
        ("91;44", TextStyle(9, 4)),
        ("103", TextStyle(None, 11)),
        ("1;2;3;4;7;9", TextStyle(attributes=BOLD | DIM | ITALIC | UNDERLINE | REVERSE | STRIKE)),
        ("1;31;0;32", TextStyle(2)),
        ("1;31;22;39", PLAIN),
        ("38;5;208", TextStyle(208)),
        ("48;5;17;1", TextStyle(None, 17, BOLD)),
        ("38;2;255;128;0", TextStyle(TRUE_COLOR | 0xFF8000)),
        ("38:2::255:128:0", TextStyle(TRUE_COLOR | 0xFF8000)),
        ("38:2:255:128:0", TextStyle(TRUE_COLOR | 0xFF8000)),
        ("38:5:9", TextStyle(9)),
        ("4:3", TextStyle(attributes=UNDERLINE)),
        ("4;4:0", PLAIN),
        ("58;5;1;3", TextStyle(attributes=ITALIC)),
        ("38;5;256;1", TextStyle(attributes=BOLD)),
        ("38;2;300;0;0;1", TextStyle(attributes=BOLD)),
        ("38;5", PLAIN),
        ("38", PLAIN),
        ("5;8", PLAIN),
        ("99999999999999", PLAIN),
    ],
)
def test_codes_change_the_style(parameters: str, expected: TextStyle) -> None:
    assert apply_sgr(PLAIN, parameters) == expected


def test_a_code_leaves_the_rest_as_it_was() -> None:
    assert apply_sgr(TextStyle(1, 2, BOLD | ITALIC), "23;49") == TextStyle(1, None, BOLD)


@given(st.text("0123456789;:", max_size=60))
def test_any_parameters_give_a_style_in_range(parameters: str) -> None:
    foreground, background, attributes = apply_sgr(PLAIN, parameters)
    for color in (foreground, background):
        assert color is None or 0 <= color <= 255 or TRUE_COLOR <= color <= TRUE_COLOR | 0xFFFFFF
    assert 0 <= attributes < 64
