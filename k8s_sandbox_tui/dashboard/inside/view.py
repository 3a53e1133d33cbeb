"""Draws a document: only the lines in view are made, so that a long log costs no more than a short one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from k8s_sandbox_tui.dashboard.inside.document import Document
from k8s_sandbox_tui.dashboard.inside.pages import KEY, MUTED, TITLE, WARNING, status_look
from k8s_sandbox_tui.dashboard.looks import LOOKS

if TYPE_CHECKING:
    from rich.style import Style
    from textual import events, getters
    from textual.app import App

_LOOKS = {look: f"document--{look}" for look in (KEY, MUTED, TITLE, WARNING, *map(status_look, LOOKS))}
_FOLD_CELLS = 2


class DocumentView(ScrollView, can_focus=True):
    """A document with a cursor; blocks fold, what was searched for is marked."""

    if TYPE_CHECKING:
        app = getters.app(App[object])
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="document.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="document.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="document.page-up"),
        Binding("pagedown,space", "page(1)", "Page down", show=False, id="document.page-down"),
        Binding("home,g", "edge(False)", "To the top", show=False, id="document.first"),
        Binding("end,G", "edge(True)", "To the end", show=False, id="document.last"),
        Binding("left,right", "sideways", "Sideways", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {*_LOOKS.values(), "document--cursor", "document--found"}
    DEFAULT_CSS = (
        """
    DocumentView {
        background: $surface;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
        & > .document--key { color: $text-primary; }
        & > .document--muted { color: $muted; }
        & > .document--title { color: $accent; text-style: bold; }
        & > .document--warning { color: $text-warning; }
        & > .document--cursor { background: $panel-lighten-1; }
        & > .document--found { background: $warning-muted; color: $text-warning; text-style: bold; }
    """
        + "".join(f"& > .{_LOOKS[status_look(status)]} {{ color: $status-{status}; }}\n" for status in LOOKS)
        + "}"
    )
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.document = Document(())
        self.cursor = 0
        """The number of the line that keys act on."""
        self._needle = ""
        self._found: list[int] = []

    @property
    def text_width(self) -> int:
        """Cells that a line has without scrolling sideways."""
        # Before the first layout it has no width yet.
        width = self.scrollable_content_region.width or self.app.size.width
        return max(0, width - _FOLD_CELLS - 1)

    def show(self, document: Document, *, at_end: bool = False, anew: bool = True) -> None:
        """Show another document, from its top or from its end.

        Args:
            document: What to show.
            at_end: Whether to begin at its end.
            anew: False: it is the one before as it is now; who has scrolled sideways stays there.
        """
        x = 0 if anew else self.scroll_offset.x
        self.document = document
        self.cursor = len(document.lines) - 1 if at_end and document.lines else 0
        self._found = document.find(self._needle)
        self._measure()
        self.scroll_to(x, 0, animate=False)
        if at_end:
            # How far it can be scrolled is known once it is laid out.
            self.call_after_refresh(self._to_cursor)

    @property
    def pointed_line(self) -> int:
        """The line of the view that the cursor is on."""
        return self.document.place(self.cursor) - self.scroll_offset.y

    def toggle_fold(self) -> None:
        """Fold or unfold the block at the cursor."""
        self.cursor = self.document.toggle(self.cursor)
        self._measure()
        self._to_cursor()

    def fold_all(self) -> None:
        """Fold all but the outermost blocks, or unfold everything."""
        self.document.fold_all()
        visible = self.document.visible
        if visible:
            self.cursor = visible[self.document.place(self.cursor)]
        self._measure()
        self._to_cursor()

    def search(self, text: str) -> str:
        """Mark where the text is, and go to the first place from the cursor on; how many there are, in words."""
        self._needle = text
        self._found = self.document.find(text)
        if self._found:
            self._go_to(next((number for number in self._found if number >= self.cursor), self._found[0]))
        self.refresh()
        return self._count()

    def step(self, *, forwards: bool) -> str:
        """Go to the next place that has what was searched for, or to the one before; where that is, in words."""
        if self._found:
            order = self._found if forwards else self._found[::-1]
            beyond = [number for number in order if (number > self.cursor if forwards else number < self.cursor)]
            self._go_to(beyond[0] if beyond else order[0])
        return self._count()

    def action_move(self, lines: int) -> None:
        """Move the cursor by visible lines."""
        visible = self.document.visible
        if visible:
            place = self.document.place(self.cursor) + lines
            self.cursor = visible[max(0, min(place, len(visible) - 1))]
            self._to_cursor()

    def action_page(self, pages: int) -> None:
        """Move the cursor by screens."""
        self.action_move(pages * max(1, self.scrollable_content_region.height - 1))

    def action_edge(self, end: bool) -> None:  # noqa: FBT001 - Textual passes action parameters by position
        """Move the cursor to the first or the last line."""
        self.action_move(len(self.document.lines) if end else -len(self.document.lines))

    def on_key(self, event: events.Key) -> None:
        """Scroll sideways, where there is more."""
        if event.key in {"left", "right"}:
            self.scroll_relative(x=8 if event.key == "right" else -8, animate=False)
            event.stop()
            event.prevent_default()

    def action_sideways(self) -> None:
        """Handled as a key, which says the direction."""

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on a line; on its sign, fold it."""
        visible = self.document.visible
        place = self.scroll_offset.y + event.y
        if place < len(visible):
            self.cursor = visible[place]
            if self.scroll_offset.x + event.x < _FOLD_CELLS:
                self.toggle_fold()
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        place = self.scroll_offset.y + y
        if place >= len(self.document.visible):
            return Strip.blank(width, base)
        number = self.document.visible[place]
        if number == self.cursor and self.has_focus:
            base += self.get_component_rich_style("document--cursor", partial=True)
        found = self.get_component_rich_style("document--found", partial=True) if self._needle else None
        segments = [Segment(self._sign(number), base + self.get_component_rich_style("document--muted", partial=True))]
        for text, look in self.document.lines[number].parts:
            style = base + self.get_component_rich_style(_LOOKS[look], partial=True) if look else base
            segments += _marked(text, self._needle, style, found)
        x = self.scroll_offset.x
        return Strip(segments).crop_extend(x, x + width, base)

    def _sign(self, number: int) -> str:
        if not self.document.heads(number):
            return " " * _FOLD_CELLS
        return "+ " if self.document.is_folded(number) else "- "

    def _count(self) -> str:
        if not self._needle:
            return ""
        if not self._found:
            return "not found"
        here = sum(number <= self.cursor for number in self._found)
        return f"{max(here, 1)} of {len(self._found)}"

    def _go_to(self, number: int) -> None:
        self.cursor = number
        self.document.reveal(number)
        self._measure()
        self._to_cursor()

    def _measure(self) -> None:
        lines = self.document.lines
        widest = max((cell_len(lines[number].text) for number in self.document.visible), default=0)
        self.virtual_size = Size(widest + _FOLD_CELLS, len(self.document.visible))
        self.refresh()

    def _to_cursor(self) -> None:
        region = Region(self.scroll_offset.x, self.document.place(self.cursor), 1, 1)
        self.scroll_to_region(region, animate=False, force=True)
        self.refresh()


def _marked(text: str, needle: str, style: Style, found: Style | None) -> list[Segment]:
    """The text, with the places that were searched for in another look."""
    if not needle or found is None:
        return [Segment(text, style)]
    searched = text.lower() if needle == needle.lower() else text
    if len(searched) != len(text):  # a letter whose lower case is longer
        searched = text
    segments: list[Segment] = []
    start = 0
    while (at := searched.find(needle, start)) >= 0:
        segments += [Segment(text[start:at], style), Segment(text[at : at + len(needle)], style + found)]
        start = at + len(needle)
    return [*segments, Segment(text[start:], style)]
