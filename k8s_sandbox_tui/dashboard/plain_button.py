"""A button as the dialogues have it: a word on one line."""

from __future__ import annotations

from textual.widgets import Button

from k8s_sandbox_tui.dashboard.styled_once import StyledOnce


class PlainButton(StyledOnce, Button):
    """A `Button` that costs a fourth of the time to make."""
