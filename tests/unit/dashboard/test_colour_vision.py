"""The colours of the statuses in our themes, as people see them who lack one kind of cone, on any terminal."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color as RichColor
from rich.color import ColorSystem, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from k8s_sandbox_tui.dashboard.eight_bit_filter import EightBitFilter, Lab, oklab
from k8s_sandbox_tui.dashboard.looks import LOOKS
from k8s_sandbox_tui.dashboard.themes import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.theme import Theme

    Drawn = Callable[[str], str]

Triple = tuple[float, float, float]
Matrix = tuple[Triple, Triple, Triple]

VISIONS: dict[str, Matrix] = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
"""On linear RGB: Machado, Oliveira and Fernandes 2009, table 1, severity 1."""

TO_XYZ: Matrix = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
"""From linear sRGB, white D65."""

WHITE: Triple = (0.95047, 1.0, 1.08883)

APART = 14.0
"""In CIELAB: some six times what is just noticed side by side (2.3), for text that stands lines apart."""


def times(matrix: Matrix, vector: Triple) -> Triple:
    """A matrix by a vector."""
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return (x, y, z)


def linear(value: int) -> float:
    """A channel of sRGB without its gamma."""
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def lab(colour: str, vision: Matrix) -> Triple:
    """Where a colour is in CIELAB, as it is seen."""
    red, green, blue = map(linear, Color.parse(colour).rgb)
    seen = times(vision, (red, green, blue))
    clipped = (min(1.0, max(0.0, seen[0])), min(1.0, max(0.0, seen[1])), min(1.0, max(0.0, seen[2])))

    def root(share: float) -> float:
        return share ** (1 / 3) if share > 216 / 24389 else (24389 / 27 * share + 16) / 116

    x, y, z = (root(part / white) for part, white in zip(times(TO_XYZ, clipped), WHITE, strict=True))
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))


def luminance(colour: str) -> float:
    """How bright it is, from 0 to 1 (WCAG 2.1)."""
    red, green, blue = map(linear, Color.parse(colour).rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def in_palette(colour: str) -> str:
    """What is drawn of it on a terminal with 256 colours, by xterm's palette."""
    [segment] = EightBitFilter().apply([Segment("x", Style(color=Color.parse(colour).hex6))], Color(0, 0, 0))
    assert segment.style is not None
    assert segment.style.color is not None
    assert segment.style.color.type is ColorType.EIGHT_BIT
    return segment.style.color.get_truecolor().hex


def nearest_to_rich(red: int, green: int, blue: int) -> tuple[int, int, int]:
    """What Rich makes of a colour by itself."""
    made = RichColor.from_rgb(red, green, blue).downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
    return (made.red, made.green, made.blue)


def apart(one: Lab, other: Lab) -> float:
    """How far two colours are from each other."""
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def distances(theme: Theme, vision: str, drawn: Drawn) -> dict[str, float]:
    """Between the colours of each two statuses, by their names in the alphabet's order."""
    places = {status: lab(drawn(theme.variables[f"status-{status}"]), VISIONS[vision]) for status in LOOKS}
    return {
        f"{one} {other}": sum((a - b) ** 2 for a, b in zip(places[one], places[other], strict=True)) ** 0.5
        for one, other in combinations(sorted(places), 2)
    }


each_theme = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
on_each_terminal = pytest.mark.parametrize("drawn", [str, in_palette], ids=["24 bits", "256 colours"])


@pytest.mark.parametrize("vision", VISIONS)
@each_theme
@on_each_terminal
def test_each_two_statuses_are_told_apart_by_colour(theme: Theme, vision: str, drawn: Drawn) -> None:
    found = distances(theme, vision, drawn)
    assert {pair: distance for pair, distance in found.items() if distance < APART} == {}
    # What one looks for first is further off.
    assert min(found[pair] for pair in ("failed running", "failed starting", "failed stopped")) > 22


@each_theme
@on_each_terminal
def test_each_status_can_be_read_on_every_ground(theme: Theme, drawn: Drawn) -> None:
    """WCAG 2.1, 1.4.3: a contrast of 4.5."""
    grounds = [theme.background, theme.surface, theme.panel]
    grounds += [theme.variables["cursor-focused"], theme.variables["cursor-blurred"]]
    for ground in grounds:
        assert ground is not None
        below = luminance(drawn(ground))
        for status in LOOKS:
            above = luminance(drawn(theme.variables[f"status-{status}"]))
            assert (max(above, below) + 0.05) / (min(above, below) + 0.05) >= 4.5, (status, ground)


@each_theme
def test_the_grounds_stay_grey_and_apart_where_there_are_256_colours(theme: Theme) -> None:
    grounds = [in_palette(ground) for ground in (theme.background, theme.surface, theme.panel) if ground is not None]
    assert len(set(grounds)) == 3
    for ground in grounds:
        red, green, blue = Color.parse(ground).rgb
        assert red == green == blue
    assert in_palette(theme.variables["cursor-focused"]) not in {in_palette(theme.background or ""), ""}


@pytest.mark.parametrize("which", ["word", "sign", "ascii_sign"])
def test_every_status_has_a_word_and_a_sign_of_its_own(which: str) -> None:
    assert len({getattr(look, which) for look in LOOKS.values()}) == len(LOOKS)


CHANNELS = st.integers(0, 255)


@given(CHANNELS, CHANNELS, CHANNELS)
def test_with_256_colours_any_colour_is_drawn_in_one_that_looks_no_less_like_it_than_richs_choice(
    red: int, green: int, blue: int
) -> None:
    meant = Color(red, green, blue).hex6
    ours, richs = oklab(*Color.parse(in_palette(meant)).rgb), oklab(*nearest_to_rich(red, green, blue))
    here = oklab(red, green, blue)
    chosen = meant in {colour for theme in (DARK, LIGHT) for colour in theme.variables.values()}
    assert chosen or apart(here, ours) <= apart(here, richs) + 1e-9


def test_what_has_no_colour_of_its_own_stays_and_the_rest_of_a_style_too() -> None:
    plain, ansi = Style(bold=True), Style(color="red", bgcolor="color(17)")
    linked = Style(color="#12161d", italic=True, link="https://example.com", meta={"@click": "x"})
    segments = [Segment("a"), Segment("b", plain), Segment("c", ansi), Segment("d", linked)]
    none, first, second, third = EightBitFilter().apply(segments, Color(0, 0, 0))
    assert (none.style, first.style, second.style) == (None, plain, ansi)
    assert third.style is not None
    assert (third.style.italic, third.style.link, third.style.meta) == (True, linked.link, linked.meta)
    assert str(third.style.color) == str(Style(color="color(233)").color)
