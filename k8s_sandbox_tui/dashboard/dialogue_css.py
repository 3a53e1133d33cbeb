"""What the style sheets of dialogues have in common, as declarations to put into them."""

from __future__ import annotations

from typing import Final

OVER_ALL: Final = "align: center middle; background: $background 60%;"
"""Of the screen: in the middle, over what is dimmed."""

WINDOW: Final = (
    "background: $surface; border: round $border-blurred; border-title-color: $accent; border-title-style: bold;"
)
"""Of what is asked or shown in a few lines."""

FORM: Final = "border: round $primary; border-title-color: $text; border-title-style: bold; background: $surface;"
"""Of what is filled in or read at length."""

FOCUSED: Final = "background: $accent; color: $background; text-style: bold; background-tint: transparent;"
"""Of a button of a window that has the focus."""

FOCUSED_IN_FORM: Final = (
    "background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; "
    "background-tint: transparent;"
)
"""Of a button of a form that has the focus."""
