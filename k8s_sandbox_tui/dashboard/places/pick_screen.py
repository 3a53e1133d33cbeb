"""A list to pick from, with a line to find in it: what choosing a context and choosing namespaces have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ScreenResultType
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import OVER_ALL, WINDOW
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.literal import literal
from k8s_sandbox_tui.dashboard.plain_input import PlainInput
from k8s_sandbox_tui.dashboard.still_open import still_open
from k8s_sandbox_tui.dashboard.table.cells import fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events, getters
    from textual.app import App, ComposeResult
    from textual.widget import Widget

    from k8s_sandbox_tui.dashboard.looks import Glyphs

WIDTH = 70
"""Cells of a line of the list, where the screen is wide enough."""

MARK = 4
"""Cells at the left of a line in which a click marks."""


class PickEntry(NamedTuple):
    """A line of the list."""

    id: str
    label: str
    note: str = ""
    """What stands at the right."""
    marked: bool = False


class _Search(PlainInput):
    """Where one types what to find; it has the focus all the time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.pick", "Show", tooltip="Show it", priority=True),
        Binding("space", "screen.mark", "Mark", tooltip="Mark it, to show several", priority=True),
        Binding("up", "screen.move(-1)", "One up", show=False),
        Binding("down", "screen.move(1)", "One down", show=False),
        Binding("pageup", "screen.move(-8)", "Page up", show=False),
        Binding("pagedown", "screen.move(8)", "Page down", show=False),
    ]


class _List(OptionList, can_focus=False):
    """The lines; a click at the left edge of one marks it."""

    class Marked(Message):
        """A line's mark was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def on_click(self, event: events.Click) -> None:
        """Mark instead of picking."""
        index = event.style.meta.get("option")
        if isinstance(index, int) and event.x < MARK:
            event.prevent_default()
            event.stop()
            self.post_message(self.Marked(index))


class PickScreen(Dialogue[ScreenResultType]):
    """Shows entries, those alone that fit what is typed."""

    if TYPE_CHECKING:
        app = getters.app(App[object])
    DEFAULT_CSS = f"""
    PickScreen {{
        {OVER_ALL}
        & > Vertical {{
            width: {WIDTH + 6};
            max-width: 96%;
            height: auto;
            max-height: 90%;
            padding: 1 2;
            {WINDOW}
        }}
        & _Search {{ margin-bottom: 1; background: $panel; padding: 0 1; }}
        & _List {{
            height: auto; max-height: 50vh; border: none; padding: 0; background: $surface;
            scrollbar-size-vertical: 1;
        }}
        & _List > .option-list--option-highlighted {{ background: $cursor-focused; color: $foreground; }}
        & .said {{ height: auto; margin-top: 1; color: $muted; }}
    }}
    """
    KEYED: ClassVar[Sequence[type[Widget]]] = (_Search,)
    """What is in it that has keys of its own."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", id="places.cancel")]
    AUTO_FOCUS = "_Search"
    SEVERAL: ClassVar[bool] = False
    """Whether several entries may be marked."""

    def __init__(self, title: str, placeholder: str, *, glyphs: Glyphs) -> None:
        super().__init__()
        self._title = title
        self._placeholder = placeholder
        self._glyphs = glyphs
        self._shown: tuple[PickEntry, ...] = ()

    @abstractmethod
    def entries(self, text: str) -> Sequence[PickEntry]:
        """The lines that fit what is typed."""

    @abstractmethod
    def said(self, text: str) -> str:
        """The sentence below the list."""

    @abstractmethod
    def take(self, entry: PickEntry) -> None:
        """An entry was picked."""

    def mark(self, entry: PickEntry) -> None:
        """An entry's mark was asked for; without marks that is picking it."""
        self.take(entry)

    def compose(self) -> ComposeResult:
        """The line to type in, the list, and what is to be said of it."""
        with Vertical() as dialog:
            dialog.border_title = literal(self._title)
            yield _Search(placeholder=self._placeholder, compact=True)
            yield _List(markup=False)
            yield Static("", classes="said", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known."""
        self.show_entries()
        self.highlight_marked()

    def highlight_marked(self) -> None:
        """Begin with the first entry that is marked."""
        marked = next((index for index, entry in enumerate(self._shown) if entry.marked), None)
        if marked is not None:
            self.query_one(_List).highlighted = marked

    def on_resize(self) -> None:
        """The lines are made for a width."""
        if still_open(self):
            self.show_entries()

    @property
    def text(self) -> str:
        """What is typed."""
        return self.query_one(_Search).value.strip()

    def clear_text(self) -> None:
        """Begin to type anew."""
        self.query_one(_Search).value = ""

    @property
    def highlighted(self) -> PickEntry | None:
        """The entry that Enter would take."""
        index = self.query_one(_List).highlighted
        return None if index is None or index >= len(self._shown) else self._shown[index]

    def show_entries(self) -> None:
        """Bring the entries onto the screen; the same one stays highlighted, if it still fits."""
        was = self.highlighted
        text = self.text
        self._shown = tuple(self.entries(text))
        lines = self.query_one(_List)
        lines.clear_options()
        lines.add_options([Option(self._line(entry), id=str(index)) for index, entry in enumerate(self._shown)])
        ids = [entry.id for entry in self._shown]
        if ids:
            lines.highlighted = ids.index(was.id) if was is not None and was.id in ids else 0
        self.query_one(".said", Static).update(harmless(self.said(text)))

    def _line(self, entry: PickEntry) -> Content:
        room = min(WIDTH, int(self.app.size.width * 0.96) - 6) - 1
        sign = ("*" if self._glyphs.ascii_only else "●") if entry.marked else " "
        note = harmless(entry.note)
        label_room = max(10, room - MARK - (len(note) + 2 if note else 0))
        label = fit(harmless(entry.label), label_room, ellipsis=self._glyphs.ellipsis)
        left = f" {sign}  {label}"
        right = fit(note, max(0, room - MARK - label_room), ellipsis=self._glyphs.ellipsis) if note else ""
        return Content.assemble(
            (left, "bold" if entry.marked else ""), (right.rjust(room - MARK - label_room), "$muted")
        )

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """What is typed is for the best line, whichever was highlighted before."""
        event.stop()
        self.show_entries()
        if self._shown:
            self.query_one(_List).highlighted = 0
        if not self.text:
            self.highlight_marked()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.take(self._shown[event.option_index])

    @on(_List.Marked)
    def _mark_clicked(self, event: _List.Marked) -> None:
        self.mark(self._shown[event.index])

    def action_pick(self) -> None:
        """Take the highlighted entry."""
        if (entry := self.highlighted) is not None:
            self.take(entry)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Without marks a space is typed."""
        return self.SEVERAL if action == "mark" else True

    def action_mark(self) -> None:
        """Mark the highlighted entry."""
        if (entry := self.highlighted) is not None:
            self.mark(entry)

    def action_move(self, lines: int) -> None:
        """Highlight another line."""
        if self._shown:
            here = self.query_one(_List).highlighted or 0
            self.query_one(_List).highlighted = max(0, min(here + lines, len(self._shown) - 1))

    def action_cancel(self) -> None:
        """Stay where one is."""
        self.dismiss(None)
