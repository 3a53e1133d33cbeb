"""The console: runs commands in the selected sandbox and shows what came of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.console import directory
from k8s_sandbox_tui.dashboard.console.directory import Place
from k8s_sandbox_tui.dashboard.console.greeting import greeting, prompt_label
from k8s_sandbox_tui.dashboard.console.hint import HintLine
from k8s_sandbox_tui.dashboard.console.history import HistoryFile
from k8s_sandbox_tui.dashboard.console.launch import prepare
from k8s_sandbox_tui.dashboard.console.messages import CommandFinished, CommandStarted, ConsoleLeft
from k8s_sandbox_tui.dashboard.console.model import CommandCard, CommandState, Ending
from k8s_sandbox_tui.dashboard.console.output import OutputView
from k8s_sandbox_tui.dashboard.console.prompt import CommandInput
from k8s_sandbox_tui.dashboard.console.recall import Recall
from k8s_sandbox_tui.dashboard.console.words import why_not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from textual.app import ComposeResult
    from textual.worker import Worker

    from k8s_sandbox_tui.dashboard.console.protocols import CommandHost
    from k8s_sandbox_tui.dashboard.console.run import CommandRun
    from k8s_sandbox_tui.provider.models import SandboxInfo

GONE_SECONDS = 2.0
"""How long a command's connection may outlive its sandbox before its card is closed."""


class _Job(NamedTuple):
    run: CommandRun
    worker: Worker[None]


class Console(Widget):
    """Cards of commands above a command line for the selected sandbox.

    The screen around it calls `select` when the cursor moves or the selected sandbox
    changes, and `sandbox_gone` when one disappears; it hears `CommandStarted`,
    `CommandFinished` and `ConsoleLeft`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "clear", "Clear", tooltip="Take away the commands that have ended"),
        Binding("ctrl+c", "interrupt", "Cancel", show=False),
        Binding("escape", "leave", "Leave", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("ctrl+end", "jump_to_end", "To the end", show=False),
    ]

    DEFAULT_CSS = """
    Console {
        layout: vertical;
        height: 1fr;
        & #console-greeting { height: 1fr; padding: 1 2; color: $text-muted; }
        & #console-prompt { height: 1; background: $surface; }
        &:focus-within #console-prompt { background: $panel; }
        & #console-label { width: auto; max-width: 60%; padding: 0 1; color: $text-muted; }
        &:focus-within #console-label { color: $text-primary; }
        & #console-command, & #console-command:focus { width: 1fr; background: transparent; }
    }
    """

    def __init__(
        self,
        *,
        history: HistoryFile | None = None,
        clock: Callable[[], float] = time.monotonic,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        """A console without a sandbox.

        Args:
            history: Where commands are remembered; by default the user's state folder.
            clock: Monotonic seconds, for the time that commands take.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._clock = clock
        self._recall = Recall(history or HistoryFile())
        self._host: CommandHost | None = None
        self._info: SandboxInfo | None = None
        self._places: dict[str, Place] = {}
        self._jobs: dict[int, _Job] = {}
        self._output = OutputView(id="console-output")
        self._input = CommandInput(self._remembered, id="console-command")
        self._label = Static(id="console-label", markup=False)
        self._greeting = Static(id="console-greeting", markup=False)
        self._hint = HintLine(id="console-hint")

    @property
    def cards(self) -> list[CommandCard]:
        """The commands on screen, oldest first."""
        return self._output.cards

    def compose(self) -> ComposeResult:
        """The greeting or the cards, a line for hints, and the command line."""
        yield self._greeting
        yield self._output
        yield self._hint
        with Horizontal(id="console-prompt"):
            yield self._label
            yield self._input

    def on_mount(self) -> None:
        """Fetch the history."""
        self._output.display = False
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

    def sandbox_gone(self, uid: str) -> None:
        """Say that a sandbox does not exist any more. Its running commands end, and say so."""
        jobs = [job for job in self._jobs.values() if job.run.card.uid == uid]
        for job in jobs:
            job.run.sandbox_gone()
            self.set_timer(GONE_SECONDS, job.worker.cancel)
        self._places.pop(uid, None)

    def live_commands(self, uid: str) -> int:
        """How many commands run in a sandbox at this moment."""
        return sum(job.run.card.uid == uid for job in self._jobs.values())

    def focus(self, scroll_visible: bool = True) -> Console:  # noqa: FBT001, FBT002 - Textual's signature
        """Give the keys to the command line."""
        self._input.focus(scroll_visible)
        return self

    def start(self, command: str, *, env: Mapping[str, str] | None = None) -> CommandCard | None:
        """Run a command in the selected sandbox.

        Args:
            command: A line for `/bin/sh`. `cd` on its own changes where the next ones start.
            env: Variables for it.

        Returns:
            Its card; None when it cannot be run, which the console then explains.
        """
        host, info = self._host, self._info
        refused = why_not(info)
        if refused or host is None or info is None:
            self._hint.warn(refused or why_not(None))
            return None
        place = self._places.get(info.uid, Place())
        run = prepare(command, host, info, place, env=env, clock=self._clock, changed=self._output.changed)
        card = run.card
        self._greeting.display = False
        self._output.display = True
        self._hint.settle()
        self._output.show(card)
        worker = self.run_worker(self._run(run), group="commands", exclusive=False)
        self._jobs[card.number] = _Job(run, worker)
        self.post_message(CommandStarted(card))
        self.run_worker(self._remember(card), group="history")
        return card

    def cancel(self, card: CommandCard) -> None:
        """End a command in its sandbox; asked again, stop waiting for its end."""
        job = self._jobs.get(card.number)
        if job is not None:
            self.run_worker(self._cancel(job), group="cancels")

    async def action_interrupt(self) -> None:
        """Copy the selected output; else end the newest running command; else empty the command line."""
        if self.screen.get_selected_text():
            self.screen.action_copy_text()
            self.screen.clear_selection()
            return
        uid = self._info.uid if self._info is not None else ""
        live = [card for card in self.cards if card.live]
        here = [card for card in live if card.uid == uid]
        if here:
            self.cancel(here[-1])
        elif self._input.value:
            self._input.clear_command()
        elif live:
            self._hint.warn(f"Nothing runs in this sandbox. Select {live[-1].sandbox_id} to cancel the command there.")
        else:
            await self.run_action("app.help_quit")

    def action_clear(self) -> None:
        """Take away the cards of commands that have ended."""
        if self._output.clear_ended() == 0:
            self._output.display = False
            self._greeting.display = True
            self._show_selection()

    def action_leave(self) -> None:
        """Give the focus away."""
        self.post_message(ConsoleLeft())

    def action_page(self, pages: int) -> None:
        """Scroll the output by pages."""
        self._output.scroll_relative(y=pages * max(1, self._output.size.height - 1), animate=False)

    def action_jump_to_end(self) -> None:
        """Scroll to the newest output and follow it."""
        self._output.jump_to_end()

    @on(CommandInput.Submitted)
    def _submitted(self, event: CommandInput.Submitted) -> None:
        event.stop()
        command = self._input.command
        if not command.strip() or self.start(command) is not None:
            self._input.clear_command()

    @on(CommandInput.Changed)
    def _typed(self) -> None:
        self._hint.settle()

    @on(CommandInput.Left)
    def _input_left(self, event: CommandInput.Left) -> None:
        event.stop()
        self.action_leave()

    @on(CommandInput.Interrupted)
    async def _interrupted(self, event: CommandInput.Interrupted) -> None:
        event.stop()
        await self.action_interrupt()

    @on(OutputView.Follow)
    def _follow(self, event: OutputView.Follow) -> None:
        event.stop()
        self._hint.below(0 if event.following else event.lines_below)

    @on(OutputView.HeaderClicked)
    def _header_clicked(self, event: OutputView.HeaderClicked) -> None:
        event.stop()
        self._input.set_command(event.card.command)
        self._input.focus()

    @on(events.Click, "#console-hint")
    def _hint_clicked(self) -> None:
        self.action_jump_to_end()

    async def _run(self, run: CommandRun) -> None:
        card = run.card
        try:
            await run.run()
            if directory.is_cd(card.command) and card.ending == Ending(CommandState.EXITED, 0):
                self._move(card, run.stdout)
        finally:
            self._jobs.pop(card.number, None)
            self.post_message(CommandFinished(card))

    def _move(self, card: CommandCard, printed: bytes) -> None:
        """Take up the directory that `cd` ended in."""
        place = directory.moved(self._places.get(card.uid, Place()), printed)
        if place is None:
            card.ending = Ending(CommandState.EXITED, 0, "the directory's name cannot be used; nothing changed")
        else:
            self._places[card.uid] = place
            card.ending = Ending(CommandState.EXITED, 0, "the next commands start here")
        self._output.changed(card)
        self._show_selection()

    async def _cancel(self, job: _Job) -> None:
        if not await job.run.cancel():
            job.worker.cancel()

    async def _read_history(self) -> None:
        if problem := await self._recall.read():
            self._hint.warn(problem)

    async def _remember(self, card: CommandCard) -> None:
        if problem := await self._recall.keep(card):
            self._hint.warn(problem)

    def _remembered(self, prefix: str) -> Iterator[str]:
        return self._recall.commands(self._info.uid if self._info is not None else "", prefix)

    def _show_selection(self) -> None:
        """Show where commands go: in the label, the placeholder and the greeting."""
        info = self._info
        place = self._places.get(info.uid, Place()) if info is not None else Place()
        refused = why_not(info)
        label = prompt_label(info, place)
        # Laying all out again takes longer than a key may wait: only where the label's width asks for it.
        self._label.update(label, layout=label.cell_length != self._label.size.width)
        self._input.placeholder = refused or "Type a command, press enter"
        self._greeting.update(greeting(info), layout=False)
        if not refused:
            self._hint.settle()
