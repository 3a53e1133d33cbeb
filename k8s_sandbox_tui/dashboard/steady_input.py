"""A text field whose place does not depend on its text."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from k8s_sandbox_tui.dashboard.styled_once import StyledOnce


class SteadyInput(StyledOnce, Input):
    """An `Input` that is drawn again at a key, without a new layout of the whole screen."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """How far its text goes; `Widget` would lay out all again for that. With `width: auto`, `Input` itself does so."""
