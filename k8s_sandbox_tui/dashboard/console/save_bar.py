"""The line in which one types where to save a card's output."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from k8s_sandbox_tui.dashboard.console.ask_bar import AskBar, AskInput
from k8s_sandbox_tui.dashboard.console.saving import FileExistsAlreadyError, SaveError, save, suggested_name
from k8s_sandbox_tui.dashboard.console.words import size_words
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.dashboard.shown_keys import first_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import getters
    from textual.app import App
    from textual.widget import Widget
    from textual.worker import Worker

    from k8s_sandbox_tui.dashboard.console.model import CommandCard


FORM_ID, FORM_KEYS = "save.form", "ctrl+t"
"""What chooses between text and bytes."""


class _SaveInput(AskInput):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Save", tooltip="Write the file."),
        Binding(
            FORM_KEYS,
            "other_form",
            "Text or bytes",
            id=FORM_ID,
            tooltip="Text without escape sequences, or bytes as they came.",
        ),
        Binding("escape", "leave", "Cancel", tooltip="Write nothing."),
    ]

    def action_other_form(self) -> None:
        bar = self.parent
        if isinstance(bar, SaveBar):
            bar.other_form()


class SaveBar(AskBar):
    """A path, and what became of it."""

    KEYED: ClassVar[Sequence[type[Widget]]] = (_SaveInput,)
    """What is in it that has keys of its own."""
    if TYPE_CHECKING:
        app = getters.app(App[object])

    def __init__(self, keymap: Mapping[str, str]) -> None:
        """Hidden at first; with the user's own keys, by the id of what they do."""
        super().__init__("", _SaveInput(compact=True, select_on_focus=False))
        self._form_key = first_key(keymap.get(FORM_ID, FORM_KEYS))
        self._card: CommandCard | None = None
        self._raw = False
        self._existing = ""
        """A path of which the user was told that there is a file."""
        self._saving: Worker[None] | None = None

    def ask(self, card: CommandCard) -> None:
        """Ask where the output of a card is to go."""
        self._card = card
        self._show_form()
        self.field.value = suggested_name(card)
        self.field.cursor_position = len(self.field.value)
        self.open()

    def close(self) -> None:
        """Hide the line; a file that is being written goes away."""
        if self._saving is not None:
            self._saving.cancel()
        super().close()

    def other_form(self) -> None:
        """Text instead of bytes, or the other way round."""
        self._raw = not self._raw
        self._show_form()

    def submit(self) -> None:
        """Write the file, unless one is being written."""
        if self._card is not None and (self._saving is None or self._saving.is_finished):
            self._saving = self.run_worker(self._save(self._card), group="saves")

    def typed(self) -> None:
        """Another path: what was said of the old one does not hold."""
        if self.field.value != self._existing:
            self._existing = ""
            self._show_size()

    async def _save(self, card: CommandCard) -> None:
        where = self.field.value
        replace = bool(where) and where == self._existing
        try:
            saved = await save(
                card, where, raw=self._raw, replace=replace, progress=lambda part: self.note(f"saving, {part} %")
            )
        except FileExistsAlreadyError as error:
            self._existing = where
            self.note(f"! {error}", wrong=True)
        except SaveError as error:
            self.note(f"! {error}", wrong=True)
        else:
            self._existing = ""
            self.close()
            lacks = f", but {saved.missing}" if saved.missing else ""
            said = f"Saved {size_words(saved.size)} to {sanitize_line(str(saved.path))}{lacks}."
            self.app.notify(said, severity="warning" if lacks else "information", markup=False)

    def _show_form(self) -> None:
        self.title("Save bytes to" if self._raw else "Save text to")
        self._show_size()

    def _show_size(self) -> None:
        recording = None if self._card is None else self._card.recording
        came = "" if recording is None else f"{size_words(recording.size)} came, "
        other = f"{self._form_key} for {'text' if self._raw else 'bytes'}" if self._form_key else ""
        self.note(f"{came}{other}")
