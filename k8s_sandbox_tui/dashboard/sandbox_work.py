"""What is done with the selected sandbox and with the marked ones, as they are when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.protection import is_protected
from k8s_sandbox_tui.dashboard.urls.ports import UrlHistory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from k8s_sandbox_tui.dashboard.console.model import Ending
    from k8s_sandbox_tui.dashboard.console.protocols import BackgroundJob
    from k8s_sandbox_tui.dashboard.console_side import ConsoleSide
    from k8s_sandbox_tui.dashboard.everywhere.batch import Part
    from k8s_sandbox_tui.dashboard.everywhere.desk import EverywhereDesk
    from k8s_sandbox_tui.dashboard.forwards.desk import ForwardsDesk
    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.ports import OpenedClusterPort
    from k8s_sandbox_tui.dashboard.remembered import Remembered
    from k8s_sandbox_tui.dashboard.row import Row
    from k8s_sandbox_tui.dashboard.sandbox_host import SandboxHost
    from k8s_sandbox_tui.dashboard.settings.model import Settings
    from k8s_sandbox_tui.dashboard.shell.protocols import TerminalJoiner
    from k8s_sandbox_tui.dashboard.store import SandboxStore
    from k8s_sandbox_tui.dashboard.work_host import WorkHost
    from k8s_sandbox_tui.dashboard.workbench import Workbench
    from k8s_sandbox_tui.provider.models import SandboxInfo

NEED_CLUSTER = frozenset({"create", "forwards", "namespaces"})
"""The actions that need an open cluster."""

NEED_SELECTED = frozenset({"console", "copy_url", "create_like", "copy_files", "inside", "jobs", "shell"})
"""The actions that need a selected sandbox too."""


class SandboxWork:
    """Holds the workbench while a cluster is open. What asks has to run in a worker."""

    def __init__(
        self,
        store: SandboxStore,
        selected: Callable[[], Row | None],
        *,
        settings: Settings,
        remembered: Remembered,
        clock: Callable[[], datetime],
        glyphs: Glyphs,
        changed: Callable[[], None],
    ) -> None:
        """Prepare it.

        Args:
            store: The sandboxes and their marks.
            selected: The sandbox under the cursor.
            settings: What the user has written down.
            remembered: Where presets and recent ports are.
            clock: The time in UTC.
            glyphs: The signs of the statuses.
            changed: Called when a forward has come or ended.
        """
        self._store = store
        self._selected = selected
        self._settings = settings
        self._remembered = remembered
        self._clock = clock
        self._glyphs = glyphs
        self._changed = changed
        self._forwards: ForwardsDesk | None = None
        self._everywhere: EverywhereDesk | None = None
        self._urls = UrlHistory(remembered)
        self._app: WorkHost | None = None
        self._bench: Workbench | None = None
        self._context = ""
        self.awaited = ""
        """The uid of a new sandbox that the cursor goes to once it is in the table."""

    # The cluster.

    def open(self, app: WorkHost, opened: OpenedClusterPort, namespace: str) -> None:
        """Work on this cluster, and create in this namespace."""
        from k8s_sandbox_tui.dashboard.workbench import Workbench

        self._app = app
        self._bench = Workbench(app, opened, self._urls, self._remembered)
        self._context = opened.cluster.context
        self.work_in(namespace)

    def close(self) -> None:
        """There is no cluster to work on any more."""
        self._bench = None

    def work_in(self, namespace: str) -> None:
        """Create in this namespace."""
        if self._bench is not None:
            self._bench.work_in(namespace)

    def forget(self, uids: Iterable[str]) -> None:
        """Let go of sandboxes that are gone."""
        if self._bench is not None:
            self._bench.forget(uids)
        if self._everywhere is not None:
            self._everywhere.gone(uids)

    # What is possible.

    @property
    def creating(self) -> int:
        """Creates that are under way."""
        return 0 if self._bench is None else self._bench.creating

    @property
    def live_forwards(self) -> int:
        """Ports that are forwarded."""
        return 0 if self._forwards is None else self._forwards.live

    @property
    def live_commands(self) -> int:
        """Commands that run in several sandboxes, without those that the console shows."""
        return 0 if self._everywhere is None else self._everywhere.live

    @property
    def live_sandboxes(self) -> Mapping[str, str]:
        """The sandboxes in which those run: their ids by uid."""
        return {} if self._everywhere is None else self._everywhere.live_sandboxes

    def possible(self, action: str) -> bool:
        """Whether there is what an action needs."""
        if action in NEED_CLUSTER:
            return self._bench is not None
        if action in NEED_SELECTED:
            return self._bench is not None and self._selected() is not None
        if action in {"destroy", "run_everywhere"}:
            return self._bench is not None and bool(self._selected() or self._store.marks)
        return True

    def host(self, row: Row | None) -> SandboxHost | None:
        """What runs commands in a sandbox."""
        return None if row is None or self._bench is None else self._bench.host(row.info)

    def destroyed(self, uid: str) -> bool:
        """Whether a sandbox goes because it was destroyed from here."""
        return self._bench is not None and self._bench.destroyed(uid)

    # What is asked for.

    async def create(self) -> None:
        """Ask for a new sandbox, and see it through."""
        if self._bench is not None:
            self.awaited = await self._bench.create()

    async def create_like(self) -> None:
        """Ask for another sandbox like the selected one, and see it through."""
        if self._bench is not None and (row := self._selected()) is not None:
            self.awaited = await self._bench.create_like(row.info)

    async def look_inside(self, page: str) -> None:
        """Look inside the selected sandbox."""
        if self._bench is not None and (row := self._selected()) is not None:
            await self._bench.look_inside(row.info, page, self._clock)

    async def copy_url(self, why_no_forward: str) -> None:
        """Ask for a port of the selected sandbox, then copy or open its URL, or forward it where that is possible."""
        if self._bench is not None and (row := self._selected()) is not None:
            port = await self._bench.copy_url(row.info, why_no_forward)
            if port is not None:
                await self._show_forwards(row, port)

    async def forward(self) -> None:
        """Start, list and end forwards of ports."""
        await self._show_forwards(self._selected())

    async def _show_forwards(self, row: Row | None, port: int | None = None) -> None:
        if self._app is None:
            return
        if self._forwards is None:
            from k8s_sandbox_tui.dashboard.forwards.desk import ForwardsDesk

            self._forwards = ForwardsDesk(self._app, self._urls, self._changed)
        shared = self._bench is not None and self._bench.shares_network
        name = "" if row is None else row.info.name
        await self._forwards.open(self.host(row), name, port, shared=shared)

    async def choose_job(self) -> tuple[BackgroundJob, SandboxInfo] | None:
        """Show the jobs of the selected sandbox; the one that is to be followed, and the sandbox it is in."""
        row = self._selected()
        host = self.host(row)
        if self._app is None or row is None or host is None:
            return None
        from k8s_sandbox_tui.dashboard.jobs.screen import JobsScreen

        job = await self._app.push_screen_wait(JobsScreen(host, row.info.name))
        return None if job is None else (job, row.info)

    async def run_everywhere(self, side: ConsoleSide, show: Callable[[Part], None]) -> None:
        """Run a command in the sandboxes that are marked, or selected, as they are now.

        Args:
            side: The console, which knows earlier commands.
            show: Shows one's output there.
        """
        if self._bench is None or self._app is None:
            return
        from k8s_sandbox_tui.dashboard.console.keeping import Limits
        from k8s_sandbox_tui.dashboard.everywhere.batch import Target
        from k8s_sandbox_tui.dashboard.everywhere.desk import EverywhereDesk

        if self._everywhere is None:
            self._everywhere = EverywhereDesk(self._app, side, self._glyphs, Limits.of(self._settings.console))
        bench = self._bench
        await self._everywhere.open([Target(row.info, bench.host(row.info)) for row in self._meant], show)

    @property
    def _meant(self) -> Sequence[Row]:
        """The marked sandboxes; where none is marked, the selected one."""
        return self._store.marked or [row for row in (self._selected(),) if row is not None]

    async def open_shell(self, join: TerminalJoiner | None, failed: Callable[[SandboxInfo, Ending], None]) -> None:
        """Give the terminal to a shell in the selected sandbox.

        Args:
            join: Joins the two; None where that is not possible.
            failed: Shows what went wrong.
        """
        row = self._selected()
        host = self.host(row)
        if self._app is None or row is None or host is None:
            return
        from k8s_sandbox_tui.dashboard.shell.flow import open_shell

        await open_shell(self._app, host.sandbox, row.info, join, failed)

    async def copy_files(self) -> None:
        """Copy files to the selected sandbox, or from it."""
        row = self._selected()
        host = self.host(row)
        if self._app is None or row is None or host is None:
            return
        from k8s_sandbox_tui.dashboard.copying.screen import CopyScreen

        await self._app.push_screen_wait(CopyScreen(row.info, host, host.files, self._glyphs))

    async def destroy(self) -> None:
        """Ask, then destroy the sandboxes that were marked, or selected, when it was asked."""
        rows = self._meant
        if self._bench is None or not rows:
            return
        from k8s_sandbox_tui.dashboard.destroy import target_of

        protected = is_protected(self._context, self._settings.protected_contexts)
        targets = [target_of(row.info, self._clock(), hidden=not row.shown) for row in rows]
        gone = await self._bench.destroy(
            targets, self._glyphs, protected=(self._context or "in-cluster") if protected else ""
        )
        for uid in gone:
            self._store.marks.discard(uid)
