"""Two panes, one above the other or side by side where it is wide; either can take all the room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual import on
from textual.containers import Container
from textual.message import Message
from textual.reactive import reactive

if TYPE_CHECKING:
    from textual import events, getters
    from textual.app import App
    from textual.widget import Widget

WIDE = 160
"""Cells from which on the panes stand side by side."""

LEAST, MOST = 0.15, 0.85
"""Between which shares of the room the second pane may be resized."""

Zoom = Literal["none", "first", "second"]


def second_size(room: int, share: float, *, least_first: int, least_second: int) -> int:
    """Cells for the second pane: its share of the room, with the least that each pane needs."""
    return max(least_second, min(round(room * share), room - least_first))


class SecondPane(Container):
    """The pane with the border between the two: the border can be dragged."""

    if TYPE_CHECKING:
        app = getters.app(App[object])

    DEFAULT_CSS = """
    SecondPane {
        border-top: solid $border-blurred;
        &:focus-within { border-top: solid $accent; }
        &.-wide { border-top: none; border-left: solid $border-blurred; }
        &.-wide:focus-within { border-top: none; border-left: solid $accent; }
    }
    """

    class Dragged(Message):
        """The border was dragged to this place of the screen."""

        def __init__(self, x: int, y: int) -> None:
            super().__init__()
            self.x = x
            self.y = y

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the border."""
        if event.widget is self and (event.x if self.has_class("-wide") else event.y) == 0:
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag it."""
        if self.app.mouse_captured is self:
            self.post_message(self.Dragged(event.screen_x, event.screen_y))

    def on_mouse_up(self) -> None:
        """Let it go."""
        self.release_mouse()


class Split(Container):
    """Holds a widget of the class `first`, and a second pane when there is room to be made for one."""

    DEFAULT_CSS = """
    Split {
        layout: vertical;
        height: 1fr;
        &.-wide { layout: horizontal; }
        & > * { height: 1fr; width: 1fr; }
        &.-zoom-first > SecondPane { display: none; }
        &.-zoom-second > .first { display: none; }
    }
    """

    zoom: reactive[Zoom] = reactive[Zoom]("none")

    def __init__(self, first: Widget, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(first, id=id)
        self._second: SecondPane | None = None
        self._share = 0.46
        self._share_wide = 0.4

    def open_second(self) -> None:
        """Make room for the second pane, unless there is some."""
        if self._second is None:
            self._second = SecondPane()
            self.mount(self._second)
            self._place()

    def fill_second(self, content: Widget) -> None:
        """Put something into the second pane."""
        self.open_second()
        if self._second is not None:
            self._second.mount(content)

    @property
    def wide(self) -> bool:
        """Whether the panes stand side by side."""
        return self.size.width >= WIDE

    def grow_first(self, cells: int) -> None:
        """Move the border between the panes by some cells."""
        if self.wide:
            self._share_wide = self._moved(self._share_wide, cells * 2, self.size.width)
        else:
            self._share = self._moved(self._share, cells, self.size.height)
        self._place()

    @on(SecondPane.Dragged)
    def _dragged(self, event: SecondPane.Dragged) -> None:
        event.stop()
        if self.wide:
            self._share_wide = min(MOST, max(LEAST, (self.region.right - event.x) / self.size.width))
        else:
            self._share = min(MOST, max(LEAST, (self.region.bottom - event.y) / self.size.height))
        self._place()

    @staticmethod
    def _moved(share: float, cells: int, room: int) -> float:
        return min(MOST, max(LEAST, share - cells / max(1, room)))

    def toggle_zoom(self, *, first: bool) -> None:
        """Give one pane all the room, or both their share again."""
        self.zoom = ("first" if first else "second") if self.zoom == "none" else "none"

    def watch_zoom(self) -> None:
        """Give one pane all the room, or both their share."""
        self.set_class(self.zoom == "first", "-zoom-first")
        self.set_class(self.zoom == "second", "-zoom-second")
        self._place()

    def on_resize(self, _event: events.Resize) -> None:
        """Beside or below."""
        self._place()

    def _place(self) -> None:
        if self._second is None:
            return
        self.set_class(self.wide, "-wide")
        self._second.set_class(self.wide, "-wide")
        styles = self._second.styles
        if self.zoom != "none":
            styles.width = styles.height = "1fr"
        elif self.wide:
            styles.height = "1fr"
            styles.width = second_size(self.size.width, self._share_wide, least_first=60, least_second=50)
        else:
            styles.width = "1fr"
            styles.height = second_size(self.size.height, self._share, least_first=5, least_second=6)
