"""Which sandbox the cursor is on, and which ones are in view: kept through every change of the rows. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from k8s_sandbox_tui.dashboard.record import Record
from k8s_sandbox_tui.dashboard.table.placement import kept_scroll, neighbour

if TYPE_CHECKING:
    from collections.abc import Sequence


class Placed(Protocol):
    """A row, as far as its place is concerned."""

    alive: bool
    """False once it is gone for good."""
    shown: bool
    """Whether it is among the rows at present."""


RowT = TypeVar("RowT", bound=Placed)


class Window(Record, frozen=True):
    """What is in view: the first row and how many fit."""

    top: int
    height: int

    def shows(self, index: int) -> bool:
        """Whether a row is in view."""
        return self.top <= index < self.top + self.height


class Position(Generic[RowT]):
    """The cursor."""

    def __init__(self) -> None:
        self.row: RowT | None = None
        self.index = 0
        self._home: RowT | None = None
        self._moved = False

    def move_to(self, index: int, rows: Sequence[RowT]) -> None:
        """The user moves the cursor to a line, or to the nearest one there is."""
        self.index = max(0, min(index, len(rows) - 1))
        self.row = rows[self.index] if rows else None
        self._home = None
        self._moved = True

    def follow(self, before: Sequence[RowT], rows: Sequence[RowT], window: Window, *, settled: bool) -> int:
        """Hold on to the sandbox after the rows changed.

        A row that the filter hides lends the cursor to a neighbour and has it back
        when it is shown again.

        Args:
            before: The rows as they were.
            rows: The rows as they are.
            window: What is in view.
            settled: False while the first rows still come in: until the user moves, the
                cursor then stays on the first line.

        Returns:
            The first row to show, so that what was in view stays where it was.
        """
        anchor = self._anchor(before, window)
        target = self._target(before)
        if target is None or not (settled or self._moved):
            target = rows[0] if rows else None
        self.row = target
        self.index = 0 if target is None else rows.index(target)
        if anchor is None:
            return window.top
        row, line = anchor
        after = rows.index(row) if row.shown else self.index
        return kept_scroll(
            scroll=window.top, before=line, after=after, cursor=self.index, height=window.height, total=len(rows)
        )

    def _target(self, before: Sequence[RowT]) -> RowT | None:
        if self._home is not None and self._home.shown:
            home, self._home = self._home, None
            return home
        row = self.row
        if row is None or row.shown:
            return row
        if row.alive and self._home is None:
            self._home = row
        return neighbour(before, self.index)

    def _anchor(self, before: Sequence[RowT], window: Window) -> tuple[RowT, int] | None:
        """The row that stays in place on the screen, and its index: the cursor's, else the first one in view."""
        if self.row is not None and window.shows(self.index):
            return self.row, self.index
        for line in range(window.top, min(window.top + window.height, len(before))):
            if before[line].shown:
                return before[line], line
        return None
