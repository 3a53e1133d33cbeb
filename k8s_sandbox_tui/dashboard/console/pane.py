"""The console: its keys, and what becomes of what its parts ask for."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from k8s_sandbox_tui.dashboard.completion.name_list_view import NameListView
from k8s_sandbox_tui.dashboard.console.actions import CardAction
from k8s_sandbox_tui.dashboard.console.command_pane import CommandPane
from k8s_sandbox_tui.dashboard.console.full_screen import wants_terminal
from k8s_sandbox_tui.dashboard.console.hint import END_ID, END_KEYS
from k8s_sandbox_tui.dashboard.console.history_search import HistorySearch
from k8s_sandbox_tui.dashboard.console.messages import CardAsked, CardsLeft, ConsoleLeft
from k8s_sandbox_tui.dashboard.console.prompt import CommandInput
from k8s_sandbox_tui.dashboard.shown_keys import command_key


class Console(CommandPane):
    """Cards of commands above a command line for the selected sandbox.

    The screen around it calls `select` when the cursor moves or the selected sandbox
    changes, and `sandbox_gone` when one disappears; it hears `CommandStarted`,
    `CommandFinished` and `ConsoleLeft`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "shift+tab,shift+up,ctrl+up,alt+up", "cards", "Cards", id="console.cards",
            tooltip="Go to the cards.",
        ),
        Binding("ctrl+r", "search", "Search", tooltip="Search all commands that were run before.", id="console.search"),
        Binding("ctrl+l", "clear", "Clear", tooltip="Take away the commands that have ended", id="console.clear"),
        Binding("ctrl+c", "interrupt", "Cancel", show=False),
        Binding("escape", "leave", "Leave", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False, id="console.page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="console.page-down"),
        Binding(END_KEYS, "jump_to_end", "To the end", show=False, id=END_ID),
    ]  # fmt: skip

    DEFAULT_CSS = """
    Console {
        layout: vertical;
        height: 1fr;
        & #console-greeting { height: 1fr; padding: 1 2; color: $text-muted; }
    }
    """

    def focus(self, scroll_visible: bool = True) -> Console:  # noqa: FBT001, FBT002 - Textual's signature
        """Give the keys to the command line."""
        self._input.focus(scroll_visible)
        return self

    async def action_interrupt(self) -> None:
        """Copy the selected output; else end the newest running command; else empty the command line."""
        if self.screen.get_selected_text():
            self.screen.action_copy_text()
            self.screen.clear_selection()
            return
        chosen = self._area.list.chosen
        uid = self._info.uid if self._info is not None else ""
        live = [card for card in self.cards if card.live]
        here = [card for card in live if card.uid == uid]
        if chosen is not None and chosen.live:
            self.cancel(chosen)
        elif here:
            self.cancel(here[-1])
        elif self._input.value:
            self._input.clear_command()
        elif live:
            self._area.hint.warn(
                f"Nothing runs in this sandbox. Select {live[-1].sandbox_id} to cancel what runs there."
            )
        else:
            await self.run_action("app.help_quit")

    def action_clear(self) -> None:
        """Take away the cards of commands that have ended."""
        if not self._area.clear_ended():
            self._greeting.display = True
            self._show_selection()
            self._input.focus()

    def action_search(self) -> None:
        """Look for an earlier command."""
        self._search.open(self._input.command)

    def action_cards(self) -> None:
        """Give the keys to the cards."""
        self._area.enter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Without cards, and in them, the keys that go there do what they do elsewhere."""
        return self._input.has_focus and bool(self.cards) if action == "cards" else True

    def action_leave(self) -> None:
        """Give the focus away."""
        self.post_message(ConsoleLeft())

    def action_page(self, pages: int) -> None:
        """Scroll the output by pages."""
        cards = self._area.list
        cards.scroll_relative(y=pages * max(1, cards.size.height - 1), animate=False)

    def action_jump_to_end(self) -> None:
        """Scroll to the newest output and follow it."""
        self._area.list.jump_to_end()

    @on(CommandInput.Submitted)
    def _submitted(self, event: CommandInput.Submitted) -> None:
        event.stop()
        self._submit()

    def _submit(self) -> None:
        """Run what stands in the command line; where that is refused, it stays."""
        command = self._input.command
        self._input.stop_completing()
        if not command.strip() or self._set_variables(command) or self.start(command) is not None:
            self._input.clear_command()
            if program := wants_terminal(command):
                shell = command_key(self._area.keymap, "sandbox.shell")
                self._area.hint.warn(
                    f"{program} needs a terminal: press {shell} in the table for a shell that has one."
                )

    @on(CommandInput.Changed)
    def _typed(self, event: CommandInput.Changed) -> None:
        if event.value:
            self._area.hint.settle()

    @on(CommandInput.Left)
    def _input_left(self, event: CommandInput.Left) -> None:
        event.stop()
        self.action_leave()

    @on(CommandInput.Interrupted)
    async def _interrupted(self, event: CommandInput.Interrupted) -> None:
        event.stop()
        await self.action_interrupt()

    @on(CardsLeft)
    def _cards_left(self, event: CardsLeft) -> None:
        event.stop()
        self._input.focus()

    @on(CommandInput.Focused)
    def _prompt_focused(self, event: CommandInput.Focused) -> None:
        event.stop()
        self._area.leave()

    @on(HistorySearch.Left)
    def _search_left(self, event: HistorySearch.Left) -> None:
        event.stop()
        self._search.close()
        self._input.focus()

    @on(HistorySearch.Chosen)
    def _search_chosen(self, event: HistorySearch.Chosen) -> None:
        event.stop()
        self._search.close()
        self._input.set_command(event.command)
        self._input.focus()
        if event.run:
            self._submit()

    @on(NameListView.Taken)
    def _name_taken(self, event: NameListView.Taken) -> None:
        event.stop()
        self._input.take_name(event.name)

    @on(CardAsked)
    def _asked(self, event: CardAsked) -> None:
        event.stop()
        if event.action is CardAction.EDIT:
            self._input.set_command(event.card.command)
            self._input.focus()
        elif event.action is CardAction.RERUN:
            self.rerun(event.card)
        elif event.action is CardAction.CANCEL:
            self.cancel(event.card)
