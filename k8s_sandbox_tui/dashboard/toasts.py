"""Where sentences that go by themselves are shown: nowhere over a button, the cursor, the top line or the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from textual.geometry import Region, Size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.dom import DOMNode
    from textual.screen import Screen
    from textual.signal import Signal

USUAL = 2
"""Rows below: the keys, and the command line of the main screen."""

LOW = 3
"""Rows of what is kept clear as a whole while it has the keys: a field, not a list."""

_RACK = "textual-toastrack"


@runtime_checkable
class HasCursor(Protocol):
    """A widget of our own with a cursor, which toasts are not to cover."""

    @property
    def pointed_line(self) -> int:
        """The line of its contents that the cursor is on, as they are scrolled, from 0."""
        ...


def rows_below(toasts: Size, screen: Size, keep_clear: Sequence[Region]) -> int:
    """How many rows to leave below the toasts, which are at the right: the fewest with which they cover least.

    Args:
        toasts: Their size together.
        screen: The screen's size.
        keep_clear: What they are not to cover.
    """
    best, least = USUAL, None
    for rows in range(USUAL, screen.height - toasts.height + 1):
        place = Region(screen.width - toasts.width, screen.height - rows - toasts.height, toasts.width, toasts.height)
        covered = sum([place.intersection(region).area for region in keep_clear])
        if least is None or covered < least:
            best, least = rows, covered
    return best


def keep_toasts_clear(app: DOMNode, screen: Screen[object]) -> None:
    """Have a screen's toasts placed each time the screen is laid out; a second call for it changes nothing."""
    signal = cast("Signal[Screen[object]]", screen.screen_layout_refresh_signal)
    signal.unsubscribe(app)
    signal.subscribe(app, place_toasts, immediate=True)


def place_toasts(screen: Screen[object]) -> None:
    """Move the toasts of a screen to where they cover nothing that is needed."""
    # Each layout comes through here: where there are no toasts, nothing is looked for.
    for rack in screen.children:
        if rack.id != _RACK or not rack.display:
            continue
        shown = [toast.region for toast in rack.query("Toast") if toast.region]
        if not shown:
            return
        size = Size(max([region.width for region in shown]), sum([region.height for region in shown]))
        below = rows_below(size, screen.size, list(_keep_clear(screen)))
        if rack.styles.margin.bottom != below:
            rack.styles.margin = (0, 0, below, 0)


def _keep_clear(screen: Screen[object]) -> Iterator[Region]:
    from textual.widget import Widget
    from textual.widgets import Button, OptionList

    yield Region(0, 0, screen.size.width, 1)
    focused = screen.focused
    if focused is not None and focused.region.height <= LOW:
        yield focused.region
    for widget in screen.walk_children():
        if isinstance(widget, Button):
            yield widget.region
        elif isinstance(widget, OptionList):
            if widget.highlighted is not None:
                yield _row(widget.content_region, widget.highlighted - widget.scroll_offset.y)
        elif isinstance(widget, Widget) and isinstance(widget, HasCursor):
            yield _row(widget.content_region, widget.pointed_line)


def _row(region: Region, line: int) -> Region:
    return region.intersection(Region(region.x, region.y + line, region.width, 1))
