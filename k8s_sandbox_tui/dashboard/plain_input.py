"""A text field that takes in no control character, whatever is pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.steady_input import SteadyInput

if TYPE_CHECKING:
    from textual import events, getters
    from textual.app import App


class PlainInput(SteadyInput):
    """An `Input` without a border that pastes the first line of a text, sanitised."""

    if TYPE_CHECKING:
        app = getters.app(App[object])
    DEFAULT_CSS = """
    PlainInput {
        height: 1; border: none; padding: 0; background: $surface;
        &:focus { border: none; background-tint: transparent; }
    }
    """

    def on_paste(self, event: events.Paste) -> None:
        """Take a paste from the terminal; `Input` itself would let escape characters through to it again."""
        event.prevent_default()
        event.stop()
        self._take(event.text)

    def action_paste(self) -> None:
        """Take what was copied in this app."""
        self._take(self.app.clipboard)

    def _take(self, text: str) -> None:
        line = next(iter(text.strip().splitlines()), "")
        if line:
            self.replace(harmless(line), *self.selection)
