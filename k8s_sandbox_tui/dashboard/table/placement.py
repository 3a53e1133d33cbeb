"""Where the cursor and the scroll go when the rows around them change. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence


class Showable(Protocol):
    """What can be on the screen or not."""

    shown: bool


ShowableT = TypeVar("ShowableT", bound=Showable)


def neighbour(before: Sequence[ShowableT], index: int) -> ShowableT | None:
    """The row that takes the place of the one at `index`: the next one still shown, else the one before."""
    for row in before[index + 1 :]:
        if row.shown:
            return row
    for row in reversed(before[:index]):
        if row.shown:
            return row
    return None


def kept_scroll(*, scroll: int, before: int, after: int, cursor: int, height: int, total: int) -> int:
    """The first line to show so that a row stays at its height on the screen.

    Args:
        scroll: First line shown so far.
        before: Where the row that is to stay in place was.
        after: Where it is now.
        cursor: Where the cursor is now; at the top of the table the top stays in
            view, with what is new in it, as long as the cursor does too.
        height: Lines that fit the screen.
        total: Rows there are now.
    """
    if scroll == 0 and cursor < height:
        return 0
    return clamped(after - (before - scroll), height, total)


def scroll_to_see(index: int, *, scroll: int, height: int, total: int) -> int:
    """The nearest first line with which the row at `index` is on the screen."""
    if index < scroll:
        scroll = index
    elif index >= scroll + height:
        scroll = index - height + 1
    return clamped(scroll, height, total)


def clamped(scroll: int, height: int, total: int) -> int:
    """`scroll` within its bounds: no line beyond the last one is shown."""
    return max(0, min(scroll, total - height))
