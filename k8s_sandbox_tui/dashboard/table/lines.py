"""Lines of the table: a sandbox, the header or a message, drawn with styles into strips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.looks import shape_of, tone_of
from k8s_sandbox_tui.dashboard.record import Record
from k8s_sandbox_tui.dashboard.table import columns as c
from k8s_sandbox_tui.dashboard.table.cells import fit
from k8s_sandbox_tui.dashboard.table.layout import GAP, Cell
from k8s_sandbox_tui.dashboard.table.usage import BAR, bar, tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.style import Style

    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.row import Row
    from k8s_sandbox_tui.dashboard.table.placeholder import PlaceholderLine

MARGIN = 2
"""Cells before the first column: the cursor's bar and the sign of a mark."""

BRIGHT_COLUMNS = frozenset({c.NAME.id, c.STATUS.id, c.AGE.id, c.EXIT.id, c.CPU.id, c.MEMORY.id})


class LineStyles:
    """The styles of the lines, for one theme and focus; each is looked up when it is first needed."""

    __slots__ = ("_lookup", "_styles", "base")

    def __init__(self, base: Style, lookup: Callable[[str], Style]) -> None:
        """Begin with no style but the one of the empty table.

        Args:
            base: The empty table's.
            lookup: Finds the style of a part (`style.PARTS`).
        """
        self.base = base
        self._lookup = lookup
        self._styles: dict[str, Style] = {}

    def __getitem__(self, part: str) -> Style:
        """The style of a part."""
        style = self._styles.get(part)
        if style is None:
            style = self._styles[part] = self._lookup(part)
        return style


class RowLook(Record, frozen=True):
    """What sets a line apart from the others."""

    cursor: bool = False
    marked: bool = False


def row_strip(
    row: Row,
    age: str,
    cells: tuple[Cell, ...],
    width: int,
    *,
    styles: LineStyles,
    glyphs: Glyphs,
    look: RowLook,
) -> Strip:
    """A sandbox's line."""
    info = row.info
    over = styles.base + styles["cursor"] if look.cursor else styles.base
    segments = _margin(look, over, styles, glyphs)
    used = MARGIN
    status = styles[tone_of(info)]
    faded = info.status == "stopped"
    for cell in cells:
        column = cell.column
        text = harmless(age if column.text is None else column.text(row))
        style = styles["text"] if column.id in BRIGHT_COLUMNS and not faded else styles["muted"]
        if column is c.NAME and look.marked:
            style = styles["mark"]
        elif column is c.STATUS:
            text = f"{glyphs.sign(shape_of(info))} {text}"
            style = status
        elif column is c.EXIT and info.exit_code:
            style = status
        elif column.share is not None:
            segments.extend(_bar(column.share(row), styles, glyphs, over))
            used += BAR
        taken = BAR if column.share is not None else 0
        text = fit(text, cell.width - taken, cut=column.cut, right=column.right, ellipsis=glyphs.ellipsis)
        gap = min(GAP, width - used - cell.width + taken)
        segments.append(Segment(text + " " * gap, over + style))
        used += cell.width - taken + gap
    return Strip(segments, used).adjust_cell_length(width, over)


def _bar(share: float | None, styles: LineStyles, glyphs: Glyphs, over: Style) -> list[Segment]:
    filled, left = bar(share, glyphs)
    return [Segment(filled, over + styles[tone(share)]), Segment(left, over + styles["muted"])]


def _margin(look: RowLook, over: Style, styles: LineStyles, glyphs: Glyphs) -> list[Segment]:
    if not look.marked:
        return [Segment(f"{glyphs.cursor} ", over + styles["bar"]) if look.cursor else Segment(" " * MARGIN, over)]
    mark = Segment(glyphs.mark, over + styles["mark"])
    return [Segment(glyphs.cursor, over + styles["bar"]) if look.cursor else Segment(" ", over), mark]


class Header(Record, frozen=True):
    """What the header tells beside the titles."""

    sorted_by: c.Column
    descending: bool
    marks: str = ""
    """How many sandboxes are marked; empty where none is."""


def marks_text(marked: int, hidden: int) -> str:
    """How many sandboxes are marked, and how many of them the filter hides."""
    if not marked:
        return ""
    return f"{marked} marked, {hidden} hidden" if hidden else f"{marked} marked"


def header_strip(cells: tuple[Cell, ...], width: int, *, styles: LineStyles, glyphs: Glyphs, header: Header) -> Strip:
    """The titles, with a sign at the one that sorts; over the names the number of marks, where there are any."""
    segments = [Segment(" " * MARGIN, styles["marks" if header.marks else "header"])]
    used = MARGIN
    order = glyphs.descending if header.descending else glyphs.ascending
    for cell in cells:
        column = cell.column
        counts = column is c.NAME and bool(header.marks)
        title = _marks_title(header.marks, cell.width, glyphs) if counts else column.title
        style = styles["marks"] if counts else styles["header"]
        if column is header.sorted_by:
            title, style = f"{title} {order}", styles["sorted"]
        text = fit(title, cell.width, right=column.right, ellipsis=glyphs.ellipsis)
        gap = min(GAP, width - used - cell.width)
        segments.append(Segment(text + " " * gap, style))
        used += cell.width + gap
    return Strip(segments, used).adjust_cell_length(width, styles["header"])


def _marks_title(marks: str, width: int, glyphs: Glyphs) -> str:
    """The number of marks, short where that is needed: how many of them are hidden has to be read."""
    title = f"{glyphs.mark} {marks}"
    return title if cell_len(title) <= width else title.replace(" marked", "")


def placeholder_strip(line: PlaceholderLine, width: int, styles: LineStyles) -> Strip:
    """A line of a message, in the middle of the width."""
    text = harmless(line.text)
    style = styles[line.tone] if line.tone else styles["muted"]
    left = max(0, width - cell_len(text)) // 2
    return Strip([Segment(" " * left, styles.base), Segment(fit(text, width - left), styles.base + style)], width)
