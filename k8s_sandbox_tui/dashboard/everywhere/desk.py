"""From the marked sandboxes to the outcomes of a command in them, which can be looked at again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.everywhere.ask_screen import EverywhereScreen
from k8s_sandbox_tui.dashboard.everywhere.batch import Batch
from k8s_sandbox_tui.dashboard.everywhere.outcome_screen import OutcomeScreen
from k8s_sandbox_tui.provider.models import SandboxStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from k8s_sandbox_tui.dashboard.console.keeping import Limits
    from k8s_sandbox_tui.dashboard.console_side import ConsoleSide
    from k8s_sandbox_tui.dashboard.everywhere.batch import Part, Target
    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.screen_host import ScreenHost


class EverywhereDesk:
    """Keeps the last command's outcomes while the dashboard runs."""

    def __init__(self, app: ScreenHost, side: ConsoleSide, glyphs: Glyphs, limits: Limits) -> None:
        """Nothing was run yet.

        Args:
            app: Shows the dialogues.
            side: The console, which knows earlier commands.
            glyphs: The signs of the statuses.
            limits: How much output is kept.
        """
        self._app = app
        self._side = side
        self._glyphs = glyphs
        self._limits = limits
        self._last: Batch | None = None
        self._batches: set[Batch] = set()

    @property
    def live(self) -> int:
        """How many commands run, without those whose cards are in the console."""
        return sum(batch.live for batch in self._batches)

    @property
    def live_sandboxes(self) -> Mapping[str, str]:
        """The sandboxes in which they run: their ids by uid."""
        return {part.info.uid: part.info.id for batch in self._batches for part in batch.parts if part.live}

    def gone(self, uids: Iterable[str]) -> None:
        """Sandboxes do not exist any more."""
        gone = tuple(uids)
        for batch in self._batches:
            batch.gone(gone)

    async def open(self, targets: Sequence[Target], show: Callable[[Part], None]) -> None:
        """Ask for a command, run it, and show what comes of it; returns when it has ended everywhere.

        Has to run in a worker, with which the command ends.

        Args:
            targets: The sandboxes that were marked.
            show: Shows one's output in the console.
        """
        running = [target for target in targets if target.info.status is SandboxStatus.RUNNING]
        if not running and self._last is None:
            self._app.notify("None of them runs. Commands work in sandboxes that do.", severity="warning")
            return
        command = "" if not running else await self._ask(running, len(targets) - len(running))
        if command is None:
            return
        if not command:
            if self._last is not None:
                await self._look(self._last, show)
            return
        self._side.remember(command, running[0].info)
        batch = self._last = Batch(command, running, self._limits)
        self._batches.add(batch)
        task = asyncio.create_task(batch.run())
        try:
            await self._look(batch, show)
            told = not batch.running
            await task
        finally:
            task.cancel()
            self._batches.discard(batch)
        if not told:
            self._app.notify(f"{batch.title}: {batch.summary}.", markup=False)

    async def _ask(self, running: Sequence[Target], left_out: int) -> str | None:
        return await self._app.push_screen_wait(
            EverywhereScreen(
                [target.info for target in running],
                self._glyphs,
                left_out=left_out,
                earlier=self._side.earlier,
                last=self._last is not None,
            )
        )

    async def _look(self, batch: Batch, show: Callable[[Part], None]) -> None:
        part = await self._app.push_screen_wait(OutcomeScreen(batch))
        if part is not None:
            show(part)
