"""A command that is to end: its end does not wait for output that was under way, nor for a second key."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.console import run as running
from k8s_sandbox_tui.dashboard.console.model import CommandCard, CommandState, Ending
from k8s_sandbox_tui.dashboard.console.run import CommandRun
from tests.dashboard.console_host import ScriptedSandbox

if TYPE_CHECKING:
    import pytest

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


async def begun(host: ScriptedSandbox) -> tuple[CommandRun, asyncio.Task[None]]:
    """A command that runs."""
    runs = asyncio.Event()
    card = CommandCard(command="x", sandbox_id="default/sbx", uid="uid-sbx", started_at=NOON)
    run = CommandRun(card, host, lambda _waiting: runs.set())
    task = asyncio.create_task(run.run())
    await runs.wait()
    return run, task


async def test_of_much_that_still_comes_after_a_cancel_the_begin_and_the_last_words_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "STILL_SHOWN", 4)
    host = ScriptedSandbox()
    run, task = await begun(host)
    (command,) = host.commands
    for line in (b"1\n", b"2\n", b"3\n", b"4\n", b"5\n", b"6\n", b"7\n"):
        command.out(line)
    command.err(b"bye\n")
    assert await run.cancel()
    await task
    card = run.card
    card.commit()
    assert card.text() == "1\n2\n5\n6\n7\nbye\n"
    assert card.ending == Ending(CommandState.CANCELLED, 137, "4 bytes more came, not shown")


async def test_who_presses_the_key_twice_waits_for_the_end_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    host = ScriptedSandbox()
    run, task = await begun(host)
    assert await run.cancel()
    assert await run.cancel(), "a moment later"
    monkeypatch.setattr(running, "NO_IMPATIENCE", 0.0)
    assert not await run.cancel(), "when it takes long"
    await task
