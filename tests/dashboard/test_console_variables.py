"""Variables that last: set by plain lines, counted in front of the command line, never seen with their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual import events

from tests.dashboard.console_host import ConsoleApp, info, until

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


@pytest.fixture
def app(tmp_path: Path) -> ConsoleApp:
    return ConsoleApp(tmp_path / "history.jsonl")


async def enter(pilot: Pilot[None], text: str) -> None:
    pilot.app.post_message(events.Paste(text))
    await pilot.press("enter")
    await pilot.pause()


async def test_plain_exports_last_for_their_sandbox_and_are_never_seen(app: ConsoleApp, tmp_path: Path) -> None:
    async with app.run_test(size=(100, 24)) as pilot:
        await enter(pilot, "export TOKEN=hunter2 MODE='a b'")
        assert app.host.commands == []
        assert app.screen_text()[-1].startswith(" computesdk-sbx-1a2b3c4d +2 $")
        assert app.screen_text()[-2].strip() == "TOKEN MODE: set for the next commands here."
        await enter(pilot, "curl -H 'X: hunter2'")
        command = await app.host.command(0)
        assert command.env == {"TOKEN": "hunter2", "MODE": "a b"}
        command.exit(0)
        await until(pilot, lambda: not app.console_pane.cards[0].live)
        await pilot.pause()
        assert any("TOKEN MODE" in line for line in app.screen_text())
        await enter(pilot, "export")
        assert app.screen_text()[-2].strip() == "Set for the commands here: TOKEN MODE."
        await enter(pilot, "unset TOKEN")
        await enter(pilot, "ls")
        assert (await app.host.command(1)).env == {"MODE": "a b"}
        app.console_pane.select(app.host, info("other"))
        await enter(pilot, "ls")
        assert (await app.host.command(2)).env == {}
        await until(pilot, lambda: len((tmp_path / "history.jsonl").read_bytes().splitlines()) == 6)
        history = (tmp_path / "history.jsonl").read_text()
        assert "hunter2" not in history
        assert "export TOKEN= MODE=" in history
        assert "X: $TOKEN" in history


async def test_what_is_no_plain_export_is_run_and_told_to_end_with_itself(app: ConsoleApp) -> None:
    async with app.run_test(size=(100, 24)) as pilot:
        await enter(pilot, "export A=$HOME")
        command = await app.host.command(0)
        assert command.command == "export A=$HOME"
        command.exit(0)
        await until(pilot, lambda: any("only plain ones last" in line for line in app.screen_text()))
        assert app.screen_text()[-1].startswith(" computesdk-sbx-1a2b3c4d $")


async def test_secrets_inside_a_command_are_masked_in_its_card_but_run_as_they_are(app: ConsoleApp) -> None:
    async with app.run_test(size=(100, 24)) as pilot:
        await enter(pilot, "API_KEY=hunter2 npm publish")
        command = await app.host.command(0)
        assert command.command == "API_KEY=hunter2 npm publish"
        command.exit(0)
        await until(pilot, lambda: not app.console_pane.cards[0].live)
        await pilot.pause()
        screen = "\n".join(app.screen_text())
        assert "API_KEY=••• npm publish" in screen
        assert "hunter2" not in screen


async def test_what_is_pasted_or_recalled_cannot_act_on_the_terminal(app: ConsoleApp) -> None:
    async with app.run_test(size=(100, 24)) as pilot:
        app.post_message(events.Paste("echo \x1b]52;c;aGk=\x07\x1b[2Jhi\u202e\x9b2J"))
        await pilot.pause()
        assert app.screen_text()[-1].endswith("$ echo hi")
