"""The console's command line: an input with the history under the arrow keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester

from k8s_sandbox_tui.dashboard.completion.field import CHOOSING, COMPLETE, CompletingInput
from k8s_sandbox_tui.dashboard.completion.words import NEWLINE_SIGN, TAB_SIGN, with_breaks
from k8s_sandbox_tui.dashboard.console.headline import fitted
from k8s_sandbox_tui.dashboard.console.signs import UNICODE
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class CommandInput(CompletingInput):
    """Takes a command line. A pasted text of several lines stays whole: `↵` stands for a line break, `⇥` for a tab."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *CHOOSING,
        Binding("enter", "submit", "Run"),
        Binding("up", "older", "History", tooltip="The last command that starts with what is typed"),
        Binding("down", "newer", "Newer command", show=False),
        COMPLETE,
        Binding("ctrl+c", "interrupt", "Cancel", tooltip="End the running command; with text selected, copy it"),
        Binding("escape", "leave", "Leave", tooltip="Give the keys back to the table"),
    ]

    class Focused(Message):
        """The keys belong to the command line now."""

    class Left(Message):
        """The user wants the focus to go elsewhere."""

    class Interrupted(Message):
        """Ctrl+c without a selection."""

    def __init__(
        self,
        history: Callable[[str], Iterator[str]],
        *,
        ellipsis: str = UNICODE.ellipsis,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        """An empty command line.

        Args:
            history: Commands that start with a text, newest first.
            ellipsis: Ends an invitation that there is not the room for.
            id: The widget's id.
        """
        super().__init__(id=id, compact=True, select_on_focus=False, suggester=_FromHistory(history))
        self._history = history
        self._invitations: Sequence[str] = ("",)
        self._ellipsis = ellipsis
        self._found: list[str] = []
        self._place = -1
        self._typed = ""

    @property
    def command(self) -> str:
        """What was typed, with real line breaks."""
        return with_breaks(self.value)

    def invite(self, invitations: Sequence[str]) -> None:
        """Say something while nothing is typed.

        Args:
            invitations: The longest first: what there is room for is said, the last of them cut where it has to be.
        """
        self._invitations = invitations
        self._fit_invitation()

    def on_resize(self) -> None:
        """There is room for more, or for less."""
        self._fit_invitation()

    def _fit_invitation(self) -> None:
        room = self.scrollable_content_region.width
        fits = (invitation for invitation in self._invitations if not room or cell_len(invitation) <= room)
        self.placeholder = next(fits, None) or fitted(self._invitations[-1], room, self._ellipsis)

    def set_command(self, command: str) -> None:
        """Put a command in the line, to be edited or run."""
        self._place = -1
        self._show(_shown(command))

    def clear_command(self) -> None:
        """Empty the line and forget where in the history one was."""
        self.value = ""
        self._place = -1

    def on_focus(self) -> None:
        """Tell it."""
        self.post_message(self.Focused())

    def action_older(self) -> None:
        """Show the next older command that starts with what was typed."""
        if self._place < 0 or self.value != _shown(self._found[self._place]):
            self._typed = self.value
            self._found = [command for command in self._history(self.command) if _shown(command) != self.value]
            self._place = -1
        if self._place + 1 < len(self._found):
            self._place += 1
            self._show(_shown(self._found[self._place]))

    def action_newer(self) -> None:
        """Show the next newer command, or at last what was typed."""
        if self._place < 0:
            return
        self._place -= 1
        self._show(self._typed if self._place < 0 else _shown(self._found[self._place]))

    def action_leave(self) -> None:
        """Give up the focus."""
        self.post_message(self.Left())

    def action_interrupt(self) -> None:
        """Copy what is selected here; without a selection the key belongs to the console."""
        if self.selection.is_empty:
            self.post_message(self.Interrupted())
        else:
            self.action_copy()

    def take_pasted(self, text: str) -> None:
        """Insert all lines, where others take the first alone."""
        lines = text.strip("\r\n").splitlines()
        if lines:
            self.replace(_shown("\n".join(lines)), *self.selection)

    def _show(self, text: str) -> None:
        self.value = text
        self.cursor_position = len(text)


class _FromHistory(Suggester):
    """Suggests the newest command that starts with what is typed."""

    def __init__(self, history: Callable[[str], Iterator[str]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._history = history

    async def get_suggestion(self, value: str) -> str | None:
        found = next(self._history(with_breaks(value)), None)
        return None if found is None else _shown(found)


def _shown(command: str) -> str:
    """A command as the one line of an input, which goes to the terminal as it is."""
    return NEWLINE_SIGN.join(TAB_SIGN.join(map(sanitize_line, line.split("\t"))) for line in command.split("\n"))
