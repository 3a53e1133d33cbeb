"""The names to choose from, below the line that is typed, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from k8s_sandbox_tui.dashboard.completion.words import NEWLINE_SIGN
from k8s_sandbox_tui.dashboard.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class NameListView(Vertical):
    """A few lines high, and hidden while there is nothing to say."""

    DEFAULT_CSS = """
    NameListView {
        height: auto;
        display: none;
        background: $surface;
        &.-shown { display: block; }
        & OptionList, & OptionList:focus {
            height: auto; max-height: 5; border: none; padding: 0; background: $surface; display: none;
        }
        &.-names OptionList { display: block; }
        & OptionList > .option-list--option { padding: 0 1; }
        & OptionList > .option-list--option-highlighted {
            background: $primary 25%; color: $foreground; text-style: none;
        }
        & Static { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    class Taken(Message):
        """A name was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._names: Sequence[str] = ()
        self._list = OptionList()
        self._list.can_focus = False
        self._note = Static("", markup=False)

    def compose(self) -> ComposeResult:
        """The names, and a line about them."""
        yield self._list
        yield self._note

    @property
    def shown(self) -> bool:
        """Whether anything is there."""
        return self.has_class("-shown")

    @property
    def has_names(self) -> bool:
        """Whether there are names to choose from."""
        return bool(self._names)

    @property
    def chosen(self) -> str | None:
        """The name that is chosen."""
        place = self._list.highlighted
        return self._names[place] if place is not None and place < len(self._names) else None

    def say(self, text: str) -> None:
        """Show a sentence, and no names."""
        self.offer((), text)

    def offer(self, names: Sequence[str], note: str) -> None:
        """Show names, none of which is chosen yet."""
        self._names = names
        self._list.clear_options()
        self._list.add_options([Option(Content(shown_name(name))) for name in names])
        self._list.highlighted = None
        self._note.update(f"{note}: Tab and the arrows choose, Esc closes" if names else note)
        self.set_class(bool(names), "-names")
        self.add_class("-shown")

    def choose(self, step: int) -> None:
        """Go to the next or the previous name, round and round."""
        place = self._list.highlighted
        begin = -1 if step > 0 else 0
        self._list.highlighted = ((begin if place is None else place) + step) % max(1, len(self._names))

    def close(self) -> None:
        """Show nothing."""
        if self.shown:
            self._names = ()
            self.remove_class("-shown")

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self._names):
            self.post_message(self.Taken(self._names[event.option_index]))


def shown_name(name: str) -> str:
    """A name on one line, with a sign for each line break."""
    return NEWLINE_SIGN.join([harmless(part) for part in name.split("\n")])
