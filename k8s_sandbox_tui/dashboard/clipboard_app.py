"""A Textual app whose `copy_to_clipboard` also works inside tmux and GNU screen."""

from __future__ import annotations

import os

from textual.app import App, ReturnType

from k8s_sandbox_tui.dashboard.osc52 import fits_osc52, osc52


class ClipboardApp(App[ReturnType]):
    """Base of the dashboard's app.

    Everything that copies through Textual (a mouse selection, a text field) gets the same
    care as `clipboard.copy_text`.
    """

    def remember_clipboard(self, text: str) -> None:
        """Make the text what ctrl+v pastes in this app, without telling the terminal."""
        self._clipboard = text

    def copy_to_clipboard(self, text: str) -> None:
        """Remember the text, and ask the terminal to put it on the clipboard unless it is too large for OSC 52."""
        self.remember_clipboard(text)
        if self._driver is not None and fits_osc52(text):
            self._driver.write(osc52(text, os.environ))
