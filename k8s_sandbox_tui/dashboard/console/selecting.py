"""What the mouse has selected: marked on the screen, and copied from the output itself."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.strip import Strip

from k8s_sandbox_tui.dashboard.console.layout import OutputLayout, Row, RowKind
from k8s_sandbox_tui.dashboard.console.paint import GUTTER, row_text

if TYPE_CHECKING:
    from rich.style import Style
    from textual.selection import Selection


def selected_text(layout: OutputLayout, selection: Selection) -> str:
    """The selected text as it came from the commands, without gutters and folds.

    Args:
        layout: All rows.
        selection: From where to where, in rows and in characters of a row, its gutter included.
    """
    first = 0 if selection.start is None else selection.start.y
    last = layout.height - 1 if selection.end is None else min(selection.end.y, layout.height - 1)
    pieces: list[str] = []
    for y in range(first, last + 1):
        row = layout.row(y)
        span = selection.get_span(y)
        if row is None or span is None:
            continue
        start, end = span
        pieces.append(row_text(row)[max(0, start - GUTTER) : None if end == -1 else max(0, end - GUTTER)])
        if y < last and not _goes_on(row):
            pieces.append("\n")
    return "".join(pieces)


def scrolled_out(row: Row, left: int | None) -> int:
    """How many characters of a row are scrolled out at the left.

    Args:
        row: Any row; only those of lines scroll.
        left: Cells that are scrolled out.
    """
    if not left or row.line is None:
        return 0
    text = row.line.text[row.start : row.end]
    if text.isascii():
        return min(left, len(text))
    cells = accumulate(map(cell_len, text), initial=0)
    return next((place for place, before in enumerate(cells) if before >= left), len(text))


def marked(strip: Strip, start: int, end: int, style: Style, *, left: int = 0) -> Strip:
    """The strip with a style over a span of characters; the gutter is left out.

    Args:
        strip: A painted row.
        start: The first character.
        end: One more than the last character, or -1 for the end of the text.
        style: Laid over that of the characters.
        left: Characters of the line that are scrolled out before those of the strip.
    """
    text = strip.text
    start = max(GUTTER, start - left)
    stop = len(text.rstrip()) if end == -1 else min(end - left, len(text))
    if start >= stop:
        return strip
    before, middle, *after = strip.divide([cell_len(text[:start]), cell_len(text[:stop]), strip.cell_length])
    return Strip.join([before, middle.apply_style(style), *after])


def _goes_on(row: Row) -> bool:
    """Whether the next row continues the same line of output."""
    return row.kind is RowKind.LINE and (row.end is not None or (row.line is not None and row.line.continues))
