"""The help: every key with what it does, made from the bindings themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical

from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import OVER_ALL, WINDOW
from k8s_sandbox_tui.dashboard.dialogue_keys import HELP_KEYS, dialogue_keys
from k8s_sandbox_tui.dashboard.help_lines import INDENT, KEYS, SENTENCE, help_lines
from k8s_sandbox_tui.dashboard.line_list import Line, LineList
from k8s_sandbox_tui.dashboard.literal import literal
from k8s_sandbox_tui.dashboard.main_keys import main_keys
from k8s_sandbox_tui.dashboard.shown_keys import binding_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events, getters
    from textual.app import App, ComposeResult
    from textual.binding import BindingType

    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.main_keys import KeySection

WIDTH = INDENT + KEYS + SENTENCE

MOST_PERCENT = 94
"""Of the screen's height that the help takes."""

AROUND = 4
"""Lines of its frame."""


class HelpLines(LineList, can_focus=True):
    """The text, which the arrows scroll."""

    def __init__(self, sections: Sequence[KeySection], glyphs: Glyphs, *, most: int) -> None:
        """Begin with what fits 80 columns.

        Args:
            sections: The keys, by where they work.
            glyphs: The signs of the statuses.
            most: Lines that are in view at the most.
        """
        self._sections = sections
        self._glyphs = glyphs
        self._wrapped_at: int = WIDTH
        self._lines = help_lines(sections, glyphs, WIDTH)
        super().__init__(self._parts, len(self._lines), most=most)

    def on_resize(self) -> None:
        """Wrap anew where there is less room, or more again."""
        width = min(self.size.width, WIDTH)
        if width != self._wrapped_at:
            self._wrapped_at = width
            self._lines = help_lines(self._sections, self._glyphs, width)
            self.show_lines(len(self._lines))

    def command_at(self, line: int) -> str:
        """The id of the command that a line of the text is about; empty where it is about none."""
        return self._lines[line].command if line < len(self._lines) else ""

    def _parts(self, number: int) -> Line:
        return self._lines[number].parts


class HelpScreen(Dialogue[str]):
    """All keys, and what the signs mean; gives the id of the command that was clicked, empty for none."""

    if TYPE_CHECKING:
        app = getters.app(App[object])

    DEFAULT_CSS = f"""
    HelpScreen {{
        {OVER_ALL}
        & > Vertical {{
            width: 78;
            max-width: 96%;
            height: auto;
            padding: 1 0 1 2;
            {WINDOW}
            border-subtitle-color: $muted;
        }}
    }}
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

    def compose(self) -> ComposeResult:
        """One text, scrollable."""
        with Vertical() as box:
            box.border_title = "Help"
            box.border_subtitle = literal(f"A click on a command does it  {binding_key(self, 'help.close')} closes")
            yield HelpLines(self._sections, self._glyphs, most=self._most)

    def on_mount(self) -> None:
        """The arrows scroll at once."""
        self.query_one(HelpLines).focus()

    def on_resize(self) -> None:
        """Take the room that there is."""
        for lines in self.query(HelpLines):
            lines.limit(self._most)

    def on_click(self, event: events.Click) -> None:
        """Do the command under the mouse; a click beside the help closes it."""
        if event.screen_offset not in self.query_one(Vertical).region:
            self.dismiss("")
        else:
            lines = self.query_one(HelpLines)
            line = event.screen_y - lines.region.y + lines.scroll_offset.y
            if event.screen_offset in lines.region and (chosen := lines.command_at(line)):
                self.dismiss(chosen)

    def action_scroll_help(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(HelpLines).scroll_relative(y=lines, animate=False)

    @property
    def _most(self) -> int:
        return max(1, self.app.size.height * MOST_PERCENT // 100 - AROUND)
