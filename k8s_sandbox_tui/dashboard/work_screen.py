"""The screen around what is done with sandboxes: the dialogues, and the console beside the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from k8s_sandbox_tui.dashboard.commands import COMMANDS
from k8s_sandbox_tui.dashboard.console_side import ConsoleSide
from k8s_sandbox_tui.dashboard.menu_screen import MenuScreen
from k8s_sandbox_tui.dashboard.places.place import ending_words
from k8s_sandbox_tui.dashboard.sandbox_work import SandboxWork
from k8s_sandbox_tui.dashboard.split import Split
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.everywhere.batch import Part
    from k8s_sandbox_tui.dashboard.surroundings import Surroundings


class WorkScreen(MenuScreen):
    """Opens the dialogues, and sees what they ask for through."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        settings = around.settings
        self._join = around.join
        self._work = SandboxWork(
            self.store,
            lambda: self.selected,
            settings=settings,
            remembered=around.remembered,
            clock=around.clock,
            glyphs=around.glyphs,
            changed=self.work_changed,
        )
        self.commands = tuple([command.with_keys(settings.keymap) for command in COMMANDS])
        self._side = ConsoleSide(lambda: self.query_one(Split), settings, ascii_only=around.glyphs.ascii_only)

    def what_ends(self) -> str:
        """Commands that run, creates that are under way, and forwards."""
        work = self._work
        return ending_words(self._side.live_commands + work.live_commands, work.creating, work.live_forwards)

    def work_changed(self) -> None:
        """Show that something has come or ended."""
        # Those that are open end with the screen, when there is nothing to paint on any more.
        if self.query(SandboxTable):
            self.paint()

    def action_console(self) -> None:
        """Type into the console."""
        self.furnish_once()
        self._side.enter()

    @work(group="create")
    async def action_create(self) -> None:
        """Ask for a new sandbox, see it through, and put the cursor on it."""
        await self._work.create()
        self.paint()

    @work(group="create")
    async def action_create_like(self) -> None:
        """Ask for another sandbox like the selected one, and put the cursor on it."""
        await self._work.create_like()
        self.paint()

    @work(group="inside")
    async def action_inside(self, page: str) -> None:
        """Look inside the selected sandbox."""
        await self._work.look_inside(page)

    @work(group="urls")
    async def action_copy_url(self) -> None:
        """Ask for a port of the selected sandbox, then copy or open its URL, or forward it."""
        await self._work.copy_url(self.why_not("forwards"))

    @work(group="forwards")
    async def action_forwards(self) -> None:
        """Start, list and end forwards of ports."""
        await self._work.forward()

    @work(group="jobs")
    async def action_jobs(self) -> None:
        """List the jobs of the selected sandbox, and show the one that is chosen."""
        if (chosen := await self._work.choose_job()) is not None:
            self._side.follow_job(*chosen)
            self._side.enter()

    @work(group="everywhere")
    async def action_run_everywhere(self) -> None:
        """Ask for a command, run it in the sandboxes that are marked, or selected, and show what comes of it."""
        await self._work.run_everywhere(self._side, self._show_part)

    def _show_part(self, part: Part) -> None:
        """Go to the sandbox of a command that ran in many, and show its output."""
        self.table.select(part.info.uid)
        self._side.take_in(part)

    @work(group="shell", exclusive=True)
    async def action_shell(self) -> None:
        """Give the terminal to a shell in the selected sandbox until that ends."""
        await self._work.open_shell(self._join, self._side.show_failed_shell)

    @work(group="copying")
    async def action_copy_files(self) -> None:
        """Copy files to the selected sandbox, or from it."""
        await self._work.copy_files()

    @work(group="destroy")
    async def action_destroy(self) -> None:
        """Ask, then destroy the sandboxes that were marked, or selected, when it was asked."""
        await self._work.destroy()
        self.table.show_marks()
