"""What lies below a dialogue, dimmed: as Textual paints it, in a fraction of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.renderables.background_screen import BackgroundScreen
from textual.strip import Strip
from textual.visual import Visual

if TYPE_CHECKING:
    from collections.abc import Sequence

    import rich.style
    from textual.color import Color
    from textual.css.styles import RulesMap
    from textual.style import Style
    from textual.visual import RenderOptions


class Dimmed(Visual):
    """Lines with a colour over them.

    Textual's own has them made into one stream and split again, and computes the colours of each piece of text: a
    screen has a thousand pieces, in a few looks.
    """

    def __init__(self, lines: Sequence[Strip], colour: Color) -> None:
        self._lines = lines
        self._colour = colour

    def render_strips(
        self,
        width: int,  # noqa: ARG002
        height: int | None,
        style: Style,
        options: RenderOptions,  # noqa: ARG002
    ) -> list[Strip]:
        """The lines."""
        under = style.rich_style
        looks: dict[rich.style.Style | None, rich.style.Style] = {}
        dimmed: list[Strip] = []
        for line in self._lines[:height]:
            pieces: list[Segment] = []
            for text, look, _ in line:
                if look not in looks:
                    ((_, over, _),) = BackgroundScreen.process_segments([Segment(text, look)], self._colour)
                    looks[look] = under if over is None else under + over
                pieces.append(Segment(text, looks[look]))
            dimmed.append(Strip(pieces, line.cell_length))
        return dimmed

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:  # noqa: ARG002
        """That of the lines."""
        return max((line.cell_length for line in self._lines), default=0)

    def get_height(self, rules: RulesMap, width: int) -> int:  # noqa: ARG002
        """A line each."""
        return len(self._lines)
