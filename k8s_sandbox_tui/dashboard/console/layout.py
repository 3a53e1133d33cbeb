"""The list of all cards as rows: which row shows what. Nothing here knows a screen."""

from __future__ import annotations

from bisect import bisect_right
from enum import Enum
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from k8s_sandbox_tui.dashboard.console.headline import footer_rows
from k8s_sandbox_tui.dashboard.console.wrap import NO_WRAP, WrapIndex, fold, widest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.dashboard.console.line import OutputLine
    from k8s_sandbox_tui.dashboard.console.model import CommandCard, Ending


class RowKind(Enum):
    """What a row of a card shows."""

    HEADER = "header"
    DROPPED = "dropped"
    """How many earlier lines are no longer kept."""
    LINE = "line"
    FOOTER = "footer"
    GAP = "gap"


class Row(NamedTuple):
    """One row of the list."""

    card: CommandCard
    kind: RowKind
    line: OutputLine | None = None
    number: int = 0
    """Of the line, counted from the card's first that ever came."""
    start: int = 0
    """The first character of the line on this row; of a footer, which of its rows it is."""
    end: int | None = None
    """One more than the last character; None on the line's last row."""
    settled: bool = True
    """False for a line that may still change."""
    folded: bool = False
    """Whether the card's lines are folded away; the footer's `number` is then how many there are."""


class Anchor(NamedTuple):
    """A place in the list that stays the same while rows come and go above it."""

    card_number: int
    kind: RowKind
    number: int
    start: int


class CardRows:
    """The rows of one card at one width."""

    def __init__(self, card: CommandCard, width: int, *, folded: bool = False) -> None:
        self.card = card
        self.folded = folded
        self.index = WrapIndex(width, card.scrollback.first)
        texts = [line.text for line in card.scrollback]
        self.index.add(texts)
        self._widest = widest(texts) if width == NO_WRAP else 0
        self._open: tuple[OutputLine, ...] = ()
        self._open_starts: list[list[int]] = []
        self._feet: tuple[Ending | None, bool, int] = (None, False, 1)

    def sync(self, lines: Sequence[OutputLine]) -> None:
        """Take up the lines that the card has just committed."""
        texts = [line.text for line in lines]
        self.index.add(texts)
        self.index.drop_before(self.card.scrollback.first)
        self._open = self.card.open_lines
        self._open_starts = [fold(line.text, self.index.width) for line in self._open]
        if self.index.width == NO_WRAP:
            self._widest = max(self._widest, widest(texts))

    @property
    def height(self) -> int:
        """How many rows the card takes, the gap behind it included."""
        return 2 + self.feet + (0 if self.folded else self._body)

    @property
    def feet(self) -> int:
        """Rows of the footer: more than one where it takes them to say what became of the command."""
        ending = self.card.ending
        if ending is None or self.index.width == NO_WRAP:
            return 1
        if self._feet[:2] != (ending, self.folded):
            rows = footer_rows(self.card, self._all_lines if self.folded else 0, self.index.width, "")
            self._feet = (ending, self.folded, len(rows))
        return self._feet[2]

    @property
    def _all_lines(self) -> int:
        return self.index.last + len(self._open)

    @property
    def widest(self) -> int:
        """Cells of the longest line that ever was, or now is being written."""
        return 0 if self.folded else max(self._widest, widest([line.text for line in self._open]))

    def row(self, row: int) -> Row:
        """The row with a number, from 0."""
        card = self.card
        if row == 0:
            return Row(card, RowKind.HEADER, folded=self.folded)
        row -= 1
        if not self.folded:
            if row < self._body:
                return self._body_row(row)
            row -= self._body
        lines = self._all_lines if self.folded else 0
        kind = RowKind.FOOTER if row < self.feet else RowKind.GAP
        return Row(card, kind, number=lines, start=row if kind is RowKind.FOOTER else 0, folded=self.folded)

    def row_of(self, anchor: Anchor) -> int:
        """Where a place is now; a dropped line's place is where the kept lines start, a folded one's is the header."""
        if anchor.kind is RowKind.FOOTER:
            return self.height - 1 - self.feet + min(anchor.start, self.feet - 1)
        if anchor.kind is RowKind.GAP:
            return self.height - 1
        if anchor.kind is RowKind.HEADER or self.folded:
            return 0
        top = 1 + bool(self.index.first)
        if anchor.kind is RowKind.DROPPED or anchor.number < self.index.first:
            return top - 1 if self.index.first else top
        if anchor.number >= self.index.last:
            return min(top + self.index.rows + anchor.number - self.index.last, self.height - 1 - self.feet)
        starts = fold(self.card.scrollback[anchor.number].text, self.index.width)
        return top + self.index.row_of(anchor.number) + bisect_right(starts, anchor.start) - 1

    @property
    def _body(self) -> int:
        """Rows between the header and the footer."""
        return bool(self.index.first) + self.index.rows + sum(len(starts) for starts in self._open_starts)

    def _body_row(self, row: int) -> Row:
        card = self.card
        if self.index.first:
            if row == 0:
                return Row(card, RowKind.DROPPED, number=self.index.first)
            row -= 1
        if row < self.index.rows:
            number, part = self.index.line_at(row)
            line = card.scrollback[number]
            return _line_row(card, line, number, part, fold(line.text, self.index.width), settled=True)
        row -= self.index.rows
        place = 0
        while row >= len(self._open_starts[place]):
            row -= len(self._open_starts[place])
            place += 1
        number = self.index.last + place
        return _line_row(card, self._open[place], number, row, self._open_starts[place], settled=False)


class OutputLayout:
    """The rows of all cards, oldest first."""

    def __init__(self, width: int) -> None:
        """An empty list.

        Args:
            width: Cells that a line of output has, or `NO_WRAP`.
        """
        self.width = width
        self.cards: list[CardRows] = []
        self._ends: list[int] = []

    @property
    def height(self) -> int:
        """Rows in all; the gap behind the last card is left out."""
        return self._ends[-1] - 1 if self._ends else 0

    def add(self, card: CommandCard) -> None:
        """Put a card at the end."""
        self.cards.append(CardRows(card, self.width))
        self.measure()

    @property
    def widest(self) -> int:
        """Cells of the longest line."""
        return max((rows.widest for rows in self.cards), default=0)

    def of(self, card: CommandCard) -> CardRows | None:
        """The rows of a card; None when it is not here."""
        return next((rows for rows in self.cards if rows.card is card), None)

    def remove(self, numbers: set[int]) -> None:
        """Take cards away, by their numbers."""
        self.cards = [rows for rows in self.cards if rows.card.number not in numbers]
        self.measure()

    def resize(self, width: int) -> None:
        """Fold all lines anew."""
        if width == self.width:
            return
        self.width = width
        self.cards = [CardRows(rows.card, width, folded=rows.folded) for rows in self.cards]
        for rows in self.cards:
            rows.sync(())
        self.measure()

    def measure(self) -> None:
        """Add up the heights; needed after cards have been synced."""
        self._ends = list(accumulate(rows.height for rows in self.cards))

    def row(self, row: int) -> Row | None:
        """The row with a number, from 0; None outside."""
        if not 0 <= row < self.height:
            return None
        place = bisect_right(self._ends, row)
        return self.cards[place].row(row - (self._ends[place - 1] if place else 0))

    def top_of(self, card: CommandCard) -> int | None:
        """The row of a card's header; None when the card is not here."""
        for rows, end in zip(self.cards, self._ends, strict=True):
            if rows.card is card:
                return end - rows.height
        return None

    def anchor(self, row: int) -> Anchor | None:
        """The place that a row shows; None outside."""
        found = self.row(row)
        return None if found is None else Anchor(found.card.number, found.kind, found.number, found.start)

    def row_of(self, anchor: Anchor) -> int:
        """The row of a place; where its card is gone, that of the next card."""
        top = 0
        for rows, end in zip(self.cards, self._ends, strict=True):
            if rows.card.number == anchor.card_number:
                return top + rows.row_of(anchor)
            if rows.card.number > anchor.card_number:
                return top
            top = end
        return max(0, self.height - 1)


def _line_row(card: CommandCard, line: OutputLine, number: int, part: int, starts: list[int], *, settled: bool) -> Row:
    end = starts[part + 1] if part + 1 < len(starts) else None
    return Row(card, RowKind.LINE, line, number, starts[part], end, settled)
