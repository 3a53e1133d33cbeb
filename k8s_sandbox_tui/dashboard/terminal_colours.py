"""How many colours a terminal has, by the variables that say so."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Colours(Enum):
    """How colours are told to a terminal."""

    FEW = "its own 16, or none"
    EIGHT_BIT = "256, most of them the same everywhere"
    TRUE = "24 bits"


_EIGHT_BIT = ("-256color", "-kitty")
_CHOICES = {"truecolor": Colours.TRUE, "256": Colours.EIGHT_BIT, "standard": Colours.FEW}
"""What TEXTUAL_COLOR_SYSTEM may say."""


def terminal_colours(environ: Mapping[str, str], *, windows: bool = False) -> Colours:
    """What Rich, which writes the colours, will use; few also with `NO_COLOR`.

    Themes are made of 24-bit colours: the nearest of 16 to each of them are a lottery, so the terminal's own take
    their place. The variables are read as Rich does, and as no-color.org says.

    Args:
        environ: The environment.
        windows: Whether this is Windows itself, whose terminals set none of the variables and have 24-bit colours.
    """
    if environ.get("NO_COLOR"):
        return Colours.FEW
    said = _CHOICES.get(environ.get("TEXTUAL_COLOR_SYSTEM", ""))
    if said is not None:
        return said
    if windows or environ.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}:
        return Colours.TRUE
    return Colours.EIGHT_BIT if environ.get("TERM", "").strip().lower().endswith(_EIGHT_BIT) else Colours.FEW
