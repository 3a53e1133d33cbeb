"""A text field whose place does not depend on its text, and which takes in no control character."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.styled_once import StyledOnce

if TYPE_CHECKING:
    from textual import events, getters
    from textual.app import App


class SteadyInput(StyledOnce, Input):
    """An `Input` that is drawn again at a key, without a new layout of the whole screen, and pastes sanitised text."""

    if TYPE_CHECKING:
        app = getters.app(App[object])
    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """How far its text goes; `Widget` would lay out all again for that. With `width: auto`, `Input` itself does so."""

    def on_paste(self, event: events.Paste) -> None:
        """Take a paste from the terminal; `Input` itself would let escape characters through to it again."""
        event.prevent_default()
        event.stop()
        self.take_pasted(event.text)

    def action_paste(self) -> None:
        """Take what was copied in this app."""
        self.take_pasted(self.app.clipboard)

    def take_pasted(self, text: str) -> None:
        """Put the first line of a text in place of the selection."""
        line = next(iter(text.strip().splitlines()), "")
        if line:
            self.replace(harmless(line), *self.selection)
