"""Text that is searched for in a command's output: where it stands, and which place is looked at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from k8s_sandbox_tui.dashboard.console.line import OutputLine

MAX_PLACES = 10_000
"""How many places are remembered; beyond them nobody steps, and the words say that there are more."""


class Found(NamedTuple):
    """Where the text stands."""

    number: int
    """Of the line."""
    start: int
    end: int


class Mark(NamedTuple):
    """A part of a line that is drawn as found."""

    start: int
    end: int
    here: bool
    """Whether it is the place that is looked at."""


class Search:
    """One text, searched for in lines as they come.

    Capital letters count where the text has any, as in `less -i` and vim's smartcase.
    """

    def __init__(self, text: str) -> None:
        """Nothing searched yet.

        Args:
            text: At least one character.
        """
        self.text = text
        self.here: Found | None = None
        """The place that is looked at."""
        self.more = False
        """Whether there are places beyond those that are remembered."""
        self._exact = text != text.lower()
        self._places: list[Found] = []

    @property
    def places(self) -> Sequence[Found]:
        """Where the text stands, from the first line to the last."""
        return self._places

    def add(self, first: int, lines: Iterable[OutputLine]) -> None:
        """Search further lines.

        Args:
            first: The number of the first of them.
            lines: They follow those that were added before.
        """
        for number, line in enumerate(lines, first):
            for start, end in self._in(line.text):
                if len(self._places) >= MAX_PLACES:
                    self.more = True
                    return
                self._places.append(Found(number, start, end))

    def drop_before(self, number: int) -> None:
        """Forget the lines before a number."""
        gone = bisect_left(self._places, number, key=_number)
        if gone:
            del self._places[:gone]
        if self.here is not None and self.here.number < number:
            self.here = None

    def step(self, forwards: bool, *, start: tuple[int, int] = (0, -1)) -> Found | None:  # noqa: FBT001 - a direction
        """Go to the next place, from the last one to the first; None when there is none.

        Args:
            forwards: Towards the end.
            start: Line and character to begin at, where no place is looked at yet.
        """
        if not self._places:
            self.here = None
            return None
        position = start if self.here is None else (self.here.number, self.here.start)
        at = (
            bisect_right(self._places, position, key=_position)
            if forwards
            else bisect_left(self._places, position, key=_position) - 1
        )
        self.here = self._places[at % len(self._places)]
        return self.here

    def marks(self, number: int) -> list[Mark]:
        """What is found in a line."""
        first = bisect_left(self._places, number, key=_number)
        last = bisect_right(self._places, number, key=_number)
        return [Mark(place.start, place.end, place == self.here) for place in self._places[first:last]]

    @property
    def words(self) -> str:
        """How many places there are and which one is looked at: `3 of 17`, `17 found`, `not found`."""
        count = f"{len(self._places):,}{'+' if self.more else ''}"
        if self.here is not None:
            return f"{bisect_left(self._places, self.here) + 1:,} of {count}"
        return f"{count} found" if self._places else "not found"

    def _in(self, line: str) -> Iterator[tuple[int, int]]:
        if not self._exact:
            lowered = line.lower()
            # Lowering can change the length of a text (`İ`); places in it would then be of another line.
            line = lowered if len(lowered) == len(line) else line
        start = line.find(self.text)
        while start >= 0:
            end = start + len(self.text)
            yield start, end
            start = line.find(self.text, end)


def _position(place: Found) -> tuple[int, int]:
    return place.number, place.start


def _number(place: Found) -> int:
    return place.number
