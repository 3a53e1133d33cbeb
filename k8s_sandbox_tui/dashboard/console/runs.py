"""The commands that were started: those that run can be ended, all of them run once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from k8s_sandbox_tui.dashboard.console.directory import Place
from k8s_sandbox_tui.dashboard.console.launch import prepare
from k8s_sandbox_tui.dashboard.console.recording import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.widget import Widget

    from k8s_sandbox_tui.dashboard.console.keeping import Limits
    from k8s_sandbox_tui.dashboard.console.model import CommandCard
    from k8s_sandbox_tui.dashboard.console.protocols import CardSource, CommandElsewhere, CommandStarter
    from k8s_sandbox_tui.dashboard.console.run import CommandRun
    from k8s_sandbox_tui.provider.models import SandboxInfo

GONE_SECONDS = 2.0
"""How long a command's connection may outlive its sandbox before its card is closed."""


class _Job(NamedTuple):
    source: CardSource
    give_up: Callable[[], None]


class _Launch(NamedTuple):
    """All that it takes to run a command again. Values of variables are nowhere else."""

    host: CommandStarter
    info: SandboxInfo
    place: Place
    env: Mapping[str, str] | None


class Runs:
    """What runs, by card."""

    def __init__(
        self,
        owner: Widget,
        *,
        clock: Callable[[], float],
        changed: Callable[[CommandCard, int], None],
        limits: Limits,
    ) -> None:
        """Nothing runs yet.

        Args:
            owner: Its workers run the commands, and end with it.
            clock: Monotonic seconds.
            changed: Called when a card has something new, with the number of lines that wait.
            limits: How much of their output is kept.
        """
        self._limits = limits
        self._shelf = Shelf()
        self._owner = owner
        self._clock = clock
        self._changed = changed
        self._jobs: dict[int, _Job] = {}
        self._launches: WeakKeyDictionary[CommandCard, _Launch] = WeakKeyDictionary()

    def prepare(
        self, command: str, host: CommandStarter, info: SandboxInfo, place: Place, env: Mapping[str, str] | None
    ) -> CommandRun:
        """The run of a command line with its card; `follow` starts it."""
        run = prepare(
            command, host, info, place,
            env=env, scrollback=self._limits.scrollback(), recording=self._shelf.new(), clock=self._clock,
            changed=self._changed,
        )  # fmt: skip
        self._launches[run.card] = _Launch(host, info, place, env)
        return run

    def again(self, card: CommandCard) -> CommandRun | None:
        """The same once more: its sandbox, directory and variables; None for a card that was not started here."""
        launch = self._launches.get(card)
        return None if launch is None else self.prepare(card.command, *launch)

    def follow(self, source: CardSource, ended: Callable[[], None]) -> None:
        """Fill a card until its source ends.

        Args:
            source: Where its output comes from.
            ended: Called after that.
        """
        worker = self._owner.run_worker(self._follow(source, ended), group="commands", exclusive=False)
        self._jobs[source.card.number] = _Job(source, worker.cancel)

    def adopt(self, command: CommandElsewhere) -> None:
        """Let a command that was started elsewhere be cancelled and rerun as those from here."""
        source = command.run
        if source is not None:
            self._launches[source.card] = _Launch(command.host, command.info, Place(), None)
            if source.card.live:
                self._jobs[source.card.number] = _Job(source, command.give_up)

    def ended_elsewhere(self, card: CommandCard) -> None:
        """One of those has ended."""
        self._jobs.pop(card.number, None)

    def live(self, uid: str) -> int:
        """How many commands run in a sandbox at this moment."""
        return sum(job.source.card.uid == uid for job in self._jobs.values())

    def cancel(self, card: CommandCard) -> None:
        """End a command in its sandbox; asked again, stop waiting for its end."""
        job = self._jobs.get(card.number)
        if job is not None:
            self._owner.run_worker(self._cancel(job), group="cancels")

    def sandbox_gone(self, uid: str) -> None:
        """A sandbox does not exist any more: its running commands end, and say so."""
        for job in [job for job in self._jobs.values() if job.source.card.uid == uid]:
            job.source.sandbox_gone()
            self._owner.set_timer(GONE_SECONDS, job.give_up)

    async def _follow(self, source: CardSource, ended: Callable[[], None]) -> None:
        try:
            await source.run()
        finally:
            self._jobs.pop(source.card.number, None)
            ended()

    async def _cancel(self, job: _Job) -> None:
        if not await job.source.cancel():
            job.give_up()
