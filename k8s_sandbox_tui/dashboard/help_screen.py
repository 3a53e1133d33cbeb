"""The help: every key with what it does, made from the bindings themselves."""

from __future__ import annotations

import textwrap
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.commands import COMMANDS
from k8s_sandbox_tui.dashboard.dialogue_keys import HELP_KEYS, dialogue_keys
from k8s_sandbox_tui.dashboard.key_names import keys_text
from k8s_sandbox_tui.dashboard.looks import LOOKS, Glyphs
from k8s_sandbox_tui.dashboard.main_keys import main_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType


KEYS = 16
"""Cells for the keys."""

PALETTE = "^P"
"""How to get at what has no key of its own."""

SENTENCE = 50
"""Cells for what they do: it fits 80 columns with the keys."""

MEANINGS: Mapping[str, str] = {
    "failed": "ended with an error, or cannot start",
    "unknown": "its node does not answer",
    "pending": "waits for a node",
    "starting": "its image is pulled, its container is made",
    "stopping": "is being destroyed",
    "running": "takes commands",
    "stopped": "ended by itself",
}
"""What the statuses mean."""


class HelpScreen(ModalScreen[str]):
    """All keys, and what the signs mean; gives the id of the command that was clicked, empty for none."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        background: $background 60%;
        & > VerticalScroll {
            width: 78;
            max-width: 96%;
            height: auto;
            max-height: 94%;
            padding: 1 2;
            background: $surface;
            border: round $border-blurred;
            border-title-color: $accent;
            border-title-style: bold;
            border-subtitle-color: $muted;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = HELP_KEYS

    def __init__(self, glyphs: Glyphs, keymap: Mapping[str, str]) -> None:
        """Prepare it.

        Args:
            glyphs: The signs of the statuses.
            keymap: The user's own keys, by id.
        """
        super().__init__()
        self._sections = [*main_keys(keymap), *dialogue_keys(keymap)]
        self._glyphs = glyphs
        self._clickable: list[str] = []
        """By line, the id of the command that it is about; empty where it is about none."""

    def compose(self) -> ComposeResult:
        """One text, scrollable."""
        with VerticalScroll() as box:
            box.border_title = "Help"
            box.border_subtitle = "A click on a command does it  Esc closes"
            yield Static(self._text(), markup=False)

    def on_mount(self) -> None:
        """The arrows scroll at once."""
        self.query_one(VerticalScroll).focus()

    def on_click(self, event: events.Click) -> None:
        """Do the command under the mouse; a click beside the help closes it."""
        if event.screen_offset not in self.query_one(VerticalScroll).region:
            self.dismiss("")
        else:
            text = self.query_one(Static).content_region
            if event.screen_offset in text and (chosen := self.command_at(event.screen_y - text.y)):
                self.dismiss(chosen)

    def command_at(self, line: int) -> str:
        """The id of the command that a line of the text is about; empty where it is about none."""
        return self._clickable[line] if line < len(self._clickable) else ""

    def action_scroll_help(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def _text(self) -> Content:
        parts: list[tuple[str, str]] = []
        commands = {command.id for command in COMMANDS}
        for section in self._sections:
            self._clickable.append("")
            parts.append((f"{section.title}\n", "$accent bold"))
            for entry in section.entries:
                columns = (
                    textwrap.wrap(keys_text(entry.keys) or PALETTE, KEYS - 1),
                    textwrap.wrap(entry.sentence, SENTENCE),
                )
                for left, right in zip_longest(*columns, fillvalue=""):
                    self._clickable.append(entry.id if entry.id in commands else "")
                    parts.extend([(f"  {left:<{KEYS}}", "$primary bold"), (f"{right}\n", "$foreground")])
            self._clickable.append("")
            parts.append(("\n", ""))
        parts.append(("Status\n", "$accent bold"))
        for status, look in LOOKS.items():
            sign = f"  {self._glyphs.sign(status)} {look.word}"
            parts.extend([(f"{sign:<{KEYS + 2}}", f"$status-{status}"), (f"{MEANINGS[status]}\n", "$foreground")])
        return Content.assemble(*parts)
