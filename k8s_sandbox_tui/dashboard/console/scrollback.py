"""The lines of a command that are kept: bounded, and honest about what is no longer there."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from k8s_sandbox_tui.dashboard.console.line import OutputLine

MAX_LINES = 20_000
MAX_CHARACTERS = 8 * 1024 * 1024
LINE_COST = 100
"""Bytes that a line takes beside its characters, so that many empty lines count too."""


class Scrollback:
    """The last lines of an output. Lines are numbered from the first that ever came."""

    __slots__ = ("_cost", "_lines", "_max_cost", "_max_lines", "first")

    def __init__(self, *, max_lines: int = MAX_LINES, max_characters: int = MAX_CHARACTERS) -> None:
        self._lines: deque[OutputLine] = deque()
        self._max_lines = max_lines
        self._max_cost = max_characters
        self._cost = 0
        self.first = 0
        """The number of the oldest line still here, which is also how many were dropped."""

    @property
    def end(self) -> int:
        """One more than the number of the newest line."""
        return self.first + len(self._lines)

    @property
    def cost(self) -> int:
        """About how many bytes the lines take."""
        return self._cost

    def append(self, lines: Sequence[OutputLine]) -> None:
        """Add lines at the end; the oldest make room."""
        skipped = max(0, len(lines) - self._max_lines)
        if skipped:
            self.first += len(self._lines) + skipped
            self._lines.clear()
            self._cost = 0
            lines = lines[skipped:]
        self._lines.extend(lines)
        self._cost += _cost(lines)
        self._drop(len(self._lines) - self._max_lines)
        while self._lines and self._cost > self._max_cost:
            self._drop(1)

    def drop_all(self) -> None:
        """Let go of every line, counting them as dropped."""
        self.first = self.end
        self._lines.clear()
        self._cost = 0

    def _drop(self, count: int) -> None:
        """Let go of the oldest lines."""
        if count > 0:
            popleft = self._lines.popleft
            self._cost -= _cost([popleft() for _ in range(count)])
            self.first += count

    def __getitem__(self, number: int) -> OutputLine:
        """The line of a number.

        Raises:
            IndexError: It was dropped, or has not come yet.
        """
        if not self.first <= number < self.end:
            raise IndexError(number)
        return self._lines[number - self.first]

    def __iter__(self) -> Iterator[OutputLine]:
        """The lines, oldest first."""
        return iter(self._lines)

    def __len__(self) -> int:
        """How many lines are kept."""
        return len(self._lines)


def _cost(lines: Sequence[OutputLine]) -> int:
    return sum([len(line.text) for line in lines]) + LINE_COST * len(lines)
