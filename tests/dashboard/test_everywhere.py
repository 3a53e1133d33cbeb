"""One command in all marked sandboxes: asked for, run a few at a time, its outcomes looked at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.dashboard.console.keeping import Limits
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.everywhere import batch
from k8s_sandbox_tui.dashboard.everywhere.ask_screen import EverywhereScreen
from k8s_sandbox_tui.dashboard.everywhere.outcome_screen import OutcomeList, OutcomeScreen
from k8s_sandbox_tui.provider.errors import ForbiddenError
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard import console_host
from tests.dashboard.commanded import Commanded
from tests.dashboard.scripted import Dashboard, dashboard, sandbox_info

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


INFOS = [sandbox_info(number) for number in range(3)] + [sandbox_info(3, status=SandboxStatus.FAILED)]


@pytest.fixture
async def shown() -> AsyncIterator[Dashboard]:
    async with dashboard(INFOS) as shown:
        for info in INFOS:
            shown.cluster.compute.sandbox.known[info.id] = Commanded(info.id, info.uid, info=info)
        yield shown


def shell(shown: Dashboard, number: int) -> console_host.ScriptedSandbox:
    sandbox = shown.cluster.compute.sandbox.known[INFOS[number].id]
    assert isinstance(sandbox, Commanded)
    return sandbox.shell


def row(shown: Dashboard, number: int) -> str:
    """A sandbox's line in the dialogue."""
    listed = shown.app.screen.query_one(OutcomeList).region
    lines = [line[listed.x : listed.right].strip() for line in shown.lines[listed.y : listed.bottom]]
    return next((line for line in lines if line.startswith(INFOS[number].name)), "")


async def start(shown: Dashboard, command: str) -> None:
    """Marks all, and sends a command off in them."""
    shown.main.store.marks.add([info.uid for info in INFOS])
    await shown.press("exclamation_mark")
    await shown.until(lambda: isinstance(shown.app.screen, EverywhereScreen))
    await shown.press(*command, "enter")
    await shown.until(lambda: isinstance(shown.app.screen, OutcomeScreen))


async def test_outcomes_come_and_one_leads_to_its_console(shown: Dashboard) -> None:
    await shown.press("space", "space", "exclamation_mark")
    await shown.until(lambda: isinstance(shown.app.screen, EverywhereScreen))
    assert "Run a command in 2 sandboxes" in shown.text
    assert all(INFOS[number].id in shown.text for number in (0, 1))
    await shown.press("enter")
    assert "Type the command that is to run in them." in shown.text
    await shown.press(*"df", "enter")
    await shown.until(lambda: isinstance(shown.app.screen, OutcomeScreen))
    first, second = await shell(shown, 0).command(0), await shell(shown, 1).command(0)
    assert (first.command, first.cwd, shell(shown, 2).commands) == ("df", None, [])
    first.out(b"one\n40% full\x1b[2J\n\n").exit(0)
    second.out(b"so far\n")
    await shown.until(lambda: "1 of 2 ended, 1 with exit 0, 1 running." in shown.text)
    assert [word for word in row(shown, 0).split() if word] == [INFOS[0].name, "exit", "0", "1.24", "s", "40%", "full"]
    await shown.until(lambda: row(shown, 1).endswith("so far"))
    await shown.click("so far")
    console = shown.main.query_one(Console)
    await shown.until(lambda: bool(console.cards))
    # What comes later is drawn there too; the other way round, the outcomes can be looked at again.
    second.out(b"the rest\n")
    await shown.until(lambda: "the rest" in shown.text)
    assert "so far" in shown.text
    assert shown.cursor_uid == INFOS[1].uid
    second.exit(3)
    await shown.until(lambda: "df: 2 of 2 ended, 1 with exit 0, 1 otherwise." in shown.said)
    assert "└ exit 3" in shown.text
    await shown.press("r")
    assert (await shell(shown, 1).command(1)).command == "df"
    shown.table.focus()
    await shown.press("exclamation_mark")
    await shown.until(lambda: isinstance(shown.app.screen, EverywhereScreen))
    await shown.press("up")
    assert shown.app.screen.query_one("#everywhere-command").has_focus
    assert "df" in shown.text
    await shown.press("ctrl+o")
    await shown.until(lambda: "exit 3" in row(shown, 1))
    await shown.press("escape")
    shell(shown, 1).commands[1].exit(0)


async def test_all_are_stopped_at_once_and_few_run_at_a_time(shown: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    await shown.press("G", "exclamation_mark")
    await shown.until(lambda: bool(shown.said))
    assert shown.said == ["None of them runs. Commands work in sandboxes that do."]
    shown.app.clear_notifications()
    monkeypatch.setattr(batch, "AT_ONCE", 2)
    shell(shown, 1).refuses = ForbiddenError("pods/exec is \x1b[2Jforbidden.", status=403)
    await start(shown, "x")
    first, third = await shell(shown, 0).command(0), await shell(shown, 2).command(0)
    await shown.until(lambda: "did not start" in row(shown, 1))
    assert "pods/exec is forbidden." in row(shown, 1)
    # What does not run is left out, and nothing is begun in it.
    assert row(shown, 3) == ""
    await shown.press("x")
    await shown.until(lambda: "cancelled" in row(shown, 0) and "cancelled" in row(shown, 2))
    assert first.killed.is_set()
    assert third.killed.is_set()
    await shown.press("x", "escape")
    assert shown.said == []


async def test_what_waits_is_not_begun_after_a_stop(shown: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "AT_ONCE", 1)
    await start(shown, "x")
    first = await shell(shown, 0).command(0)
    assert "waiting" in row(shown, 1)
    await shown.press("down", "enter")
    assert isinstance(shown.app.screen, OutcomeScreen)
    first.answers_kill = False
    await shown.press("x")
    await shown.until(lambda: "cancelled" in row(shown, 0) and "cancelled" in row(shown, 2))
    assert shell(shown, 1).commands == shell(shown, 2).commands == []
    assert "it was stopped before it" in row(shown, 2)


async def test_a_sandbox_that_goes_says_so_and_leaving_ends_the_others(
    shown: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "GONE_SECONDS", 0.0)
    await start(shown, "x")
    await shell(shown, 1).command(0)
    del shown.cluster.compute.sandbox.known[INFOS[1].id]
    await shown.put_rows([], removed=[INFOS[1].uid])
    await shown.until(lambda: "sandbox gone" in row(shown, 1))
    assert "it was destroyed whil" in row(shown, 1)
    (await shell(shown, 0).command(0)).exit(0)
    await shown.until(lambda: "2 of 3 ended, 1 with exit 0, 1 otherwise, 1 running." in shown.text)
    # Leaving the dashboard ends what is left.
    left = await shell(shown, 2).command(0)
    await shown.press("escape")
    assert shown.main.what_ends()
    shown.app.exit()
    await shown.until(lambda: left.left)


async def test_memory_is_bounded_however_much_comes() -> None:
    host = console_host.ScriptedSandbox()
    limits = Limits(lines=100, characters=10**6, all_characters=10**6)
    running = batch.Batch("yes", [batch.Target(info, host) for info in INFOS[:2]], limits)
    task = asyncio.create_task(running.run())
    for number in range(2):
        command = await host.command(number)
        for _ in range(50):
            command.out(b"y\n" * 1000)
        command.exit(0)
    await task
    assert [len(part.card.scrollback) for part in running.parts if part.card] == [100, 100]
    assert running.parts[0].last_line == "y"
    assert batch.Batch("API_KEY=abc deploy", []).title == "API_KEY=••• deploy"
    assert not running.running
