"""What the console does with commands: it runs them in the selected sandbox, and knows what lasts there."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING

from textual.widget import Widget
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.completion.completer import Completer
from k8s_sandbox_tui.dashboard.completion.name_list_view import NameListView
from k8s_sandbox_tui.dashboard.completion.names import NameCache, Whereabouts
from k8s_sandbox_tui.dashboard.completion.words import SHELL
from k8s_sandbox_tui.dashboard.console.background import JobHost, background_of
from k8s_sandbox_tui.dashboard.console.card_area import CardArea
from k8s_sandbox_tui.dashboard.console.directory import Place
from k8s_sandbox_tui.dashboard.console.failed_shell import SHELL_HINT, failed_shell
from k8s_sandbox_tui.dashboard.console.fate import tell_fate, tell_gone
from k8s_sandbox_tui.dashboard.console.greeting import greeting
from k8s_sandbox_tui.dashboard.console.history import HistoryFile
from k8s_sandbox_tui.dashboard.console.history_search import HistorySearch
from k8s_sandbox_tui.dashboard.console.keeping import DEFAULT_LIMITS, Limits
from k8s_sandbox_tui.dashboard.console.messages import CommandFinished, CommandStarted
from k8s_sandbox_tui.dashboard.console.prompt_line import INVITATIONS, PromptLine
from k8s_sandbox_tui.dashboard.console.recall import Recall
from k8s_sandbox_tui.dashboard.console.runs import Runs
from k8s_sandbox_tui.dashboard.console.sessions import Session, Sessions
from k8s_sandbox_tui.dashboard.console.signs import UNICODE, Signs
from k8s_sandbox_tui.dashboard.console.variables import read_change
from k8s_sandbox_tui.dashboard.console.words import first_sentence, gone_words, why_not
from k8s_sandbox_tui.provider.models import SandboxStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.console.model import CommandCard, Ending
    from k8s_sandbox_tui.dashboard.console.protocols import BackgroundJob, CommandElsewhere, CommandHost
    from k8s_sandbox_tui.dashboard.console.run import CommandRun
    from k8s_sandbox_tui.dashboard.console.snippets import Origin
    from k8s_sandbox_tui.provider.models import SandboxInfo


class CommandPane(Widget):
    """The selected sandbox, the cards of its commands and of others', and a command line. `Console` adds the keys."""

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
        self._gone = ""  # the uid of the selected sandbox, once it does not exist any more
        self._host: CommandHost | None = None
        self._info: SandboxInfo | None = None
        self._sessions = Sessions()
        self._area = CardArea(signs=signs, limits=limits, keymap=keymap)
        self._runs = Runs(self, clock=clock, changed=self._area.list.changed, limits=limits)
        self._search = HistorySearch(self._found)
        self._line = PromptLine(self._remembered, signs)
        self._input = self._line.input
        self._greeting = Static(id="console-greeting", markup=False)
        self._names = NameListView(id="console-names")
        self._cache = NameCache()
        self._input.completer = Completer(
            self._input, self._names, syntax=SHELL, where=self._whereabouts, cache=self._cache
        )

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
        yield self._names

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
        if self._info is not None and (info is None or info.uid != self._info.uid):
            self._input.stop_completing()
        if changed and (info is None or info.uid != self._gone or info.status is not SandboxStatus.STOPPING):
            self._gone = ""
        self._host = host
        self._info = info
        if changed and self.is_mounted:
            self._show_selection()
            self.tell_fate(info)

    def sandbox_gone(self, uid: str) -> None:
        """Say that a sandbox does not exist any more. Its running commands end, and say so."""
        self._runs.sandbox_gone(uid)
        self._sessions.forget(uid)
        self._tell(tell_gone(self.cards, uid))
        if self._info is not None and self._info.uid == uid:
            self._gone = uid
            self._show_selection()

    def tell_fate(self, info: SandboxInfo | None) -> None:
        """Say what became of a sandbox where its end was that of commands."""
        self._tell([] if info is None else tell_fate(self.cards, info))

    def live_commands(self, uid: str) -> int:
        """How many commands run in a sandbox at this moment."""
        return self._runs.live(uid)

    def forbid(self, reason: str) -> None:
        """Let nothing be run here at all, for a reason, as a sentence; let it be run again where that is empty."""
        if reason != self._forbidden:
            self._forbidden = reason
            if self.is_mounted:
                self._show_selection()

    @property
    def _refused(self) -> str:
        """Why no command can be run in the selected sandbox; empty where one can."""
        info = self._info
        return self._forbidden or (gone_words(info) if info is not None and info.uid == self._gone else why_not(info))

    def start(self, command: str, *, env: Mapping[str, str] | None = None) -> CommandCard | None:
        """Run a command in the selected sandbox.

        Args:
            command: A line for `/bin/sh`. `cd` on its own changes where the next ones start.
            env: Variables for it.

        Returns:
            Its card; None when it cannot be run, which the console then explains.
        """
        host, info = self._host, self._info
        refused = self._refused
        if refused or host is None or info is None:
            self._area.hint.warn(refused or why_not(None))
            return None
        session = self._sessions.of(info.uid)
        starter = host if background_of(command) is None else JobHost(host.start_job)
        card = self._begin(self._runs.prepare(command, starter, info, session.place, {**session.env, **(env or {})}))
        self.remember(command, info)
        return card

    def follow_job(self, job: BackgroundJob, info: SandboxInfo) -> CommandCard:
        """Show a job that is there already, with its log from the beginning."""
        command = job.info.command
        line = command if isinstance(command, str) else shlex.join(command)
        run = self._runs.prepare(f"{line} &", JobHost.of(job), info, Place(job.info.cwd), None)
        return self._begin(run)

    def show_failed_shell(self, info: SandboxInfo, ending: Ending) -> None:
        """Say in a card how a shell ended that had, or was to have, the whole terminal."""
        card = failed_shell(info, ending)
        self._show_card(card)
        self._area.list.changed(card)

    def take_in(self, command: CommandElsewhere) -> None:
        """Show a command that was started elsewhere, with all that is kept of its output, and choose its card."""
        if command.run is None:
            return
        card = command.run.card
        if card not in self.cards:
            self._runs.adopt(command)
            command.adopt(self._area.list.changed, lambda: self._ended_elsewhere(card))
            self._show_card(card)
        self._area.choose(card)

    def earlier(self, prefix: str) -> Iterator[str]:
        """Commands that were run before and start with a text, newest first."""
        return self._remembered(prefix)

    def remember(self, command: str, info: SandboxInfo) -> None:
        """Put a command that is run elsewhere among those."""
        self.run_worker(self._remember(command, info), group="history")

    def rerun(self, card: CommandCard) -> CommandCard | None:
        """Run a command once more, where and as it ran; None for a card that no command was started for."""
        if self._forbidden:
            self._area.hint.warn(self._forbidden)
            return None
        run = self._runs.again(card)
        if run is None:
            self._area.hint.warn(SHELL_HINT)
            return None
        return self._begin(run)

    def cancel(self, card: CommandCard) -> None:
        """End a command in its sandbox; asked again, stop waiting for its end."""
        self._runs.cancel(card)

    def _begin(self, run: CommandRun) -> CommandCard:
        card = run.card
        self._show_card(card)
        self._runs.follow(run, lambda: self._ended(run))
        self.post_message(CommandStarted(card))
        return card

    def _show_card(self, card: CommandCard) -> None:
        self._greeting.display = False
        self._area.hint.settle()
        self._area.show(card)

    def _ended_elsewhere(self, card: CommandCard) -> None:
        self._cache.forget(card.uid)
        self._runs.ended_elsewhere(card)
        self.post_message(CommandFinished(card))

    def _set_variables(self, command: str) -> bool:
        """Take up a line that only sets variables, which needs no shell; false for all others."""
        change, info = read_change(command), self._info
        if change is None or info is None:
            return False
        session = self._sessions.of(info.uid)
        self._area.hint.tell(session.apply(change))
        self.remember(command, info)
        self._show_selection(settles=False)
        return True

    def _whereabouts(self) -> Whereabouts | None:
        """Where paths count from; None where no command may be run either."""
        host, info = self._host, self._info
        if host is None or info is None or self._refused:
            return None
        return Whereabouts(host, info.uid, self._sessions.of(info.uid).place.cwd)

    def _ended(self, run: CommandRun) -> None:
        self._cache.forget(run.card.uid)
        if self._sessions.of(run.card.uid).follow(run):
            self._area.list.changed(run.card)
            self._show_selection()
        self.tell_fate(self._info)
        self.post_message(CommandFinished(run.card))

    def _tell(self, told: Iterable[CommandCard]) -> None:
        for card in told:
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
        refused = self._refused
        self._line.show(info, session, (refused, first_sentence(refused)) if refused else INVITATIONS)
        self._greeting.update(greeting(info, refused if self._forbidden or info is not None else ""), layout=False)
        if settles and not refused:
            self._area.hint.settle()
