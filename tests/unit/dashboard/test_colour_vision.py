"""The colours of the statuses in our themes, as people see them who lack one kind of cone."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from textual.color import Color

from k8s_sandbox_tui.dashboard.looks import LOOKS
from k8s_sandbox_tui.dashboard.themes import DARK, LIGHT

if TYPE_CHECKING:
    from textual.theme import Theme

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


def distances(theme: Theme, vision: str) -> dict[str, float]:
    """Between the colours of each two statuses, by their names in the alphabet's order."""
    places = {status: lab(theme.variables[f"status-{status}"], VISIONS[vision]) for status in LOOKS}
    return {
        f"{one} {other}": sum((a - b) ** 2 for a, b in zip(places[one], places[other], strict=True)) ** 0.5
        for one, other in combinations(sorted(places), 2)
    }


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_each_two_statuses_are_told_apart_by_colour(theme: Theme, vision: str) -> None:
    found = distances(theme, vision)
    assert {pair: distance for pair, distance in found.items() if distance < APART} == {}
    # What one looks for first is further off.
    assert min(found[pair] for pair in ("failed running", "failed starting", "failed stopped")) > 22


@pytest.mark.parametrize("which", ["word", "sign", "ascii_sign"])
def test_every_status_has_a_word_and_a_sign_of_its_own(which: str) -> None:
    assert len({getattr(look, which) for look in LOOKS.values()}) == len(LOOKS)
