"""The table's scroll bar, which moves with each key: drawn without what Textual and Rich do for any widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from k8s_sandbox_tui.dashboard.table.bare_lines import BareLines

if TYPE_CHECKING:
    from rich.color import Color
    from textual.geometry import Region

BELOW = Segment(" ")


class TableScrollBar(ScrollBar):
    """A vertical bar of few strips: most lines of it look like others.

    A strip with nothing beside it refers to itself once it was painted. With a strip for each line these were most of
    what garbage was looked for.
    """

    def __init__(self, thickness: int) -> None:
        super().__init__(name="vertical", thickness=thickness)
        self._styles_cache = BareLines()
        self._strips: LRUCache[tuple[Segment, Style], Strip] = LRUCache(64)
        self._drawn: list[Segment] = []
        self._base = Style.null()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the bar."""
        bar = cast("ScrollBarRender", self.render())
        style = cast("Style", bar.style)
        size = self.size
        background, colour = cast("Color", style.bgcolor), cast("Color", style.color)
        self._base = Style(color=background, bgcolor=background)
        self._drawn = bar.render_bar(
            size=size.height,
            virtual_size=bar.virtual_size,
            window_size=bar.window_size,
            position=bar.position,
            thickness=size.width,
            back_color=background,
            bar_color=colour,
        ).segments
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One of them."""
        # A part that was asked for before the terminal became smaller may go on below the end.
        key = (self._drawn[y] if y < len(self._drawn) else BELOW, self._base)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = Strip(Segment.apply_style([key[0]], self._base))
        return strip
