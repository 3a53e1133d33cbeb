"""What the console's command line says before anything is typed: where commands go, how to begin, why they cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.console_host import ConsoleApp, info, until

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

LONG = "a-sandbox-with-a-long-name-that-somebody-gave-it-x7f3"
WORDS = ("Type a command, then Enter; Tab completes paths", "Type a command, then Enter", "Type a command")


@pytest.fixture
def app(tmp_path: Path) -> ConsoleApp:
    return ConsoleApp(tmp_path / "history.jsonl")


async def cd(pilot: Pilot[None], app: ConsoleApp, directory: str) -> None:
    card = app.console_pane.start(f"cd '{directory}'")
    assert card is not None
    (await app.host.command(0)).out(directory.encode() + b"\n").exit(0)
    await until(pilot, lambda: card.ending is not None)


@pytest.mark.parametrize("width", [30, 50, 80, 100, 120])
async def test_the_prompt_keeps_its_sign_and_the_invitation_its_words(app: ConsoleApp, width: int) -> None:
    async with app.run_test(size=(width, 12)) as pilot:
        app.console_pane.select(app.host, info(LONG))
        await cd(pilot, app, "/home/somebody/a long way down/here")
        await pilot.press(*"export", "space", *"A=b", "enter")
        label, sign, words = app.screen_text()[-1].partition(" $")
        name, rest = label.strip().split(" ", 1)
        assert sign
        assert rest.endswith("here +1" if width > 30 else "+1")
        assert name == LONG or ("…" in name and name.startswith("a") and name.endswith("x7f3"))
        assert words.strip() in WORDS if width > 30 else words.strip() == "Type a comma…"
        await pilot.press(*"ls")
        assert app.screen_text()[-1].endswith("$ ls")


async def test_the_invitation_follows_the_size_of_the_terminal(app: ConsoleApp) -> None:
    async with app.run_test(size=(120, 12)) as pilot:
        app.console_pane.select(app.host, info(LONG))
        await until(pilot, lambda: app.screen_text()[-1].endswith(f"{LONG} $ {WORDS[0]}"))
        await pilot.resize_terminal(60, 12)
        await until(pilot, lambda: app.screen_text()[-1].endswith("x7f3 $ Type a command"))
        await pilot.resize_terminal(120, 12)
        await until(pilot, lambda: app.screen_text()[-1].endswith(f"{LONG} $ {WORDS[0]}"))


async def test_why_no_command_can_run_is_cut_where_it_has_to_be_with_a_sign(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 12)) as pilot:
        app.console_pane.select(app.host, info("sbx", SandboxStatus.STOPPED))
        await pilot.pause()
        assert app.screen_text()[-1] == " sbx $ sbx has ended. Choose another sandbox, or create one."
        app.console_pane.select(app.host, info(LONG, SandboxStatus.STOPPED))
        await pilot.pause()
        assert app.screen_text()[-1].endswith("…")
        assert len(app.screen_text()[-1]) <= 80


async def test_what_is_gone_is_no_longer_said_to_be_on_its_way_out(app: ConsoleApp) -> None:
    async with app.run_test(size=(120, 12)) as pilot:
        app.console_pane.select(app.host, info("sbx", SandboxStatus.STOPPING))
        await pilot.pause()
        assert "sbx is being destroyed." in app.screen_text()[-1]
        app.console_pane.sandbox_gone("uid-of-another")
        app.console_pane.sandbox_gone("uid-sbx")
        await pilot.pause()
        assert app.screen_text()[-1].endswith("sbx $ sbx is gone. Choose another sandbox, or create one.")
        assert "being destroyed" not in "\n".join(app.screen_text())
        await pilot.press(*"ls", "enter")
        assert app.screen_text()[-2].strip() == "sbx is gone. Choose another sandbox, or create one."
        assert app.host.commands == []
        # What is told last of it is not news, but one that comes back with its label is there again.
        app.console_pane.select(app.host, info("sbx", SandboxStatus.STOPPING))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "sbx is gone." in app.screen_text()[-1])
        app.console_pane.select(app.host, info("sbx"))
        await pilot.press(*"ls", "enter")
        assert (await app.host.command(0)).command == "ls"
