"""A shell where there is no terminal to lend, as below a test: it says so, and nothing is left behind."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.dashboard.app import DashboardApp
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.provider.errors import CommandStartError, ConnectionLostError, ForbiddenError
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.commanded import Commanded
from tests.dashboard.scripted import Dashboard, dashboard, sandbox_info

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.shell.protocols import TerminalCommand

INFO = sandbox_info(1)


async def _join(_running: TerminalCommand) -> int:
    raise AssertionError


def output(shown: Dashboard) -> str:
    """What the console shows, without its frame, and without blanks: lines break anywhere."""
    region = shown.main.query_one(Console).region
    lines = [line[region.x :] for line in shown.lines[region.y : region.bottom]]
    return without_blanks("".join(line.strip("│┃! ") for line in lines))


def without_blanks(text: str) -> str:
    return "".join(text.split())


async def test_where_the_terminal_cannot_be_lent_a_card_says_so_and_the_shell_ends() -> None:
    async with dashboard([INFO], join=_join) as shown:
        sandbox = Commanded(INFO.id, INFO.uid)
        shown.cluster.compute.sandbox.known[INFO.id] = sandbox
        await shown.press("t")
        command = await sandbox.shell.command(0)
        said = "The dashboard has no terminal here that it could lend to a shell. In one, run: k8s-sandbox-tui exec -it"
        await shown.until(lambda: without_blanks(f"{said} {INFO.id} -- sh") in output(shown))
        assert command.left
        sandbox.shell.refuses = ForbiddenError("pods/exec is \x1b[2Jforbidden.", status=403)
        await shown.press("t")
        await shown.until(lambda: without_blanks("pods/exec is forbidden.") in output(shown))
        assert shown.said == []


@pytest.mark.parametrize("code", [126, 127])
async def test_what_went_wrong_with_a_shell_stays_in_a_card_with_the_cause_and_the_next_step(
    monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Without a shell in the image, and with a connection that is lost under one."""

    async def wait(running: TerminalCommand) -> int:
        async for _ in running:
            pass
        return await running.wait()

    monkeypatch.setattr(DashboardApp, "suspend", nullcontext)
    async with dashboard([INFO], join=wait) as shown:
        sandbox = Commanded(INFO.id, INFO.uid)
        shown.cluster.compute.sandbox.known[INFO.id] = sandbox
        await shown.press("z", "t")
        cause = 'exec: "/bin/sh": stat /bin/sh: no such file or directory'
        (await sandbox.shell.command(0)).fail(CommandStartError(cause, exit_code=code))
        await shown.until(lambda: f"exit{code}" in output(shown))
        assert without_blanks(
            "The image has no /bin/sh that can be run. Create a sandbox from an image that has one."
        ) in output(shown)
        assert without_blanks(cause) in output(shown)
        assert shown.table.has_focus
        await shown.press("t")
        lost = ConnectionLostError("The connection \x1b[2Jended.", hint="Whether it still runs is not known.")
        (await sandbox.shell.command(1)).fail(lost)
        await shown.until(lambda: without_blanks("connection lost") in output(shown))
        assert without_blanks("The connection ended. Whether it still runs is not known.") in output(shown)
        # Nothing that goes away by itself has said it.
        assert shown.said == []
        await shown.press("enter", "shift+tab", "r")
        await shown.until(lambda: without_blanks("open another one from the table.") in output(shown))
        assert len(sandbox.shell.commands) == 2


async def test_nothing_is_started_where_nothing_could_be_joined_or_run() -> None:
    async with dashboard([INFO], settings=Settings(read_only=True)) as shown:
        sandbox = Commanded(INFO.id, INFO.uid)
        shown.cluster.compute.sandbox.known[INFO.id] = sandbox
        for key in ("t", "p", "exclamation_mark"):
            shown.app.clear_notifications()
            await shown.press(key)
            assert [said.partition(" Press")[0] for said in shown.said] == ["Read-only mode is on."]
        await shown.press("L", "t")
        await shown.until(lambda: without_blanks("The dashboard has no terminal") in output(shown))
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
