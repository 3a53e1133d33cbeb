"""A command that runs in many sandboxes, a few at a time; each has a card, as if it had been typed there."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from k8s_sandbox_tui.dashboard.console.keeping import DEFAULT_LIMITS, Limits
from k8s_sandbox_tui.dashboard.console.model import CommandCard, CommandState, Ending
from k8s_sandbox_tui.dashboard.console.recording import Shelf
from k8s_sandbox_tui.dashboard.console.run import CommandRun
from k8s_sandbox_tui.dashboard.console.runs import GONE_SECONDS
from k8s_sandbox_tui.dashboard.console.variables import masked
from k8s_sandbox_tui.dashboard.console.words import one_line
from k8s_sandbox_tui.dashboard.table.cells import fit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from k8s_sandbox_tui.dashboard.console.protocols import CommandStarter
    from k8s_sandbox_tui.provider.models import SandboxInfo

AT_ONCE = 8
"""Commands that run at the same time."""

PENDING_LINES = 1000
"""Lines of a card that wait to be counted among those that are kept."""

LEAST_CHARACTERS = 64 * 1024
"""What is kept of each output at the least, however many sandboxes there are."""

MOST_TITLE = 40
"""Cells of a command in a sentence."""

NOT_BEGUN = "it was stopped before it began"


class Target(NamedTuple):
    """A sandbox in which the command is to run."""

    info: SandboxInfo
    host: CommandStarter


class Part:
    """The command in one of the sandboxes."""

    def __init__(self, command: str, target: Target, limits: Limits, shelf: Shelf, changed: Callable[[], None]) -> None:
        self.info = target.info
        self.host: CommandStarter = target.host
        self.card: CommandCard | None = None
        """None until it begins."""
        self.run: CommandRun | None = None
        self._command = command
        self._limits = limits
        self._shelf = shelf
        self._changed = changed
        self._drawn: Callable[[CommandCard, int], None] | None = None
        self._ended: Callable[[], None] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def live(self) -> bool:
        """Whether it has begun and not ended."""
        return self.card is not None and self.card.live

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.card is not None and not self.card.live

    @property
    def fine(self) -> bool:
        """Whether it ended with exit code 0."""
        return self.card is not None and self.card.ending == Ending(CommandState.EXITED, 0)

    @property
    def adopted(self) -> bool:
        """Whether its card is in the console, which counts it then."""
        return self._drawn is not None

    @property
    def last_line(self) -> str:
        """The last line of its output that is not empty; it has no control characters."""
        card = self.card
        if card is None:
            return ""
        kept = card.scrollback
        for line in reversed(card.open_lines):
            if line.text.strip():
                return line.text
        newest = range(kept.end - 1, max(kept.first, kept.end - 20) - 1, -1)
        return next((kept[number].text for number in newest if kept[number].text.strip()), "")

    async def begin(self, places: asyncio.Semaphore, stopped: Callable[[], bool]) -> None:
        """Run it once there is a place, unless all was stopped before."""
        self._task = asyncio.current_task()
        async with places:
            info = self.info
            card = self.card = CommandCard(
                command=self._command,
                sandbox_id=info.id,
                uid=info.uid,
                started_at=datetime.now(UTC),
                scrollback=self._limits.scrollback(),
                recording=self._shelf.new(),
                clock=time.monotonic,
            )
            run = self.run = CommandRun(card, self.host, self._has_more)
            try:
                if stopped():
                    card.end(Ending(CommandState.CANCELLED, detail=NOT_BEGUN), duration_ms=0)
                else:
                    await run.run()
            finally:
                self._has_more(0)
                if self._ended is not None:
                    self._ended()

    async def cancel(self) -> None:
        """End it in its sandbox; where that cannot be asked, or was asked before, stop waiting for it."""
        if self.run is not None and self.live and not await self.run.cancel():
            self.give_up()

    def give_up(self) -> None:
        """Wait for its end no longer."""
        if self._task is not None and self.live:
            self._task.cancel()

    def sandbox_gone(self) -> None:
        """Its sandbox does not exist any more: it ends, and says so."""
        if self.run is not None and self.live:
            self.run.sandbox_gone()
            asyncio.get_running_loop().call_later(GONE_SECONDS, self.give_up)

    def adopt(self, drawn: Callable[[CommandCard, int], None], ended: Callable[[], None]) -> None:
        """Let the console draw the card from now on.

        Args:
            drawn: Told when the card has something new, with the number of lines that wait.
            ended: Called when it has ended.
        """
        self._drawn, self._ended = drawn, ended

    def _has_more(self, waiting: int) -> None:
        card = self.card
        if card is not None:
            if self._drawn is not None:
                self._drawn(card, waiting)
            elif waiting > PENDING_LINES or not card.live:
                card.commit()
        self._changed()

    def settle(self) -> None:
        """Count what has come among what is kept, so that it can be shown."""
        if self.card is not None and self._drawn is None:
            self.card.commit()


class Batch:
    """All of them."""

    def __init__(self, command: str, targets: Sequence[Target], limits: Limits = DEFAULT_LIMITS) -> None:
        """Nothing runs yet.

        Args:
            command: A line for `/bin/sh`; it runs in each container's own directory.
            targets: The sandboxes, pinned by uid through their hosts.
            limits: How much of an output is kept, and of all together.
        """
        self.command = command
        self.changed: Callable[[], None] | None = None
        """Told whenever there is something new."""
        self.stopped = False
        each = min(limits.characters, max(LEAST_CHARACTERS, limits.all_characters // max(1, len(targets))))
        shelf = Shelf()
        self.parts = tuple(
            [Part(command, target, limits._replace(characters=each), shelf, self._tell) for target in targets]
        )
        self._cancels: set[asyncio.Task[None]] = set()

    @property
    def title(self) -> str:
        """The command on one line, without secrets, cut where it is long."""
        return fit(one_line(masked(self.command)), MOST_TITLE).rstrip()

    @property
    def running(self) -> bool:
        """Whether any has yet to end."""
        return not all(part.over for part in self.parts)

    @property
    def live(self) -> int:
        """How many run, without those whose cards are in the console."""
        return sum(part.live and not part.adopted for part in self.parts)

    @property
    def summary(self) -> str:
        """How far it is, in words."""
        over = [part for part in self.parts if part.over]
        fine = sum(part.fine for part in over)
        parts = [f"{len(over)} of {len(self.parts)} ended"]
        if over:
            parts.append(f"{fine} with exit 0")
        if failed := len(over) - fine:
            parts.append(f"{failed} otherwise")
        if live := sum(part.live for part in self.parts):
            parts.append(f"{live} running")
        return ", ".join(parts)

    async def run(self) -> None:
        """Run it everywhere; what fails in one sandbox does not keep the others. Cancelling ends it everywhere."""
        places = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for part in self.parts:
                group.create_task(part.begin(places, lambda: self.stopped))

    def stop(self) -> None:
        """Begin no more, and end those that run; asked again, stop waiting for their ends."""
        self.stopped = True
        for part in self.parts:
            if part.live:
                task = asyncio.create_task(part.cancel())
                self._cancels.add(task)
                task.add_done_callback(self._cancels.discard)
        self._tell()

    def gone(self, uids: Iterable[str]) -> None:
        """Sandboxes do not exist any more."""
        lost = set(uids)
        for part in self.parts:
            if part.info.uid in lost:
                part.sandbox_gone()

    def _tell(self) -> None:
        if self.changed is not None:
            self.changed()
