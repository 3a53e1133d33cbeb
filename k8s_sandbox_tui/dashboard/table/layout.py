"""Which columns fit a width, and how wide each is. Pure: the same input gives the same layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.record import Record
from k8s_sandbox_tui.dashboard.table import columns as c

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GAP = 2
"""Cells between two columns."""

ESSENTIAL: tuple[c.Column, ...] = (c.NAME, c.STATUS, c.AGE, c.RUNTIME, c.EXIT)
"""What a narrow table shows; the first ones longest."""

EXTRA: tuple[c.Column, ...] = (c.NAMESPACE, c.IMAGE, c.METADATA, c.NODE, c.IP)
"""What comes in where the essential columns leave room, in this order."""


class Cell(Record, frozen=True):
    """Where a column stands in each line."""

    column: c.Column
    x: int
    width: int


def lay_out(
    width: int, longest: Mapping[str, int], *, namespaces: bool, chosen: Sequence[c.Column] = ()
) -> tuple[Cell, ...]:
    """Place the columns in `width` cells.

    Args:
        width: Cells there are, without margins.
        longest: The longest text so far by column id; a column is not made wider than that.
        namespaces: Whether more than one namespace is shown.
        chosen: The columns to show as far as there is room, in order; none: those that matter most.

    Returns:
        The columns that fit, from left to right; always the name, however narrow.
    """
    order = chosen or c.COLUMNS
    widths = {c.NAME.id: min(c.NAME.minimum, max(1, width))}
    left = width - widths[c.NAME.id]
    if chosen:
        left = _add([column for column in order if column is not c.NAME], widths, left)
        # A column without an end of its own comes last: it would leave nothing for the others.
        _grow(sorted(order, key=lambda column: not column.measured), widths, left, longest)
    else:
        left = _add([column for column in ESSENTIAL if column is not c.NAME], widths, left)
        left = _grow(ESSENTIAL, widths, left, longest)
        extra = [column for column in EXTRA if namespaces or column is not c.NAMESPACE]
        left = _add(extra, widths, left)
        _grow(sorted(extra, key=lambda column: not column.measured), widths, left, longest)
    return _placed(order, widths)


def _placed(order: Iterable[c.Column], widths: Mapping[str, int]) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    x = 0
    for column in order:
        if column.id in widths:
            cells.append(Cell(column, x, widths[column.id]))
            x += widths[column.id] + GAP
    return tuple(cells)


def _add(columns: Iterable[c.Column], widths: dict[str, int], left: int) -> int:
    """Give the columns their minimum as far as there is room; what is left of it."""
    for column in columns:
        if left >= column.minimum + GAP:
            widths[column.id] = column.minimum
            left -= column.minimum + GAP
    return left


def _grow(columns: Iterable[c.Column], widths: dict[str, int], left: int, longest: Mapping[str, int]) -> int:
    """Let the columns grow up to what they need, the first ones first; what is left of the room."""
    for column in columns:
        if column.id in widths:
            needed = longest.get(column.id, 0) + column.sign if column.measured else column.maximum
            more = max(0, min(left, min(column.maximum, needed) - widths[column.id]))
            widths[column.id] += more
            left -= more
    return left


def column_at(cells: tuple[Cell, ...], x: int) -> c.Column | None:
    """The column under a cell of a line, the gap behind it included; None beyond the last."""
    for cell in cells:
        if cell.x <= x < cell.x + cell.width + GAP:
            return cell.column
    return None
