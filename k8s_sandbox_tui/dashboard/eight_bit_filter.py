"""Draws in the 256 colours that a terminal has, each as near as it is seen to the one that is meant.

Rich rounds red, green and blue each by itself: dark greys with a shade of blue become black or navy, and light ones
yellow.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.filter import LineFilter

from k8s_sandbox_tui.dashboard.themes import EIGHT_BIT_STATUS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import textual.color

_STEPS = (0, 95, 135, 175, 215, 255)


class Lab(NamedTuple):
    """A colour in Oklab, where distances are as people see them (Björn Ottosson, 2020)."""

    lightness: float
    green_red: float
    blue_yellow: float


def _linear(channel: int) -> float:
    """A channel of sRGB without its gamma (IEC 61966-2-1)."""
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def oklab(red: int, green: int, blue: int) -> Lab:
    """A colour of sRGB, in channels from 0 to 255."""
    r, g, b = _linear(red), _linear(green), _linear(blue)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    medium = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return Lab(
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _palette() -> Mapping[int, Lab]:
    """Those of xterm's that are the same everywhere: a cube of 216 and 24 greys."""
    cube = ((red, green, blue) for red in _STEPS for green in _STEPS for blue in _STEPS)
    greys = ((8 + 10 * step,) * 3 for step in range(24))
    return {number: oklab(*channels) for number, channels in enumerate((*cube, *greys), start=16)}


_PALETTE = _palette()
_CHOSEN = {oklab(*Color.parse(colour).get_truecolor()): number for colour, number in EIGHT_BIT_STATUS.items()}


@lru_cache(4096)
def nearest(red: int, green: int, blue: int) -> int:
    """The number of the colour that takes the place of another: the chosen one for a status, else the nearest."""
    meant = oklab(red, green, blue)
    return _CHOSEN.get(meant) or min(
        _PALETTE, key=lambda number: sum((a - b) ** 2 for a, b in zip(_PALETTE[number], meant, strict=True))
    )


def _in_palette(color: Color | None) -> Color | None:
    if color is None or color.type is not ColorType.TRUECOLOR or color.triplet is None:
        return None
    return Color.from_ansi(nearest(*color.triplet))


@lru_cache(4096)
def _style_in_palette(style: Style) -> Style:
    color, background = _in_palette(style.color), _in_palette(style.bgcolor)
    return style if color is background is None else style + Style.from_color(color, background)


class EightBitFilter(LineFilter):
    """Puts colours of the palette in the place of all others."""

    def apply(
        self,
        segments: list[Segment],
        background: textual.color.Color,  # noqa: ARG002 - the base's signature
    ) -> list[Segment]:
        """The same line in colours of the palette."""
        return [
            segment
            if segment.style is None
            else Segment(segment.text, _style_in_palette(segment.style), segment.control)
            for segment in segments
        ]
