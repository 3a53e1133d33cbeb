"""The help: every key with what it does, made from the bindings themselves."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.commands import COMMANDS
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.console.prompt import CommandInput
from k8s_sandbox_tui.dashboard.key_bar import key_name
from k8s_sandbox_tui.dashboard.looks import LOOKS, Glyphs
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.app import ComposeResult

KEYS = 16
"""Cells for the keys."""

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

HelpLine = tuple[str, str]
"""Keys, and what they do."""

Section = tuple[str, list[HelpLine]]
"""A title and its lines."""


def keys_text(keys: str) -> str:
    """Textual's key names as people write them."""
    return " ".join([key_name(key) for key in keys.split(",")])


def command_sections() -> list[Section]:
    """The commands of the main screen, by group."""
    sections: dict[str, list[HelpLine]] = {}
    for command in COMMANDS:
        sections.setdefault(command.group, []).append((command.key_names or "^P", command.help))
    return list(sections.items())


def binding_section(title: str, bindings: Iterable[BindingType]) -> Section:
    """A widget's bindings."""
    lines: list[HelpLine] = []
    for binding in bindings:
        if isinstance(binding, Binding):
            lines.append((keys_text(binding.key), binding.tooltip or binding.description))
        else:
            lines.append((keys_text(binding[0]), binding[-1] if len(binding) == 3 else binding[1]))
    return title, lines


def all_sections() -> list[Section]:
    """All keys of the main screen and of what is on it."""
    return [
        *command_sections(),
        binding_section("In the table", SandboxTable.BINDINGS),
        binding_section("In the console", [*CommandInput.BINDINGS, *Console.BINDINGS]),
    ]


class HelpScreen(ModalScreen[None]):
    """All keys, and what the signs mean."""

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
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss(None)", "Close", id="help.close"),
        Binding("j", "scroll_help(1)", "Down", show=False, id="help.down"),
        Binding("k", "scroll_help(-1)", "Up", show=False, id="help.up"),
    ]

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._sections = all_sections()
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """One text, scrollable."""
        with VerticalScroll() as box:
            box.border_title = "Help"
            box.border_subtitle = "Esc closes"
            yield Static(self._text(), markup=False)

    def on_mount(self) -> None:
        """The arrows scroll at once."""
        self.query_one(VerticalScroll).focus()

    def action_scroll_help(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def _text(self) -> Content:
        parts: list[tuple[str, str]] = []
        for title, lines in self._sections:
            parts.append((f"{title}\n", "$accent bold"))
            for keys, sentence in lines:
                first, *rest = textwrap.wrap(sentence, SENTENCE) or [""]
                parts.extend([(f"  {keys:<{KEYS}}", "$primary bold"), (f"{first}\n", "$foreground")])
                parts.extend([(f"{' ' * (KEYS + 2)}{line}\n", "$foreground") for line in rest])
            parts.append(("\n", ""))
        parts.append(("Status\n", "$accent bold"))
        for status, look in LOOKS.items():
            sign = f"  {self._glyphs.sign(status)} {look.word}"
            parts.extend([(f"{sign:<{KEYS + 2}}", f"$status-{status}"), (f"{MEANINGS[status]}\n", "$foreground")])
        return Content.assemble(*parts)
