"""One line of output: the value that is kept, and the editor of the line still being written."""

from __future__ import annotations

from itertools import groupby

import msgspec

from k8s_sandbox_tui.dashboard.console.cells import cells_of
from k8s_sandbox_tui.dashboard.console.sgr import PLAIN, TextStyle

MAX_LINE = 4096
"""Characters of one line; a longer one is broken into several that `continues` ties together. A multiple of `TAB`."""

TAB = 8
"""Cells between tab stops, as terminals have them."""

MAX_JUMP = 512
"""The furthest column that a cursor movement alone can reach: nobody gets a long line for a few bytes."""


class StyleRun(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Characters `start` to `end` (exclusive) of a line in one style."""

    start: int
    end: int
    style: TextStyle


class OutputLine(msgspec.Struct, frozen=True, gc=False):
    """A line as it is shown: free of control characters; runs only where it is not in the default style."""

    text: str
    runs: tuple[StyleRun, ...] = ()
    stderr: bool = False
    continues: bool = False
    """No newline came after it: the next line of the same stream belongs to it."""


class LineEditor:
    """The line that is being written, with a terminal's cursor in it.

    Text is appended as it comes, and overwritten as text while all is in the default
    style; only when colours are overwritten does the line turn into single cells.
    """

    __slots__ = ("_cells", "_parts", "_runs", "column", "length")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._runs: list[StyleRun] = []
        self._cells: list[tuple[str, TextStyle]] | None = None
        self.column: int = 0
        """Where the next character goes, in characters."""
        self.length: int = 0

    def put(self, text: str, style: TextStyle) -> None:
        """Write at the cursor, over what stands there."""
        column = self.column
        end = column + len(text)
        if self._cells is None and column >= self.length:
            self._parts.append(text if column == self.length else " " * (column - self.length) + text)
            if style != PLAIN:
                self._runs.append(StyleRun(column, end, style))
            self.column = self.length = end
            return
        if self._cells is None and not self._runs and style == PLAIN:
            before = self._text()
            self._parts = [before[:column] + text + before[end:]]
        else:
            cells = self._as_cells()
            cells.extend((" ", PLAIN) for _ in range(column - len(cells)))
            cells[column:end] = [(character, style) for character in text]
        self.column = end
        self.length = max(self.length, end)

    @property
    def at_end(self) -> bool:
        """Whether the cursor is at the end and nothing was overwritten yet."""
        return self._cells is None and self.column == self.length

    @property
    def empty(self) -> bool:
        """Whether nothing is written and the cursor is at the start."""
        return self.length == 0 == self.column

    def erase(self, start: int, end: int) -> None:
        """Blank the characters from `start` up to `end`; at the end of the line they go away."""
        end = min(end, self.length)
        if start >= end:
            return
        if start == 0 and end == self.length:
            column = self.column
            self.reset()
            self.column = min(column, MAX_JUMP)
            return
        if self._cells is None and not self._runs:
            before = self._text()
            blank = " " * (end - start) if end < self.length else ""
            self._parts = [before[:start] + blank + before[end:]]
            self.length = len(self._parts[0])
            return
        cells = self._as_cells()
        if end == self.length:
            del cells[start:]
            self.length = start
        else:
            cells[start:end] = [(" ", PLAIN)] * (end - start)

    def obey(self, final: str, number: int) -> None:
        """Do what the control sequence with one of the final bytes "C", "D", "G" and "K" says.

        Args:
            final: The byte that names the sequence.
            number: Its parameter; 0 when there is none.
        """
        if final == "C":
            self.move_to(self.column + max(1, number))
        elif final == "D":
            self.move_to(self.column - max(1, number))
        elif final == "G":
            self.move_to(max(1, number) - 1)
        elif number == 0:
            self.erase(self.column, self.length)
        elif number == 1:
            self.erase(0, self.column + 1)
        elif number == 2:
            self.erase(0, self.length)

    def move_to(self, column: int) -> None:
        """Put the cursor on a column, at most `MAX_JUMP` or the line's end, whichever is further."""
        self.column = max(0, min(column, max(self.length, MAX_JUMP)))

    def tab(self) -> str:
        """The spaces from the cursor to the next tab stop; far to the right, characters count as one cell each."""
        cells = self.column
        if cells <= MAX_JUMP:
            cells += cells_of(left := self.left()) - len(left)
        return " " * (TAB - cells % TAB)

    def left(self, count: int | None = None) -> str:
        """The text before the cursor, or its last `count` characters; spaces where the cursor is beyond the end."""
        start = 0 if count is None else max(0, self.column - count)
        if self._cells is not None:
            text = "".join([character for character, _ in self._cells[start : self.column]])
        else:
            text = self._text()[start : self.column]
        return text.ljust(self.column - start)

    def plain(self) -> str | None:
        """The text when it has no style and the cursor is at its end, else None."""
        if self._runs or self._cells is not None or self.column != self.length:
            return None
        return self.left()

    def load(self, text: str) -> None:
        """Start anew with a text in the default style and the cursor behind it."""
        self.reset()
        if text:
            self._parts.append(text)
            self.column = self.length = len(text)

    def take(self) -> tuple[list[str], list[StyleRun], int]:
        """The pieces, their styles and the length of a line in which nothing was overwritten; it is empty then."""
        taken = self._parts, self._runs, self.length
        self.reset()
        return taken

    def line(self, *, stderr: bool, continues: bool = False) -> OutputLine:
        """The line as it stands."""
        if self._cells is None:
            return OutputLine("".join(self._parts), joined(self._runs), stderr, continues)
        text = "".join(character for character, _ in self._cells)
        runs: list[StyleRun] = []
        start = 0
        for style, group in groupby(self._cells, key=lambda cell: cell[1]):
            end = start + sum(1 for _ in group)
            if style != PLAIN:
                runs.append(StyleRun(start, end, style))
            start = end
        return OutputLine(text, tuple(runs), stderr, continues)

    def reset(self) -> None:
        """Empty the line and put the cursor at its start."""
        self._parts = []
        self._runs = []
        self._cells = None
        self.column = self.length = 0

    def _text(self) -> str:
        """The text of a line that has no cells."""
        if len(self._parts) != 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0]

    def _as_cells(self) -> list[tuple[str, TextStyle]]:
        if self._cells is None:
            cells = [(character, PLAIN) for character in "".join(self._parts)]
            for run in self._runs:
                cells[run.start : run.end] = [(cell[0], run.style) for cell in cells[run.start : run.end]]
            self._cells = cells
            self._parts = []
            self._runs = []
        return self._cells


def joined(runs: list[StyleRun]) -> tuple[StyleRun, ...]:
    """Neighbouring runs of one style made into one, so that the cuts between chunks leave no trace."""
    if len(runs) < 2:
        return tuple(runs)
    whole: list[StyleRun] = []
    for run in runs:
        if whole and whole[-1].end == run.start and whole[-1].style == run.style:
            whole[-1] = StyleRun(whole[-1].start, run.end, run.style)
        else:
            whole.append(run)
    return tuple(whole)
