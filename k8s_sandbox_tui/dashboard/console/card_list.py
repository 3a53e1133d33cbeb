"""The cards as a list to choose from: by keys and mouse, folded, wrapped and searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from k8s_sandbox_tui.dashboard.console.actions import CardAction, possible
from k8s_sandbox_tui.dashboard.console.commands import CARD_COMMANDS, MOVE_COMMANDS
from k8s_sandbox_tui.dashboard.console.headline import MENU_CELLS
from k8s_sandbox_tui.dashboard.console.layout import Anchor, RowKind
from k8s_sandbox_tui.dashboard.console.messages import CardAsked, CardsLeft, MenuAsked, SearchMoved
from k8s_sandbox_tui.dashboard.console.output import OutputView
from k8s_sandbox_tui.dashboard.console.paint import GUTTER
from k8s_sandbox_tui.dashboard.console.search import Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.binding import BindingType

    from k8s_sandbox_tui.dashboard.console.layout import Row
    from k8s_sandbox_tui.dashboard.console.line import OutputLine
    from k8s_sandbox_tui.dashboard.console.model import CommandCard
    from k8s_sandbox_tui.dashboard.console.search import Found, Mark

RIGHT_BUTTON = 3


class CardList(OutputView):
    """Cards of which one can be chosen. What is asked for it is told with `CardAsked`."""

    # The key bar has room for the way back; what is less used comes behind it.
    BINDINGS: ClassVar[list[BindingType]] = [
        command.binding()
        for command in sorted((*CARD_COMMANDS, *MOVE_COMMANDS), key=lambda command: command.id == "card.save")
    ]

    _chosen: CommandCard | None = None
    _search: Search | None = None
    _begun_at: Anchor | None = None
    """What was at the top of the screen when the search began; typing on does not move that."""

    @property
    def chosen(self) -> CommandCard | None:
        """The card that the keys are about."""
        return self._chosen

    @property
    def search(self) -> Search | None:
        """What is searched for in the chosen card."""
        return self._search

    def choose(self, card: CommandCard | None) -> None:
        """Make a card the chosen one, and bring it into view; None for no card."""
        if card is not self._chosen:
            self._chosen = card
            if self._search is not None:
                self.find(self._search.text)
            self.refresh()
            self.refresh_bindings()
        if card is not None:
            self._show_card(card)

    def find(self, text: str) -> None:
        """Search for a text in the chosen card, and go to the first place from what is on screen; empty for none."""
        if self._search is None:
            self._begun_at = self._list.anchor(self.scroll_offset.y)
        self._search = None
        card = self._chosen
        if text and card is not None:
            search = self._search = Search(text)
            search.add(card.scrollback.first, card.scrollback)
            here = self._begun_at
            inside = here is not None and here.card_number == card.number and here.kind is RowKind.LINE
            self._go_to(search.step(forwards=True, start=(here.number, here.start - 1) if inside and here else (0, -1)))
        self.refresh()
        self.post_message(SearchMoved(self._search))

    # Keys.

    def on_focus(self) -> None:
        """However the focus came, there is a card for the keys; what the mouse was pressed on must not move."""
        if self._chosen not in self.cards and self.cards:
            lowest = self._list.row(self.scroll_offset.y + self.scrollable_content_region.height - 1)
            self.choose_in_place(self.cards[-1] if lowest is None else lowest.card)

    def enter(self) -> None:
        """Choose the newest card; what of it is in view stays where it is."""
        card = self.cards[-1]
        self.choose_in_place(card)
        top = self._list.top_of(card)
        if top is not None and top >= self.scroll_offset.y + self.scrollable_content_region.height:
            self._show_card(card)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what cannot be done with the chosen card now."""
        if action == "card":
            return (self._chosen is not None and possible(self._chosen, CardAction(str(parameters[0])))) or None
        if action in {"menu", "fold"}:
            return self._chosen is not None or None
        if action == "found":
            return self._search is not None or None
        if action == "scroll_columns":
            return not self.wrap or None
        return True

    def action_card(self, action: str) -> None:
        """Ask for something to be done with the chosen card."""
        if self._chosen is not None:
            self.post_message(CardAsked(self._chosen, CardAction(action)))

    def action_menu(self) -> None:
        """Ask for the menu of the chosen card."""
        if self._chosen is not None:
            self.post_message(MenuAsked(self._chosen))

    def action_choose(self, step: int) -> None:
        """Choose the card before or behind; behind the last one is the command line."""
        cards = self.cards
        if self._chosen not in cards:
            self.choose(cards[-1] if cards else None)
            return
        place = cards.index(self._chosen) + step
        if place == len(cards):
            self.action_leave()
        elif place >= 0:
            self.choose(cards[place])

    def action_leave(self) -> None:
        """End the search; without one, go back to the command line."""
        if self._search is not None:
            self.find("")
        else:
            self.post_message(CardsLeft())

    def action_fold(self) -> None:
        """Fold the chosen card's output away, or back."""
        if self._chosen is not None:
            self._fold([self._chosen], folded=None)

    def action_fold_all(self) -> None:
        """Fold all output away; back when all is."""
        self._fold(self.cards, folded=not all(rows.folded for rows in self._list.cards))

    def action_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self.wrap = not self.wrap
        self.refresh_bindings()

    def action_found(self, forwards: bool) -> None:  # noqa: FBT001 - Textual passes action parameters by position
        """Go to the next place that was searched for, or to the one before."""
        if self._search is not None:
            self._go_to(self._search.step(forwards=forwards))
            self.refresh()
            self.post_message(SearchMoved(self._search))

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll up or down by lines."""
        self.scroll_relative(y=lines, animate=False)

    def action_scroll_columns(self, columns: int) -> None:
        """Scroll sideways."""
        self.scroll_relative(x=columns, animate=False, force=True)

    # The mouse.

    def on_click(self, event: events.Click) -> None:
        """A click chooses the card; on its header's ends it folds or opens the menu, twice it takes the command."""
        if event.chain > 1:
            event.prevent_default()  # Textual would select all that there is.
        row = self._list.row(self.scroll_offset.y + event.y)
        if row is None or row.kind is RowKind.GAP or self.text_selection is not None:
            return
        self.choose_in_place(row.card)
        if event.button == RIGHT_BUTTON:
            self.action_menu()
        elif row.kind is RowKind.HEADER:
            if event.x >= self._columns - MENU_CELLS:
                self.action_menu()
            elif event.x < GUTTER:
                self.action_fold()
            elif event.chain == 2:
                self.action_card(CardAction.EDIT)

    # What the drawing asks.

    def _is_chosen(self, card: CommandCard) -> bool:
        return card is self._chosen

    def _marks(self, row: Row) -> Sequence[Mark]:
        if self._search is None or row.card is not self._chosen or row.kind is not RowKind.LINE:
            return ()
        return self._search.marks(row.number)

    def _took(self, card: CommandCard, lines: Sequence[OutputLine]) -> None:
        if self._search is not None and card is self._chosen:
            self._search.drop_before(card.scrollback.first)
            self._search.add(card.scrollback.end - len(lines), lines)
            self.post_message(SearchMoved(self._search))

    def choose_in_place(self, card: CommandCard) -> None:
        """Choose a card that is in view already."""
        if card is not self._chosen:
            self._chosen = card
            if self._search is not None:
                self.find("")
            self.refresh()
            self.refresh_bindings()

    def _show_card(self, card: CommandCard) -> None:
        """Scroll as little as brings the card into view; its header where it is taller than the view."""
        rows, top = self._list.of(card), self._list.top_of(card)
        if rows is None or top is None:
            return
        first, room = self.scroll_offset.y, self.scrollable_content_region.height
        height = rows.height - 1
        if top < first or (height > room and top > first):
            self._scroll_to_row(top)
        elif top + height > first + room:
            self._scroll_to_row(top + height - room)

    def _go_to(self, place: Found | None) -> None:
        """Bring a place that was found into view, some rows from the edge."""
        card = self._chosen
        if place is None or card is None:
            return
        rows = self._list.of(card)
        if rows is not None and rows.folded:
            self._fold([card], folded=False)
        row = self._list.row_of(Anchor(card.number, RowKind.LINE, place.number, place.start))
        first, room = self.scroll_offset.y, self.scrollable_content_region.height
        if not first <= row < first + room:
            self._scroll_to_row(max(0, row - room // 3))
        if not self.wrap:
            self._show_columns(card.scrollback[place.number].text, place)

    def _show_columns(self, text: str, place: Found) -> None:
        from rich.cells import cell_len

        left, right = cell_len(text[: place.start]), cell_len(text[: place.end])
        room = self._columns - GUTTER
        if left < self.scroll_offset.x or right > self.scroll_offset.x + room - 1:
            self.scroll_to(x=max(0, right - room * 2 // 3), animate=False, force=True)

    def _scroll_to_row(self, row: int) -> None:
        self.scroll_to(y=row, animate=False, force=True)

    def _fold(self, cards: Sequence[CommandCard], *, folded: bool | None) -> None:
        """Fold cards away or back; None for the other way than now."""
        top = None if self._chosen is None else self._list.top_of(self._chosen)
        offset = 0 if top is None else top - self.scroll_offset.y
        for rows in self._list.cards:
            if rows.card in cards:
                rows.folded = not rows.folded if folded is None else folded
        self._list.measure()
        now = None if self._chosen is None else self._list.top_of(self._chosen)
        # The header that was folded stays under the eyes.
        self._settle(None if now is None else now - max(0, offset))
