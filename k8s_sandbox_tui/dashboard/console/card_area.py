"""The cards with what belongs to them: their menu, the search, copies, and how much is out of view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.containers import Vertical

from k8s_sandbox_tui.dashboard.clipboard import copy_text
from k8s_sandbox_tui.dashboard.console.actions import CardAction
from k8s_sandbox_tui.dashboard.console.ask_bar import AskBar
from k8s_sandbox_tui.dashboard.console.card_list import CardList
from k8s_sandbox_tui.dashboard.console.copying import COPIES, copy_of
from k8s_sandbox_tui.dashboard.console.find_bar import FindBar
from k8s_sandbox_tui.dashboard.console.hint import END_ID, END_KEYS, HintLine
from k8s_sandbox_tui.dashboard.console.keeping import DEFAULT_LIMITS, Limits
from k8s_sandbox_tui.dashboard.console.messages import CardAsked, MenuAsked, OutputFollowed, SearchMoved
from k8s_sandbox_tui.dashboard.console.save_bar import SaveBar
from k8s_sandbox_tui.dashboard.console.signs import UNICODE, Signs
from k8s_sandbox_tui.dashboard.console.snippets import Origin
from k8s_sandbox_tui.dashboard.shown_keys import first_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import getters
    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.clipboard_app import ClipboardApp
    from k8s_sandbox_tui.dashboard.console.model import CommandCard


class CardArea(Vertical):
    """Does with cards what concerns them alone; the rest of `CardAsked` goes on to the console."""

    DEFAULT_CSS = """
    CardArea { height: auto; }
    CardArea.-filled { height: 1fr; }
    CardArea > CardList { display: none; }
    CardArea.-filled > CardList { display: block; }
    CardArea.-asking > HintLine { display: none; }
    """
    if TYPE_CHECKING:
        app = getters.app(ClipboardApp[object])

    def __init__(
        self,
        *,
        signs: Signs = UNICODE,
        limits: Limits = DEFAULT_LIMITS,
        keymap: Mapping[str, str] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        """No cards.

        Args:
            signs: What is drawn around them.
            limits: How much of their output is kept.
            keymap: The user's own keys, by the id of what they do.
            id: The widget's id.
        """
        super().__init__(id=id)
        self.keymap = keymap or {}
        self.origin = Origin()
        """How to reach the cluster, for what is copied."""
        self.list = CardList(signs=signs, limits=limits, id="console-output")
        self.hint = HintLine(id="console-hint")
        self._find = FindBar()
        self._save = SaveBar(self.keymap)

    def compose(self) -> ComposeResult:
        """The cards, and below them one line at a time."""
        yield self.list
        yield self._find
        yield self._save
        yield self.hint

    def show(self, card: CommandCard) -> None:
        """Add a card at the end, and scroll to it."""
        self.add_class("-filled")
        self.list.show(card)

    def clear_ended(self) -> bool:
        """Take away the cards of commands that have ended.

        Returns:
            Whether any are left.
        """
        self.list.find("")
        self.list.choose(None)
        left = self.list.clear_ended() > 0
        self.set_class(left, "-filled")
        return left

    def enter(self) -> None:
        """Give the keys to the cards, at the newest."""
        if self.list.cards:
            self.list.enter()
            self.list.focus(scroll_visible=False)

    def choose(self, card: CommandCard) -> None:
        """Give the keys to a card."""
        self.list.choose(card)
        self.list.focus(scroll_visible=False)

    def leave(self) -> None:
        """No card is chosen any more."""
        self.list.find("")
        self.list.choose(None)

    def act(self, card: CommandCard, action: str) -> None:
        """Do something with a card as its key does it.

        Args:
            card: One of the list.
            action: What the key is bound to.
        """
        self.list.choose_in_place(card)
        self.list.focus(scroll_visible=False)
        # From the list itself: what this widget posts for it would end here, and not reach the console.
        self.list.call_next(self.list.run_action, action)

    @on(CardAsked)
    def _asked(self, event: CardAsked) -> None:
        if event.action is CardAction.FIND:
            event.stop()
            self._ask(self._find)
            self._find.open()
        elif event.action is CardAction.SAVE:
            event.stop()
            self._ask(self._save)
            self._save.ask(event.card)
        elif event.action in COPIES:
            event.stop()
            self.run_worker(self._copy(event.card, event.action), group="copies", exclusive=True)

    @on(MenuAsked)
    async def _menu_asked(self, event: MenuAsked) -> None:
        event.stop()
        from k8s_sandbox_tui.dashboard.console.card_menu import CardMenu
        from k8s_sandbox_tui.dashboard.console.commands import menu_of

        card = event.card

        def chosen(action: str | None) -> None:
            if action:
                self.act(card, action)

        await self.app.push_screen(CardMenu(card.command, menu_of(card, self.keymap)), chosen)

    @on(SearchMoved)
    def _search_moved(self, event: SearchMoved) -> None:
        event.stop()
        self._find.show(event.search)

    @on(FindBar.Typed)
    def _find_typed(self, event: FindBar.Typed) -> None:
        event.stop()
        self.list.find(event.text)

    @on(FindBar.Stepped)
    def _find_stepped(self, event: FindBar.Stepped) -> None:
        event.stop()
        self.list.action_found(event.forwards)

    @on(FindBar.Kept)
    def _find_kept(self, event: FindBar.Kept) -> None:
        event.stop()
        self.list.focus(scroll_visible=False)

    @on(AskBar.Closed)
    def _bar_closed(self, event: AskBar.Closed) -> None:
        event.stop()
        if not (self._find.shown or self._save.shown):
            self.remove_class("-asking")
        if event.had_focus:
            self.list.focus(scroll_visible=False)
        if not self._find.shown:
            self.list.find("")

    def _ask(self, bar: AskBar) -> None:
        """Show one line, in the place of another."""
        for other in (self._find, self._save):
            if other is not bar:
                other.close()
        self.add_class("-asking")

    @on(OutputFollowed)
    def _followed(self, event: OutputFollowed) -> None:
        event.stop()
        self.hint.below(0 if event.following else event.lines_below, first_key(self.keymap.get(END_ID, END_KEYS)))

    @on(events.Click, "#console-hint")
    def _hint_clicked(self) -> None:
        self.list.jump_to_end()

    async def _copy(self, card: CommandCard, action: CardAction) -> None:
        text, what = copy_of(card, action, self.origin)
        outcome = await copy_text(self.app, text)
        said = outcome.message if outcome.failed else f"{outcome.message}: {what}."
        self.app.notify(said, severity="warning" if outcome.failed else "information", markup=False)
