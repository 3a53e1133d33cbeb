"""A Textual app whose `copy_to_clipboard` also works inside tmux and GNU screen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from textual.app import ReturnType

from k8s_sandbox_tui.dashboard.osc52 import fits_osc52, osc52
from k8s_sandbox_tui.dashboard.paced_app import PacedApp

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.clipboard import ClipboardWay


class ClipboardApp(PacedApp[ReturnType]):
    """Base of the dashboard's app.

    Everything that copies through Textual (a mouse selection, a text field) gets the same
    care as `clipboard.copy_text`.
    """

    clipboard_way: ClipboardWay = "auto"
    """Which ways to a clipboard the user allows."""

    def remember_clipboard(self, text: str) -> None:
        """Make the text what ctrl+v pastes in this app, without telling the terminal."""
        self._clipboard = text

    def copy_to_clipboard(self, text: str) -> None:
        """Remember the text, and ask the terminal to put it on the clipboard, if that is allowed and OSC 52 can."""
        self.remember_clipboard(text)
        if self.clipboard_way != "native" and self._driver is not None and fits_osc52(text):
            self._driver.write(osc52(text, os.environ))
