"""The table's colours: its CSS, and the styles of its lines as the theme has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.color import Color

from k8s_sandbox_tui.dashboard.looks import LOOKS
from k8s_sandbox_tui.dashboard.table.lines import LineStyles

if TYPE_CHECKING:
    from collections.abc import Mapping

CSS = """
SandboxTable {
    background: $background;
    color: $foreground;
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-gutter: stable;
    scrollbar-size-vertical: 1;
    scrollbar-background: $background;
    scrollbar-background-hover: $background;
    scrollbar-background-active: $background;
}
"""

# From the theme's variables, not from component classes: Textual computes those anew each time the widget's style may
# have changed, which took a tenth of the time to the first paint.
_COLOURS: Mapping[str, tuple[str, str, bool]] = {
    "base": ("foreground", "background", False),
    "text": ("foreground", "", False),
    "muted": ("muted", "", False),
    "header": ("muted", "surface", False),
    "sorted": ("accent", "surface", True),
    "cursor": ("", "cursor-focused", False),
    "cursor-blurred": ("", "cursor-blurred", False),
    "bar": ("accent", "", False),
    "bar-blurred": ("muted", "", False),
    "mark": ("accent", "", True),
    "marks": ("accent", "surface", True),
    "title": ("accent", "", True),
    "key": ("primary", "", True),
    "calm": ("foreground", "", True),
    "warning": ("status-pending", "", True),
    "error": ("status-failed", "", True),
    **{status: (f"status-{status}", "", False) for status in LOOKS},
}
"""By part: the variables of foreground and background, and whether it is bold."""


def line_styles(variables: Mapping[str, str], *, focused: bool) -> LineStyles:
    """The styles of the lines.

    Args:
        variables: The theme's.
        focused: Whether the table has the keys; its cursor fades without them.
    """

    def lookup(part: str) -> Style:
        if part == "cursor" and variables["cursor-focused"] == "ansi_default":
            # On the terminal's own colours, which are not known, only these can be seen for sure.
            return Style(reverse=True) if focused else Style(underline=True)
        foreground, background, bold = _COLOURS[part if focused or part not in {"cursor", "bar"} else f"{part}-blurred"]
        return Style(
            color=Color.parse(variables[foreground]).rich_color if foreground else None,
            bgcolor=Color.parse(variables[background]).rich_color if background else None,
            bold=bold or None,
        )

    return LineStyles(lookup("base"), lookup)
