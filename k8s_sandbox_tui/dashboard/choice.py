"""One of a few words, side by side: chosen with the arrow keys, the first letter, or a click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual import events
    from textual.geometry import Size


# Handled as they arrive, not by bindings, which Textual looks up when the focus may have moved on.
_STEPS = {"left": -1, "up": -1, "right": 1, "down": 1, "space": 1}


class Choice(Widget, can_focus=True):
    """A row of words of which exactly one is chosen; moving is choosing."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Choice {
        height: 1;
        width: auto;
        color: $text-muted;
        pointer: pointer;
        text-wrap: nowrap;
        & > .choice--chosen { color: $foreground; text-style: bold; }
        & > .choice--focused {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold;
        }
        &:ansi > .choice--focused { text-style: bold reverse; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--chosen", "choice--focused"}

    value: reactive[str] = reactive("", init=False)

    @dataclass
    class Changed(Message):
        """Another word was chosen."""

        choice: Choice
        value: str

        @property
        def control(self) -> Choice:
            """The widget, for `@on` selectors."""
            return self.choice

    def __init__(self, options: Sequence[tuple[str, str]], value: str, *, id: str | None = None) -> None:  # noqa: A002
        """Args: `options` are pairs of value and label; `value` is the one chosen at first."""
        super().__init__(id=id)
        self._options = tuple(options)
        self.set_reactive(Choice.value, value)

    def _words(self) -> Iterator[tuple[str, str]]:
        """Each value with the text that stands for it."""
        for value, label in self._options:
            yield value, f" {'●' if value == self.value else '○'} {label} "

    def render(self) -> Content:
        """The words, the chosen one marked by its sign and its look."""
        chosen = self.get_visual_style("choice--focused" if self.has_focus else "choice--chosen")
        return Content.assemble(*((text, chosen) if value == self.value else text for value, text in self._words()))

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002
        """The width of all words."""
        return sum(cell_len(text) for _, text in self._words())

    def watch_value(self, value: str) -> None:
        """Tell which word is chosen now."""
        self.post_message(self.Changed(self, value))

    def move(self, step: int) -> None:
        """Choose the neighbour; the ends are joined."""
        values = [value for value, _ in self._options]
        self.value = values[(values.index(self.value) + step) % len(values)]

    def on_key(self, event: events.Key) -> None:
        """Choose by arrow or by first letter, the next one of several."""
        if event.key in _STEPS:
            event.stop()
            self.move(_STEPS[event.key])
        elif event.character is not None:
            self._choose_by_letter(event)

    def _choose_by_letter(self, event: events.Key) -> None:
        letter = (event.character or "").lower()
        present = [value for value, _ in self._options].index(self.value)
        turned = [*self._options[present + 1 :], *self._options[: present + 1]]
        for value, label in turned:
            if label.lower().startswith(letter):
                self.value = value
                event.stop()
                return

    def on_click(self, event: events.Click) -> None:
        """Choose the word under the mouse."""
        x = 0
        for value, text in self._words():
            x += cell_len(text)
            if event.x < x:
                self.value = value
                return
