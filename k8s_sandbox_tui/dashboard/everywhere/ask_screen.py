"""Asks for the command that is to run in several sandboxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.console.prompt import CommandInput
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import OVER_ALL, WINDOW
from k8s_sandbox_tui.dashboard.everywhere.batch import AT_ONCE
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.line_list import Line, LineList
from k8s_sandbox_tui.dashboard.still_open import still_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.provider.models import SandboxInfo


class EverywhereScreen(Dialogue[str | None]):
    """Names the sandboxes; gives the command, an empty one for the outcomes of the last, None for nothing."""

    AUTO_FOCUS = "CommandInput"
    DEFAULT_CSS = f"""
    EverywhereScreen {{
        {OVER_ALL}
        & > Vertical {{
            width: 84; max-width: 96%; height: auto; max-height: 96%; padding: 1 2;
            {WINDOW}
        }}
        & CommandInput, & CommandInput:focus {{ background: $panel; margin-top: 1; padding: 0 1; }}
        & #note {{ color: $muted; height: auto; margin-top: 1; }}
        & #note.-wrong {{ color: $text-warning; }}
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="everywhere.cancel"),
        Binding(
            "ctrl+o", "last", "Last outcomes", id="everywhere.last",
            tooltip="Show again what came of the command before.",
        ),
        Binding("pageup", "scroll_list(-5)", "Page up", show=False, id="everywhere.page-up"),
        Binding("pagedown", "scroll_list(5)", "Page down", show=False, id="everywhere.page-down"),
    ]  # fmt: skip

    def __init__(
        self,
        infos: Sequence[SandboxInfo],
        glyphs: Glyphs,
        *,
        left_out: int,
        earlier: Callable[[str], Iterator[str]],
        last: bool,
    ) -> None:
        """Prepare it.

        Args:
            infos: The sandboxes that it runs in.
            glyphs: The signs of the statuses.
            left_out: How many more were marked, but do not run.
            earlier: Commands that start with a text, newest first.
            last: Whether there are outcomes of a command before.
        """
        super().__init__()
        self._infos = infos
        self._glyphs = glyphs
        self._left_out = left_out
        self._input = CommandInput(earlier, id="everywhere-command")
        self._input.placeholder = "a command, as in: df -h /"
        self._last = last

    def compose(self) -> ComposeResult:
        """The sandboxes, the field, what it means."""
        count = len(self._infos)
        with Vertical() as dialog:
            dialog.border_title = f"Run a command in {count} sandbox{'' if count == 1 else 'es'}"
            yield LineList(self._line, count, most=8)
            yield self._input
            yield Static(self._note, id="note", markup=False)
        yield KeyBar()

    @property
    def _note(self) -> str:
        left = self._left_out
        verb, are = ("is", "does") if left == 1 else ("are", "do")
        others = f" {left} more {verb} marked, but {are} not run: left out." if left else ""
        few = f", in {AT_ONCE} of them at a time" if len(self._infos) > AT_ONCE else ""
        return f"It runs in each container's own directory{few}.{others}"

    def _line(self, number: int) -> Line:
        info = self._infos[number]
        return [(f"{self._glyphs.sign(info.status)} ", str(info.status)), (harmless(info.id), "text")]

    def on_resize(self) -> None:
        """The field stays in view."""
        if still_open(self):
            self.query_one(LineList).limit(max(2, min(8, self.size.height - 12)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without outcomes there are none to show."""
        return self._last if action == "last" else super().check_action(action, parameters)

    @on(CommandInput.Submitted)
    def _submitted(self, event: CommandInput.Submitted) -> None:
        event.stop()
        if command := self._input.command.strip():
            self.dismiss(command)
        else:
            note = self.query_one("#note", Static)
            note.update("Type the command that is to run in them.")
            note.add_class("-wrong")

    @on(CommandInput.Interrupted)
    def _interrupted(self, event: CommandInput.Interrupted) -> None:
        event.stop()
        self._input.clear_command()

    @on(CommandInput.Left)
    def action_cancel(self) -> None:
        """Leave without a command."""
        self.dismiss(None)

    def action_last(self) -> None:
        """Show the outcomes of the command before."""
        self.dismiss("")

    def action_scroll_list(self, lines: int) -> None:
        """Scroll the sandboxes."""
        self.query_one(LineList).scroll_relative(y=lines, animate=False)
