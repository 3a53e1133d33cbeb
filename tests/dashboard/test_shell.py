"""A shell where there is no terminal to lend, as below a test: it says so, and nothing is left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.provider.errors import ForbiddenError
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.commanded import Commanded
from tests.dashboard.scripted import dashboard, sandbox_info

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.shell.protocols import TerminalCommand

INFO = sandbox_info(1)


async def _join(_running: TerminalCommand) -> int:
    raise AssertionError


async def test_where_the_terminal_cannot_be_lent_it_says_so_and_ends_the_shell() -> None:
    async with dashboard([INFO], join=_join) as shown:
        sandbox = Commanded(INFO.id, INFO.uid)
        shown.cluster.compute.sandbox.known[INFO.id] = sandbox
        await shown.press("t")
        command = await sandbox.shell.command(0)
        await shown.until(lambda: bool(shown.said))
        said = "The dashboard has no terminal here that it could lend to a shell. In one, run: k8s-sandbox-tui exec -it"
        assert shown.said == [f"{said} {INFO.id} -- sh"]
        assert command.left
        sandbox.shell.refuses = ForbiddenError("pods/exec is \x1b[2Jforbidden.", status=403)
        await shown.press("t")
        await shown.until(lambda: shown.said[-1] == "pods/exec is forbidden.")


async def test_nothing_is_started_where_nothing_could_be_joined_or_run() -> None:
    async with dashboard([INFO], settings=Settings(read_only=True)) as shown:
        sandbox = Commanded(INFO.id, INFO.uid)
        shown.cluster.compute.sandbox.known[INFO.id] = sandbox
        for key in ("t", "p", "exclamation_mark"):
            shown.app.clear_notifications()
            await shown.press(key)
            assert [said.partition(" Press")[0] for said in shown.said] == ["Read-only mode is on."]
        await shown.press("L", "t")
        await shown.until(lambda: shown.said[-1].startswith("The dashboard has no terminal"))
        assert sandbox.shell.commands == []


async def test_a_sandbox_that_does_not_run_gets_no_shell() -> None:
    ended = sandbox_info(1, status=SandboxStatus.STOPPED, reason="Completed")
    async with dashboard([ended], join=_join) as shown:
        sandbox = Commanded(ended.id, ended.uid)
        shown.cluster.compute.sandbox.known[ended.id] = sandbox
        await shown.press("t")
        said = f"{ended.name} has ended (Completed). Choose another sandbox, or create one."
        await shown.until(lambda: shown.said == [said])
        assert sandbox.shell.commands == []
