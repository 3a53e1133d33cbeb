"""How many colours a terminal has, by the variables that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MANY = ("-256color", "-kitty", "-direct")
_CHOICES = {"truecolor": False, "256": False, "standard": True}
"""What TEXTUAL_COLOR_SYSTEM may say, and whether those are few."""


def few_colours(environ: Mapping[str, str], *, windows: bool = False) -> bool:
    """Whether only the terminal's own 16 colours can be used, or, with `NO_COLOR`, none.

    Themes are made of 24-bit colours: the nearest of 16 to each of them are a lottery, so the terminal's own take
    their place. The variables are read as Rich does, which writes the colours, and as no-color.org says.

    Args:
        environ: The environment.
        windows: Whether this is Windows itself, whose terminals set none of the variables and have 24-bit colours.
    """
    if environ.get("NO_COLOR"):
        return True
    said = _CHOICES.get(environ.get("TEXTUAL_COLOR_SYSTEM", ""))
    if said is not None:
        return said
    if environ.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}:
        return False
    return not (windows or environ.get("TERM", "").strip().lower().endswith(_MANY))
