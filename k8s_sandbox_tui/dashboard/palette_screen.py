"""The command palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.command import CommandPalette

if TYPE_CHECKING:
    # Textual's palette and its screens disagree on which handlers of theirs are coroutines.
    InSteps = object
else:
    from k8s_sandbox_tui.dashboard.dialogue import InSteps


class PaletteScreen(CommandPalette, InSteps):
    """Textual's, but opening in steps."""
