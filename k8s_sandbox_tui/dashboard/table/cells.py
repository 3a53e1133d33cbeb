"""A text in a cell: cut or filled to an exact number of terminal cells."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from k8s_sandbox_tui.dashboard.table.columns import Cut


def fit(text: str, width: int, *, cut: Cut = Cut.END, right: bool = False, ellipsis: str = "…") -> str:
    """The text in exactly `width` cells, aligned, with an ellipsis where it was cut."""
    length = len(text) if text.isascii() else cell_len(text)
    if length <= width:
        padding = " " * (width - length)
        return padding + text if right else text + padding
    if width <= 1:
        return set_cell_size(text, max(0, width))
    keep = width - 1
    if cut is Cut.END:
        return set_cell_size(text, keep) + ellipsis
    if cut is Cut.START:
        return ellipsis + _tail(text, keep)
    # The end of a generated name is what tells it from the others.
    tail = keep * 2 // 3
    return set_cell_size(text, keep - tail) + ellipsis + _tail(text, tail)


def _tail(text: str, width: int) -> str:
    if text.isascii():
        return text[len(text) - width :]
    used = 0
    start = len(text)
    while start:
        cells = cell_len(text[start - 1])
        if used + cells > width:
            break
        used += cells
        start -= 1
    return " " * (width - used) + text[start:]
