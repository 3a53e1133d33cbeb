"""The screen around sandboxes that leave the table: they are gone, or no longer what the cluster was asked for.

A watch for labels says the same of both, and the one that makes a Pod a sandbox is always asked for. So a sandbox in
which something runs is looked for before anything of it is ended, and once more when its commands lose it later.
Whoever types into the console goes on with the sandbox that they type for: its commands
must not go to a neighbour to which the cursor went.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on, work

from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.permits import RUN
from k8s_sandbox_tui.dashboard.table.messages import CursorLost
from k8s_sandbox_tui.dashboard.work_screen import WorkScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.dashboard.console.messages import CommandFinished
    from k8s_sandbox_tui.dashboard.row import Row
    from k8s_sandbox_tui.dashboard.surroundings import Surroundings


LOOK_AFTER = (0.3, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each look for a sandbox that commands have lost: a node tells of an end within a few."""


class LostScreen(WorkScreen):
    """Lets go of sandboxes that are gone, and of no others."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._console_row: Row | None = None
        """The sandbox that the console's commands go to."""

    def store_emptied(self) -> None:
        """What the console was at is left too."""
        self._console_row = None
        super().store_emptied()

    @property
    def row_for_console(self) -> Row | None:
        """The selected sandbox; while one types, the one that one types for, if that has left the table."""
        before = self._console_row
        leaves = before is not None and not before.shown and self._side.has_focus
        self._console_row = before if leaves else self.selected
        return self._console_row

    def _places(self, action: str) -> Sequence[str]:
        """The console may be with another sandbox than the cursor."""
        row = self._console_row
        return super()._places(action) if action != RUN or row is None else (row.info.namespace,)

    def let_go(self, removed: Sequence[str]) -> None:
        """The sandboxes with these uids are not told of any more."""
        used = {**self._side.live_sandboxes, **self._work.live_sandboxes}
        missed = {uid: used[uid] for uid in removed if uid in used and not self._work.destroyed(uid)}
        gone = [uid for uid in removed if uid not in missed]
        if self.asked:
            # What the console knows of a sandbox, such as its directory, is kept: it may come back with other labels.
            self._work.forget(gone)
        else:
            self._end(gone)
        if missed:
            self._look_for(missed)

    def _end(self, uids: Sequence[str]) -> None:
        self._work.forget(uids)
        self._side.gone(uids)

    @work(group="missed")
    async def _look_for(self, missed: dict[str, str]) -> None:
        """End what runs in those that are gone.

        Args:
            missed: The ids by uid.
        """
        for uid, sandbox_id in missed.items():
            # Where that cannot be told, a command that has lost its sandbox finds out by itself.
            if await self._exists(sandbox_id, uid) is False:
                self._end((uid,))

    def on_command_finished(self, event: CommandFinished) -> None:
        """Of a sandbox that is not in the table, nobody else tells why it was lost."""
        from k8s_sandbox_tui.dashboard.console.model import CommandState

        card = event.card
        if card.state is CommandState.LOST and self.store.get(card.uid) is None:
            self._look_after(card.sandbox_id, card.uid)

    @work(group="fates")
    async def _look_after(self, sandbox_id: str, uid: str) -> None:
        """Look a few times, as the end of a Pod is told of later than its connections end."""
        from k8s_sandbox_tui.provider.errors import SandboxError
        from k8s_sandbox_tui.provider.models import SandboxStatus

        compute = self._compute
        for pause in LOOK_AFTER:
            await asyncio.sleep(pause)
            if compute is None or compute is not self._compute:
                return
            try:
                found = await compute.sandbox.get_by_id(sandbox_id)
                info = None if found is None or found.uid != uid else await found.get_info()
            except SandboxError:
                continue
            if info is None:
                self._end((uid,))
                return
            if info.status in {SandboxStatus.STOPPED, SandboxStatus.FAILED}:
                self._side.tell_fate(info)
                return

    async def _exists(self, sandbox_id: str, uid: str) -> bool | None:
        """Whether a Pod is there, as a sandbox or no longer as one; None where that cannot be told."""
        from k8s_sandbox_tui.provider.errors import NotManagedError, SandboxError

        if self._compute is None:
            return None
        try:
            found = await self._compute.sandbox.get_by_id(sandbox_id)
        except NotManagedError:
            # It could also be another Pod of that name: a command that has lost its sandbox finds out by itself.
            return True
        except SandboxError:
            return None
        return found is not None and found.uid == uid

    @on(CursorLost)
    def _cursor_lost(self, event: CursorLost) -> None:
        if self._work.destroyed(event.lost.uid):
            return
        if self.asked:
            self._tell_what_became(event.lost, event.row)
        else:
            self._tell("is gone.", event.lost, event.row)

    @work(group="lost")
    async def _tell_what_became(self, lost: Row, row: Row | None) -> None:
        asked = self._cluster.asked
        match await self._exists(lost.info.id, lost.uid):
            case True:
                self._tell(f"no longer matches {harmless(asked)}: it has other labels.", lost, row)
            case False:
                self._tell("is gone.", lost, row)
            case None:
                self._tell("is gone, or has other labels.", lost, row)

    def _tell(self, what: str, lost: Row, row: Row | None) -> None:
        stays = " The console stays with it until you leave it." if self._console_row is lost else ""
        then = f" The cursor is on {row.info.name} now." if row is not None else ""
        self.notify(f"{lost.info.name} {what}{then}{stays}", severity="warning", markup=False)
