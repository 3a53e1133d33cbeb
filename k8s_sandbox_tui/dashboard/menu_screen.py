"""The screen around the commands: done by key, by palette, and by the mouse from a menu, the help or the top line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work

from k8s_sandbox_tui.dashboard.permit_screen import PermitScreen
from k8s_sandbox_tui.dashboard.state_widget import StateLine
from k8s_sandbox_tui.dashboard.table.messages import ColumnsWanted, MenuWanted

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.commands import Command


class MenuScreen(PermitScreen):
    """Does a command wherever it was chosen."""

    async def run_command(self, command: Command) -> None:
        """Do what a command's key does, wherever the focus is."""
        await self._run(command.action)

    async def _run(self, action: str) -> None:
        self.set_focus(self.table)
        if not await self.run_action(action):
            self.explain(action)

    @on(StateLine.Clicked)
    async def _top_line_clicked(self, event: StateLine.Clicked) -> None:
        await self._run(event.action)

    def action_filter_by(self, text: str) -> None:
        """Show those that a filter finds; once more: all."""
        self.show_filter("" if self.store.filter.text == text else text)
        self.paint()

    @on(MenuWanted)
    @work(group="menu", exclusive=True)
    async def _menu(self) -> None:
        """Show what can be done with the sandbox under the cursor, and do it with that one alone."""
        from k8s_sandbox_tui.dashboard.row_menu import RowMenu

        row = self.selected
        if row is None:
            return
        action = await self.app.push_screen_wait(RowMenu(row.info.name, self.commands, marks=len(self.store.marks)))
        if action and self.selected is row:
            await self._run(action)

    @on(ColumnsWanted)
    async def _columns(self) -> None:
        await self._run("columns")

    @work(group="help", exclusive=True)
    async def action_help(self) -> None:
        """Show all keys; a command that is clicked there is done."""
        from k8s_sandbox_tui.dashboard.help_screen import HelpScreen

        chosen = await self.app.push_screen_wait(HelpScreen(self._glyphs, self.keymap))
        for command in self.commands:
            if command.id == chosen:
                await self.run_command(command)
