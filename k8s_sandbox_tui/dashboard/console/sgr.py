"""Colours and attributes of terminal output, read from SGR sequences into a small value.

SGR is the only escape sequence that output keeps, and only as this value: the bytes
themselves go no further. Codes: ECMA-48 §8.3.117, and xterm's 38/48 colour forms.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

BOLD = 1
DIM = 2
ITALIC = 4
UNDERLINE = 8
REVERSE = 16
STRIKE = 32

TRUE_COLOR = 1 << 24
"""Set on a colour that is `0xRRGGBB`; without it the colour is an index into the palette of 256."""


class TextStyle(NamedTuple):
    """How a run of text looks. None is the default colour."""

    foreground: int | None = None
    background: int | None = None
    attributes: int = 0
    """Sum of `BOLD`, `DIM`, `ITALIC`, `UNDERLINE`, `REVERSE` and `STRIKE`."""


PLAIN = TextStyle()

# Blink (5, 6) and conceal (8) are left out: one disturbs, the other hides what a sandbox prints.
_SET = {1: BOLD, 2: DIM, 3: ITALIC, 4: UNDERLINE, 7: REVERSE, 9: STRIKE, 21: UNDERLINE}
_UNSET = {22: BOLD | DIM, 23: ITALIC, 24: UNDERLINE, 27: REVERSE, 29: STRIKE}
_FOREGROUNDS: dict[int, int | None] = {39: None, **{30 + n: n for n in range(8)}, **{90 + n: 8 + n for n in range(8)}}
_BACKGROUNDS = {code + 10: color for code, color in _FOREGROUNDS.items()}
_MAX_CODES = 32


@lru_cache(maxsize=4096)
def apply_sgr(style: TextStyle, parameters: str) -> TextStyle:
    """The style after `CSI parameters m`; unknown codes change nothing.

    Args:
        style: The style before.
        parameters: What stands between `CSI` and `m`: digits, `;` and `:` only.
    """
    groups = parameters.split(";")[:_MAX_CODES]
    foreground, background, attributes = style
    position = 0
    while position < len(groups):
        codes = [_number(code) for code in groups[position].split(":")]
        code = codes[0]
        position += 1
        if code in (38, 48, 58):
            if len(codes) > 1:
                color = _color(codes[1:], has_color_space=len(codes) > 5)
            else:
                rest = [_number(group) for group in groups[position : position + 4]]
                position += _color_length(rest)
                color = _color(rest, has_color_space=False)
            if code == 38:
                foreground = foreground if color is None else color
            elif code == 48:
                background = background if color is None else color
        elif code == 0:
            foreground, background, attributes = PLAIN
        elif code == 4 and codes[1:] == [0]:
            attributes &= ~UNDERLINE
        elif code in _SET:
            attributes |= _SET[code]
        elif code in _UNSET:
            attributes &= ~_UNSET[code]
        else:
            foreground, background = _palette(code, foreground, background)
    return TextStyle(foreground, background, attributes)


def _palette(code: int, foreground: int | None, background: int | None) -> tuple[int | None, int | None]:
    """The two colours after one of the codes of the 16-colour palette, or unchanged."""
    if code in _FOREGROUNDS:
        return _FOREGROUNDS[code], background
    if code in _BACKGROUNDS:
        return foreground, _BACKGROUNDS[code]
    return foreground, background


def _number(text: str) -> int:
    """A code; empty means 0, as in ECMA-48, and what no code can be means -1."""
    if not text:
        return 0
    return int(text) if len(text) <= 4 and text.isascii() and text.isdigit() else -1


def _color_length(codes: list[int]) -> int:
    """How many of the codes after 38 or 48 belong to the colour."""
    return {5: 2, 2: 4}.get(codes[0], 1) if codes else 0


def _color(codes: list[int], *, has_color_space: bool) -> int | None:
    """The colour of `5;index` or `2;red;green;blue`; None when it is cut short or out of range."""
    if len(codes) >= 2 and codes[0] == 5:
        return codes[1] if 0 <= codes[1] <= 255 else None
    if codes and codes[0] == 2:
        start = 2 if has_color_space else 1
        channels = codes[start : start + 3]
        if len(channels) == 3 and all(0 <= channel <= 255 for channel in channels):
            red, green, blue = channels
            return TRUE_COLOR | red << 16 | green << 8 | blue
    return None
