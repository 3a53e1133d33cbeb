"""One of a few words, side by side: chosen with the arrow keys, the first letter, or a click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult


class _Option(Static):
    """One word of a `Choice`."""


class Choice(Horizontal, can_focus=True, can_focus_children=False):
    """A row of words of which exactly one is chosen; moving is choosing."""

    DEFAULT_CSS = """
    Choice {
        height: 1;
        width: auto;
        & > _Option {
            width: auto;
            padding: 0 1;
            color: $text-muted;
            pointer: pointer;
            &:hover { color: $text; }
            &.-chosen { color: $text; text-style: bold; }
        }
        &:focus > _Option.-chosen {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
        }
        &:focus:ansi > _Option.-chosen { text-style: bold reverse; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "move(-1)", "Previous", show=False),
        Binding("right,down,space", "move(1)", "Next", show=False),
    ]

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
        self.options = dict(options)
        self.set_reactive(Choice.value, value)

    def compose(self) -> ComposeResult:
        """The words."""
        for value, label in self.options.items():
            yield _Option(self._text(value, label), markup=False, classes="-chosen" if value == self.value else "")

    def _text(self, value: str, label: str) -> str:
        return f"{'●' if value == self.value else '○'} {label}"

    def watch_value(self, value: str) -> None:
        """Show and tell which word is chosen now."""
        for option, (key, label) in zip(self.query(_Option), self.options.items(), strict=True):
            option.update(self._text(key, label))
            option.set_class(key == value, "-chosen")
        self.post_message(self.Changed(self, value))

    def action_move(self, step: int) -> None:
        """Choose the neighbour; the ends are joined."""
        values = list(self.options)
        self.value = values[(values.index(self.value) + step) % len(values)]

    def on_key(self, event: events.Key) -> None:
        """Choose by first letter."""
        values = [
            value
            for value, label in self.options.items()
            if event.character and label.lower().startswith(event.character.lower())
        ]
        if values:
            after = [
                value for value in values if list(self.options).index(value) > list(self.options).index(self.value)
            ]
            self.value = (after or values)[0]
            event.stop()

    def on_click(self, event: events.Click) -> None:
        """Choose the word under the mouse."""
        for option, value in zip(self.query(_Option), self.options, strict=True):
            if option.region.contains_point(event.screen_offset):
                self.value = value
        self.focus()
