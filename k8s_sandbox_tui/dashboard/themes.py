"""Our dark and our light theme, and the colours that every theme needs for the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.color import Color
from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Mapping

# Found by a search from bluish green, vermillion, yellow, sky blue and purple (Okabe and Ito): the nearest colours that
# are told apart with any colour vision, each two of them, and can be read on every ground.
_DARK_STATUS: Mapping[str, str] = {
    "status-running": "#6ae0c9",
    "status-failed": "#ff8367",
    "status-pending": "#ecc649",
    "status-starting": "#70b5fc",
    "status-stopping": "#e2c0f9",
    "status-stopped": "#9f9fa1",
    "status-unknown": "#dc8dc8",
}
_LIGHT_STATUS: Mapping[str, str] = {
    "status-running": "#1a6c57",
    "status-failed": "#880800",
    "status-pending": "#845d01",
    "status-starting": "#2c5ea1",
    "status-stopping": "#413498",
    "status-stopped": "#3a434c",
    "status-unknown": "#9b3178",
}
EIGHT_BIT_STATUS: Mapping[str, int] = {
    "#6ae0c9": 115,
    "#ff8367": 209,
    "#ecc649": 185,
    "#70b5fc": 110,
    "#e2c0f9": 189,
    "#9f9fa1": 109,
    "#dc8dc8": 177,
    "#1a6c57": 23,
    "#880800": 88,
    "#845d01": 94,
    "#2c5ea1": 25,
    "#413498": 55,
    "#3a434c": 236,
    "#9b3178": 125,
}
"""Those of a palette of 256 that take their place, by a search of the same kind: the nearest to each are too alike."""

DARK = Theme(
    name="sandbox-dark",
    primary="#5aa2e6",
    secondary="#6ae0c9",
    accent="#e9b665",
    warning="#ecc649",
    error="#ff8367",
    success="#6ae0c9",
    foreground="#d7dde6",
    background="#12161d",
    surface="#191f28",
    panel="#222a35",
    dark=True,
    variables={
        "muted": "#a2adbc",
        "faint": "#5d6878",
        "cursor-focused": "#22384f",
        "cursor-blurred": "#1e2631",
        "border": "#5aa2e6",
        "border-blurred": "#2c3644",
        "block-cursor-foreground": "#12161d",
        "block-cursor-background": "#e9b665",
        "block-cursor-text-style": "none",
        "input-selection-background": "#5aa2e6 35%",
        "button-focus-text-style": "bold",
        "scrollbar-background": "#191f28",
        "scrollbar-background-hover": "#191f28",
        "scrollbar-background-active": "#191f28",
        "scrollbar": "#323d4c",
        "scrollbar-hover": "#465468",
        "scrollbar-active": "#5aa2e6",
        **_DARK_STATUS,
    },
)

LIGHT = Theme(
    name="sandbox-light",
    primary="#1b5a9e",
    secondary="#1a6c57",
    accent="#8a4b00",
    warning="#845d01",
    error="#b3310d",
    success="#1a6c57",
    foreground="#22272f",
    background="#fbfaf7",
    surface="#f1eee8",
    panel="#e5e0d6",
    dark=False,
    variables={
        "muted": "#555d6a",
        "faint": "#9a9c9f",
        "cursor-focused": "#dce9f7",
        "cursor-blurred": "#eae6dd",
        "border": "#1b5a9e",
        "border-blurred": "#cfc8ba",
        "block-cursor-foreground": "#fbfaf7",
        "block-cursor-background": "#8a4b00",
        "block-cursor-text-style": "none",
        "input-selection-background": "#1b5a9e 25%",
        "button-focus-text-style": "bold",
        "scrollbar-background": "#f1eee8",
        "scrollbar-background-hover": "#f1eee8",
        "scrollbar-background-active": "#f1eee8",
        "scrollbar": "#d0c9bb",
        "scrollbar-hover": "#b8af9d",
        "scrollbar-active": "#1b5a9e",
        **_LIGHT_STATUS,
    },
)


_ANSI_DARK: Mapping[str, str] = {
    "status-running": "ansi_bright_cyan",
    "status-failed": "ansi_bright_red",
    "status-pending": "ansi_bright_yellow",
    "status-starting": "ansi_bright_blue",
    "status-stopping": "ansi_bright_magenta",
    "status-stopped": "ansi_white",
    "status-unknown": "ansi_magenta",
    "muted": "ansi_white",
    "faint": "ansi_bright_black",
    "cursor-focused": "ansi_default",
    "cursor-blurred": "ansi_default",
}
_ANSI_LIGHT: Mapping[str, str] = {
    "status-running": "ansi_cyan",
    "status-failed": "ansi_red",
    "status-pending": "ansi_yellow",
    "status-starting": "ansi_blue",
    "status-stopping": "ansi_magenta",
    "status-stopped": "ansi_bright_black",
    "status-unknown": "ansi_bright_magenta",
    "muted": "ansi_bright_black",
    "faint": "ansi_white",
    "cursor-focused": "ansi_default",
    "cursor-blurred": "ansi_default",
}


def variable_defaults(theme: Theme) -> dict[str, str]:
    """The colours of ours that a theme of Textual's lacks; of the terminal's own where the theme uses those."""
    if theme.ansi:
        return dict(_ANSI_DARK if theme.dark else _ANSI_LIGHT)
    ours = DARK if theme.dark else LIGHT
    own = {name: ours.variables[name] for name in _ANSI_DARK}
    ground, primary, grey = map(Color.parse, (theme.background or ours.background or "", theme.primary, "#808080"))
    own["cursor-focused"] = ground.blend(primary, 0.3, alpha=1).hex
    own["cursor-blurred"] = ground.blend(grey, 0.2, alpha=1).hex
    return own
