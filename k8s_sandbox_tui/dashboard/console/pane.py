"""The console: runs commands in the selected sandbox and shows what came of them."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.console.actions import CardAction
from k8s_sandbox_tui.dashboard.console.background import JobHost, background_of
from k8s_sandbox_tui.dashboard.console.card_area import CardArea
from k8s_sandbox_tui.dashboard.console.directory import Place
from k8s_sandbox_tui.dashboard.console.fate import tell_fate
from k8s_sandbox_tui.dashboard.console.greeting import greeting
from k8s_sandbox_tui.dashboard.console.history import HistoryFile
from k8s_sandbox_tui.dashboard.console.history_search import HistorySearch
from k8s_sandbox_tui.dashboard.console.keeping import DEFAULT_LIMITS, Limits
from k8s_sandbox_tui.dashboard.console.messages import (
    CardAsked,
    CardsLeft,
    CommandFinished,
    CommandStarted,
    ConsoleLeft,
)
from k8s_sandbox_tui.dashboard.console.prompt import CommandInput
from k8s_sandbox_tui.dashboard.console.prompt_line import PromptLine
from k8s_sandbox_tui.dashboard.console.recall import Recall
from k8s_sandbox_tui.dashboard.console.runs import Runs
from k8s_sandbox_tui.dashboard.console.sessions import Session, Sessions
from k8s_sandbox_tui.dashboard.console.signs import UNICODE, Signs
from k8s_sandbox_tui.dashboard.console.variables import read_change
from k8s_sandbox_tui.dashboard.console.words import why_not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.console.background import BackgroundJob
    from k8s_sandbox_tui.dashboard.console.model import CommandCard
    from k8s_sandbox_tui.dashboard.console.protocols import CommandHost
    from k8s_sandbox_tui.dashboard.console.run import CommandRun
    from k8s_sandbox_tui.dashboard.console.snippets import Origin
    from k8s_sandbox_tui.provider.models import SandboxInfo


class Console(Widget):
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
        Binding("ctrl+r", "search", "Search", tooltip="Search all commands that were run before."),
        Binding("ctrl+l", "clear", "Clear", tooltip="Take away the commands that have ended"),
        Binding("ctrl+c", "interrupt", "Cancel", show=False),
        Binding("escape", "leave", "Leave", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("ctrl+end", "jump_to_end", "To the end", show=False),
    ]  # fmt: skip

    DEFAULT_CSS = """
    Console {
        layout: vertical;
        height: 1fr;
        & #console-greeting { height: 1fr; padding: 1 2; color: $text-muted; }
    }
    """

    def __init__(
        self,
        *,
        history: HistoryFile | None = None,
        clock: Callable[[], float] = time.monotonic,
        signs: Signs = UNICODE,
        limits: Limits = DEFAULT_LIMITS,
        keymap: Mapping[str, str] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        """A console without a sandbox.

        Args:
            history: Where commands are remembered; by default the user's state folder.
            clock: Monotonic seconds, for the time that commands take.
            signs: What is drawn around the commands.
            limits: How much of their output is kept to be shown.
            keymap: The user's own keys, by the id of what they do.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._recall = Recall(history or HistoryFile())
        self._forbidden = ""
        self._host: CommandHost | None = None
        self._info: SandboxInfo | None = None
        self._sessions = Sessions()
        self._area = CardArea(signs=signs, limits=limits, keymap=keymap)
        self._runs = Runs(self, clock=clock, changed=self._area.list.changed, limits=limits)
        self._search = HistorySearch(self._found)
        self._line = PromptLine(self._remembered)
        self._input = self._line.input
        self._greeting = Static(id="console-greeting", markup=False)

    @property
    def cards(self) -> list[CommandCard]:
        """The commands on screen, oldest first."""
        return self._area.list.cards

    @property
    def origin(self) -> Origin:
        """How to reach the cluster from elsewhere."""
        return self._area.origin

    @origin.setter
    def origin(self, origin: Origin) -> None:
        self._area.origin = origin

    def compose(self) -> ComposeResult:
        """The greeting or the cards, and the command line."""
        yield self._greeting
        yield self._area
        yield self._search
        yield self._line

    def on_mount(self) -> None:
        """Fetch the history."""
        self._show_selection()
        self.run_worker(self._read_history(), group="history")

    def select(self, host: CommandHost | None, info: SandboxInfo | None) -> None:
        """Say which sandbox the next command goes to.

        Args:
            host: Runs the commands; None when none can be run.
            info: What is known of the sandbox; None when none is selected.
        """
        changed = info is not self._info
        self._host = host
        self._info = info
        if changed and self.is_mounted:
            self._show_selection()
            self._tell_fate()

    def sandbox_gone(self, uid: str) -> None:
        """Say that a sandbox does not exist any more. Its running commands end, and say so."""
        self._runs.sandbox_gone(uid)
        self._sessions.forget(uid)

    def live_commands(self, uid: str) -> int:
        """How many commands run in a sandbox at this moment."""
        return self._runs.live(uid)

    def focus(self, scroll_visible: bool = True) -> Console:  # noqa: FBT001, FBT002 - Textual's signature
        """Give the keys to the command line."""
        self._input.focus(scroll_visible)
        return self

    @property
    def forbidden(self) -> str:
        """Why nothing may be run here at all, as a sentence; empty where it may."""
        return self._forbidden

    @forbidden.setter
    def forbidden(self, reason: str) -> None:
        if reason != self._forbidden:
            self._forbidden = reason
            if self.is_mounted:
                self._show_selection()

    def start(self, command: str, *, env: Mapping[str, str] | None = None) -> CommandCard | None:
        """Run a command in the selected sandbox.

        Args:
            command: A line for `/bin/sh`. `cd` on its own changes where the next ones start.
            env: Variables for it.

        Returns:
            Its card; None when it cannot be run, which the console then explains.
        """
        host, info = self._host, self._info
        refused = self.forbidden or why_not(info)
        if refused or host is None or info is None:
            self._area.hint.warn(refused or why_not(None))
            return None
        session = self._sessions.of(info.uid)
        starter = host if background_of(command) is None else JobHost(host.start_job)
        card = self._begin(self._runs.prepare(command, starter, info, session.place, {**session.env, **(env or {})}))
        self.run_worker(self._remember(command, info), group="history")
        return card

    def follow_job(self, job: BackgroundJob, info: SandboxInfo) -> CommandCard:
        """Show a job that is there already, with its log from the beginning."""
        command = job.info.command
        line = command if isinstance(command, str) else shlex.join(command)
        run = self._runs.prepare(f"{line} &", JobHost.of(job), info, Place(job.info.cwd), None)
        return self._begin(run)

    def rerun(self, card: CommandCard) -> CommandCard | None:
        """Run a command once more, where and as it ran; None for a card that no command was started for."""
        if self.forbidden:
            self._area.hint.warn(self.forbidden)
            return None
        run = self._runs.again(card)
        return None if run is None else self._begin(run)

    def cancel(self, card: CommandCard) -> None:
        """End a command in its sandbox; asked again, stop waiting for its end."""
        self._runs.cancel(card)

    def _begin(self, run: CommandRun) -> CommandCard:
        card = run.card
        self._greeting.display = False
        self._area.hint.settle()
        self._area.show(card)
        self._runs.follow(run, lambda: self._ended(run))
        self.post_message(CommandStarted(card))
        return card

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
        if not command.strip() or self._set_variables(command) or self.start(command) is not None:
            self._input.clear_command()

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

    def _set_variables(self, command: str) -> bool:
        """Take up a line that only sets variables, which needs no shell; false for all others."""
        change, info = read_change(command), self._info
        if change is None or info is None:
            return False
        session = self._sessions.of(info.uid)
        self._area.hint.tell(session.apply(change))
        self.run_worker(self._remember(command, info), group="history")
        self._show_selection(settles=False)
        return True

    def _ended(self, run: CommandRun) -> None:
        if self._sessions.of(run.card.uid).follow(run):
            self._area.list.changed(run.card)
            self._show_selection()
        self._tell_fate()
        self.post_message(CommandFinished(run.card))

    def _tell_fate(self) -> None:
        """Where the sandbox has ended, commands that ended with it say why."""
        if self._info is not None:
            for card in tell_fate(self.cards, self._info):
                self._area.list.changed(card)

    async def _read_history(self) -> None:
        if problem := await self._recall.read():
            self._area.hint.warn(problem)

    async def _remember(self, command: str, info: SandboxInfo) -> None:
        if problem := await self._recall.keep(command, info, self._sessions.of(info.uid)):
            self._area.hint.warn(problem)

    def _found(self, query: str) -> list[str]:
        return self._recall.search(self._info.uid if self._info is not None else "", query)

    def _remembered(self, prefix: str) -> Iterator[str]:
        return self._recall.commands(self._info.uid if self._info is not None else "", prefix)

    def _show_selection(self, *, settles: bool = True) -> None:
        """Show where commands go: in the label, the placeholder and the greeting."""
        info = self._info
        session = Session() if info is None else self._sessions.of(info.uid)
        refused = self.forbidden or why_not(info)
        self._line.show(info, session, refused)
        self._greeting.update(greeting(info), layout=False)
        if settles and not refused:
            self._area.hint.settle()
