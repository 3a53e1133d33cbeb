"""A one-line text field that lets no control character through to the terminal, and tells of pasted text."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from textual.message import Message

from k8s_sandbox_tui.dashboard.create.visible import from_visible, to_visible
from k8s_sandbox_tui.dashboard.steady_input import SteadyInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events


class TextField(SteadyInput):
    """An `Input` whose `text` may hold any character; it shows control characters as pictures."""

    @dataclasses.dataclass
    class PastedLines(Message):
        """Text of several lines was pasted; the field has not taken it. `insert()` makes it do so."""

        field: TextField
        text: str = dataclasses.field(repr=False)

        @property
        def control(self) -> TextField:
            """The field, for `@on` selectors."""
            return self.field

    def __init__(
        self,
        text: str = "",
        *,
        placeholder: str = "",
        masked: bool = False,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        self._text = text
        super().__init__(
            to_visible(text),
            to_visible(placeholder),
            password=masked,
            id=id,
            classes=classes,
            compact=True,
            select_on_focus=False,
        )

    @property
    def text(self) -> str:
        """What the field stands for: exactly what was set or pasted until it is edited, control characters and all."""
        return self._text if to_visible(self._text) == self.value else from_visible(self.value)

    @text.setter
    def text(self, text: str) -> None:
        self._text = text
        self.value = to_visible(text)

    def paste(self, text: str) -> None:
        """Put the text in place of the selection."""
        if not self.value:
            self.text = text
            self.cursor_position = len(self.value)
        else:
            self.replace(to_visible(text), *self.selection)

    def on_key(self, event: events.Key) -> None:
        """Edit at once, not when the key has come back from the app's bindings: the focus may have moved on by then."""
        edits: dict[str, Callable[[], None]] = {
            "backspace": self.action_delete_left,
            "delete": self.action_delete_right,
            "left": self.action_cursor_left,
            "right": self.action_cursor_right,
            "home": self.action_home,
            "end": self.action_end,
        }
        if event.key in edits:
            event.stop()
            edits[event.key]()

    def action_copy(self) -> None:
        """Copy what is selected, unless it is hidden."""
        if self.password:
            self.notify("Hidden text is not copied; show it first.", severity="warning", markup=False)
        else:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut what is selected, unless it is hidden."""
        if self.password:
            self.action_copy()
        else:
            super().action_cut()

    def take_pasted(self, text: str) -> None:
        """Take a line whole, control characters and all; tell of several."""
        stripped = text.strip("\r\n")
        if "\n" in stripped or "\r" in stripped:
            self.post_message(self.PastedLines(self, text))
        elif stripped:
            self.paste(stripped)
