"""Many lines of text in little room: only those in view are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from k8s_sandbox_tui.dashboard.table.cells import fit
from k8s_sandbox_tui.dashboard.table.style import line_styles

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import getters
    from textual.app import App

    from k8s_sandbox_tui.dashboard.table.lines import LineStyles

Line = list[tuple[str, str]]
"""Texts and the parts of `table.style` that they look like, separated by spaces where there are several."""


class LineList(ScrollView, can_focus=False):
    """Lines that a function gives; scrolled with the wheel, or by whoever has the keys."""

    if TYPE_CHECKING:
        app = getters.app(App[object])
    DEFAULT_CSS = """
    LineList {
        background: $surface; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
        scrollbar-background: $surface; scrollbar-background-hover: $surface; scrollbar-background-active: $surface;
    }
    """
    ALLOW_SELECT = False

    def __init__(self, line: Callable[[int], Line], count: int, *, most: int) -> None:
        """Begin with so many lines.

        Args:
            line: Gives a line, sanitised, by its number from 0.
            count: Lines there are.
            most: Lines that are in view at the most.
        """
        super().__init__()
        self._line = line
        self._most = most
        self._line_styles: LineStyles | None = None
        self.show_lines(count)

    def notify_style_update(self) -> None:
        """The theme may have changed."""
        super().notify_style_update()
        self._line_styles = None

    def show_lines(self, count: int) -> None:
        """There may be other lines now."""
        self.virtual_size = Size(0, count)
        self.styles.height = max(1, min(count, self._most))
        self.refresh()

    def limit(self, most: int) -> None:
        """Show no more lines at once than this."""
        self._most = most
        self.show_lines(self.virtual_size.height)

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen."""
        width, number = self.size.width, self.scroll_offset.y + y
        base = self.rich_style
        if number >= self.virtual_size.height:
            return Strip.blank(width, base)
        styles = self._line_styles
        if styles is None:
            styles = self._line_styles = line_styles(self.app.theme_variables, focused=True)
        segments: list[Segment] = []
        left = width
        for text, part in self._line(number):
            style = base
            for one in part.split():
                style += styles[one]
            segment = Segment(text, style)
            if segment.cell_length > left:
                segment = Segment(fit(text, left), style)
            segments.append(segment)
            left -= segment.cell_length
            if left <= 0:
                break
        return Strip(segments, width - left).adjust_cell_length(width, base)
