"""A text to read: lines with their looks, blocks that can be folded, and places that were searched for. Values only."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Part(NamedTuple):
    """Some text, sanitised, and the name of its look."""

    text: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line; `depth` says which lines below it are its block."""

    parts: tuple[Part, ...]
    depth: int = 0

    @property
    def text(self) -> str:
        """Without the looks."""
        return "".join(part.text for part in self.parts)


class Document:
    """Lines, of which some may be folded away behind the line that heads them."""

    def __init__(self, lines: Iterable[DocumentLine], *, foldable: bool = False) -> None:
        """Args: `foldable` is whether deeper lines are blocks, as in YAML."""
        self.lines: Sequence[DocumentLine] = tuple(lines)
        self._foldable = foldable
        self._folded: set[int] = set()
        self.visible: Sequence[int] = range(len(self.lines))
        """The numbers of the lines that are to be seen, in order."""

    def heads(self, number: int) -> bool:
        """Whether a line has a block to fold."""
        lines = self.lines
        return self._foldable and number + 1 < len(lines) and lines[number + 1].depth > lines[number].depth

    def is_folded(self, number: int) -> bool:
        """Whether the block of a line is folded away."""
        return number in self._folded

    def block_end(self, number: int) -> int:
        """The number of the first line behind the block of a line."""
        depth = self.lines[number].depth
        end = number + 1
        while end < len(self.lines) and self.lines[end].depth > depth:
            end += 1
        return end

    def head_of(self, number: int) -> int | None:
        """The line whose block a line belongs to."""
        depth = self.lines[number].depth
        return next((above for above in range(number - 1, -1, -1) if self.lines[above].depth < depth), None)

    def toggle(self, number: int) -> int:
        """Fold or unfold the block of a line, of the one around it where it has none; the line that heads it."""
        head = number if self.heads(number) else self.head_of(number)
        if head is None or not self.heads(head):
            return number
        self._folded.symmetric_difference_update({head})
        self._arrange()
        return head

    def fold_all(self) -> None:
        """Fold all blocks within the outermost ones; unfold everything where that is so already."""
        inner = {number for number in range(len(self.lines)) if self.heads(number) and self.lines[number].depth > 0}
        self._folded = set() if inner <= self._folded else inner
        self._arrange()

    def reveal(self, number: int) -> int:
        """Unfold what hides a line; its place among the visible ones."""
        above = self.head_of(number)
        while above is not None:
            self._folded.discard(above)
            above = self.head_of(above)
        self._arrange()
        return self.place(number)

    def place(self, number: int) -> int:
        """Where a line, or the next one that is to be seen, stands among the visible ones."""
        return min(bisect_left(self.visible, number), max(len(self.visible) - 1, 0))

    def find(self, text: str) -> list[int]:
        """The numbers of the lines that have the text, folded ones too; capital letters count where there are any."""
        if not text:
            return []
        if text == text.lower():
            return [number for number, line in enumerate(self.lines) if text in line.text.lower()]
        return [number for number, line in enumerate(self.lines) if text in line.text]

    def _arrange(self) -> None:
        visible: list[int] = []
        number = 0
        while number < len(self.lines):
            visible.append(number)
            number = self.block_end(number) if number in self._folded else number + 1
        self.visible = visible


def yaml_depth(line: str) -> int:
    """How deep a line of block YAML stands: a list's items belong to the key above them, though equally indented."""
    stripped = line.lstrip(" ")
    return 2 * (len(line) - len(stripped)) + stripped.startswith("- ")
