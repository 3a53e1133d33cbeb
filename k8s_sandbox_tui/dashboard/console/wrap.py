"""Where long lines are folded, and which screen row belongs to which line."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from rich.cells import chop_cells

from k8s_sandbox_tui.dashboard.console.cells import cells_of

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_WRAP = 0
"""A width that folds nothing."""


def fold(text: str, width: int) -> list[int]:
    """Where each row of a line starts, in characters; the first is 0.

    Args:
        text: A line without control characters.
        width: Cells of a row, or `NO_WRAP`.
    """
    if width == NO_WRAP or len(text) * 2 <= width:
        return [0]
    if text.isascii():
        return list(range(0, len(text), width)) or [0]
    if cells_of(text) <= width:
        return [0]
    starts = [0]
    for piece in chop_cells(text, max(2, width)):
        starts.append(starts[-1] + len(piece))
    starts.pop()
    return starts


def widest(texts: Sequence[str]) -> int:
    """Cells of the longest of some lines."""
    longest = max(map(len, texts), default=0)
    return max([longest, *(cells_of(text) for text in texts if not text.isascii())])


class WrapIndex:
    """How many rows each of a growing run of lines takes, and the line of a row.

    Only lines of more than one row are remembered, with the sum of their further
    rows, so that ordinary output costs next to nothing.
    """

    __slots__ = ("_extra", "_folded", "first", "last", "width")

    def __init__(self, width: int, first: int = 0) -> None:
        """No lines yet.

        Args:
            width: Cells of a row, or `NO_WRAP`.
            first: The number of the first line.
        """
        self.width = width
        self.first = first
        self.last = first
        """One more than the number of the newest line."""
        self._folded: list[int] = []
        self._extra: list[int] = []

    def add(self, texts: Sequence[str]) -> None:
        """Take the next lines."""
        width = self.width
        if width:
            long = [place for place, text in enumerate(texts) if len(text) > width or not text.isascii()]
            for place in long:
                rows = len(fold(texts[place], width))
                if rows > 1:
                    self._folded.append(self.last + place)
                    self._extra.append(rows - 1 + (self._extra[-1] if self._extra else 0))
        self.last += len(texts)

    def drop_before(self, number: int) -> None:
        """Forget the lines before a number."""
        self.first = number
        gone = bisect_left(self._folded, number)
        if gone > 1024 and gone * 2 > len(self._folded):
            # The entry before the first line stays: sums count from it.
            del self._folded[: gone - 1]
            del self._extra[: gone - 1]

    @property
    def rows(self) -> int:
        """Rows of all lines."""
        return self.row_of(self.last)

    def row_of(self, number: int) -> int:
        """The row, from 0, at which a line starts."""
        return number - self.first + self._before(number) - self._before(self.first)

    def line_at(self, row: int) -> tuple[int, int]:
        """The line on a row, and which of its rows that is."""
        number = self.first + bisect_right(range(self.first, self.last), row, key=self.row_of) - 1
        return number, row - self.row_of(number)

    def _before(self, number: int) -> int:
        """Further rows of the remembered lines before a number."""
        place = bisect_left(self._folded, number)
        return self._extra[place - 1] if place else 0
