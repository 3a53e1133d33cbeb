"""The console's output: all cards in one scrolling list, drawn line by line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from k8s_sandbox_tui.dashboard.console.keeping import DEFAULT_LIMITS, Limits, make_room
from k8s_sandbox_tui.dashboard.console.layout import OutputLayout, RowKind
from k8s_sandbox_tui.dashboard.console.messages import OutputFollowed
from k8s_sandbox_tui.dashboard.console.paint import COMPONENTS, GUTTER, LOOKS, Look, paint
from k8s_sandbox_tui.dashboard.console.selecting import marked, scrolled_out, selected_text
from k8s_sandbox_tui.dashboard.console.signs import UNICODE, Signs
from k8s_sandbox_tui.dashboard.console.wrap import NO_WRAP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.selection import Selection
    from textual.timer import Timer

    from k8s_sandbox_tui.dashboard.console.layout import Row
    from k8s_sandbox_tui.dashboard.console.line import OutputLine
    from k8s_sandbox_tui.dashboard.console.model import CommandCard
    from k8s_sandbox_tui.dashboard.console.search import Mark

FLUSH_SECONDS = 0.05
"""How often output that keeps coming is drawn."""

TICK_SECONDS = 1.0
"""How often the time that a command has taken is drawn anew."""

PENDING_LINES = 5_000
"""Lines that wait for the next drawing at most."""

KEPT_STRIPS = 256
"""Painted rows that are kept: some screens full."""


class OutputView(ScrollView, can_focus=True):
    """Cards of commands, the newest at the end.

    It follows the end until the user scrolls up; then what is on screen stays there,
    whatever comes behind it or is dropped before it.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    DEFAULT_CSS = LOOKS

    def __init__(
        self,
        *,
        signs: Signs = UNICODE,
        limits: Limits = DEFAULT_LIMITS,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self._limits = limits
        self._signs = signs
        self._list = OutputLayout(0)
        self._changed: dict[int, CommandCard] = {}
        self._flush_timer: Timer | None = None
        self._tick_timer: Timer | None = None
        self._flushed = 0.0
        self._following = True
        self._moving = False
        self._painting = False
        self._columns = 0
        self._wrap = True
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(KEPT_STRIPS)
        self._drawn_as: Look | None = None

    @property
    def cards(self) -> list[CommandCard]:
        """All cards, oldest first."""
        return [rows.card for rows in self._list.cards]

    @property
    def wrap(self) -> bool:
        """Whether long lines go on in the next row; else they are cut, and one scrolls sideways."""
        return self._wrap

    @wrap.setter
    def wrap(self, wrap: bool) -> None:
        if wrap != self._wrap:
            self._wrap = wrap
            self._fold_anew()
            if wrap:
                self.scroll_to(x=0, animate=False, force=True)

    @property
    def allow_horizontal_scroll(self) -> bool:
        """The mouse scrolls sideways without a bar for it."""
        return not self._wrap

    @property
    def following(self) -> bool:
        """Whether new output scrolls into view."""
        return self._following

    def show(self, card: CommandCard) -> None:
        """Add a card at the end and scroll to it."""
        self._list.add(card)
        make_room(self._list, self._limits)
        self._following = True
        self.changed(card)
        if self._tick_timer is None:
            self._tick_timer = self.set_interval(TICK_SECONDS, self._tick)

    def changed(self, card: CommandCard, pending_lines: int = 0) -> None:
        """Draw what a card has got since the last time, at once or within `FLUSH_SECONDS`; its end at once."""
        self._changed[card.number] = card
        if time.monotonic() - self._flushed >= FLUSH_SECONDS or not card.live:
            self.flush()
            return
        if pending_lines > PENDING_LINES:
            self._take()
        if self._flush_timer is None:
            self._flush_timer = self.set_timer(FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Draw all that has come."""
        if self._flush_timer is not None:
            self._flush_timer.stop()
            self._flush_timer = None
        self._flushed = time.monotonic()
        self._take()
        self._settle(self.scroll_offset.y)

    def clear_ended(self) -> int:
        """Take away the cards of commands that have ended.

        Returns:
            How many commands are left.
        """
        self._list.remove({card.number for card in self.cards if not card.live})
        self._following = True
        self._settle(None)
        return len(self._list.cards)

    def jump_to_end(self) -> None:
        """Scroll to the end and follow it again."""
        self._following = True
        self._settle(None)

    def action_scroll_end(self) -> None:
        """Scroll to the end and follow it again."""
        self.jump_to_end()

    def action_scroll_home(self) -> None:
        """Scroll to the oldest line that is kept."""
        self.scroll_to(y=0, animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """A user who scrolls up wants to stay there; one who reaches the end wants to follow it."""
        super().watch_scroll_y(old_value, new_value)
        if not self._moving:
            self._following = round(new_value) >= self.max_scroll_y
            self._tell()

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Other parts of the lines are in view."""
        super().watch_scroll_x(old_value, new_value)
        self._draw_anew()

    def on_resize(self) -> None:
        """Fold the lines to the new width."""
        self._fold_anew()

    def _fold_anew(self) -> None:
        """Fold the lines, or do not, and stay at the same line."""
        anchor = self._list.anchor(self.scroll_offset.y)
        self._columns = self.scrollable_content_region.width
        self._list.resize(max(1, self._columns - GUTTER) if self._wrap else NO_WRAP)
        self._draw_anew()
        self._settle(None if anchor is None else self._list.row_of(anchor))

    def notify_style_update(self) -> None:
        """Colours have changed."""
        self._draw_anew()
        super().notify_style_update()

    def _draw_anew(self) -> None:
        self._strips.clear()
        self._drawn_as = None

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection anew."""
        super().selection_updated(selection)
        self._strips.clear()
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as it came from the command, without gutters and folds."""
        return selected_text(self._list, selection), "\n"

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a part of the screen."""
        self._painting = True
        try:
            return super().render_lines(crop)
        finally:
            self._painting = False

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        position = self.scroll_offset.y + y
        row = self._list.row(position)
        look = self._look()
        if row is None:
            return Strip.blank(self._columns, look.styles["console--text"])
        selection = self.text_selection
        span = None if selection is None else selection.get_span(position)
        chosen, marks = self._is_chosen(row.card), self._marks(row)
        key = (row.card.number, row.number, row.start, row.card.state, chosen)
        keeps = row.settled and span is None and not marks and row.kind is RowKind.LINE
        strip = self._strips.get(key) if keeps else None
        if strip is None:
            strip = paint(row, look, chosen=chosen, marks=marks)
            if span is not None:
                style = self.screen.get_component_rich_style("screen--selection")
                strip = marked(strip, *span, style, left=scrolled_out(row, look.left))
            if keeps:
                self._strips[key] = strip
        # Only the mouse asks for offsets, one line at a time; on each painted line they would double its cost.
        return strip if self._painting else strip.apply_offsets(scrolled_out(row, look.left), position)

    def _is_chosen(self, card: CommandCard) -> bool:  # noqa: ARG002 - for those who choose cards
        """Whether the card is drawn as the chosen one."""
        return False

    def _marks(self, row: Row) -> Sequence[Mark]:  # noqa: ARG002 - for those who search
        """The parts of a row's line that are drawn as found."""
        return ()

    def _took(self, card: CommandCard, lines: Sequence[OutputLine]) -> None:
        """A card has got further lines, which are in its scrollback now."""

    def _look(self) -> Look:
        if self._drawn_as is None:
            styles = {name: self.get_component_rich_style(name) for name in COMPONENTS}
            self._drawn_as = Look(self._columns, styles, self._signs, None if self._wrap else self.scroll_offset.x)
        return self._drawn_as

    def _take(self) -> None:
        """Take up the lines that have come. What a reader looks at stays in place, drawn or not."""
        changed, self._changed = self._changed, {}
        anchor = None if self._following else self._list.anchor(self.scroll_offset.y)
        height = self._list.height
        for rows in self._list.cards:
            if rows.card.number in changed:
                lines = rows.card.commit()
                rows.sync(lines)
                self._took(rows.card, lines)
        make_room(self._list, self._limits)
        self._list.measure()
        if self._list.height < height and self.text_selection is not None:
            self.screen.clear_selection()
        if anchor is not None and (row := self._list.row_of(anchor)) != self.scroll_offset.y:
            self._settle(row)

    def _settle(self, row: int | None) -> None:
        """Take up the new height; stay on a row, or at the end when following it."""
        self._moving = True
        try:
            width = self._columns if self._wrap else max(self._columns, self._list.widest + GUTTER)
            self.virtual_size = Size(width, self._list.height)
            target = self.max_scroll_y if self._following or row is None else min(row, self.max_scroll_y)
            if target != self.scroll_offset.y:
                self.scroll_to(y=target, animate=False, force=True)
        finally:
            self._moving = False
        self._tell()
        self.refresh()

    def _tell(self) -> None:
        below = max(0, round(self.max_scroll_y - self.scroll_y))
        self.post_message(OutputFollowed(following=self._following, lines_below=below))

    def _tick(self) -> None:
        """Show the seconds that live commands have taken."""
        live = [card for card in self.cards if card.live]
        if not live and self._tick_timer is not None:
            self._tick_timer.stop()
            self._tick_timer = None
        top = 0
        for rows in self._list.cards:
            top += rows.height
            if rows.card.live:
                self.refresh_line(top - 2)
