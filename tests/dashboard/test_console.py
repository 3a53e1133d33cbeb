"""The console, through keys: what a user sees of the commands that run in a sandbox."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from msgspec import structs
from textual import events

from k8s_sandbox_tui.dashboard.console.messages import CommandFinished, CommandStarted, ConsoleLeft
from k8s_sandbox_tui.dashboard.console.model import CommandState
from k8s_sandbox_tui.provider.errors import ConnectionLostError, ForbiddenError
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.console_host import ConsoleApp, info, until

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


@pytest.fixture
def app(tmp_path: Path) -> ConsoleApp:
    return ConsoleApp(tmp_path / "history.jsonl")


async def enter(pilot: Pilot[None], text: str) -> None:
    """Puts a command line in as a terminal hands over pasted text, and sends it off."""
    pilot.app.post_message(events.Paste(text))
    await pilot.press("enter")


async def finished(pilot: Pilot[None], app: ConsoleApp, count: int = 1) -> None:
    """Waits until that many commands have ended and are drawn."""
    await until(pilot, lambda: sum(isinstance(message, CommandFinished) for message in app.heard) >= count)
    await pilot.pause()


async def test_a_command_runs_and_shows_its_output_at_once_and_its_end(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"npm", "space", *"test", "enter")
        command = await app.host.command(0)
        assert (command.command, command.cwd, command.env) == ("npm test", None, {})
        command.out(b"2 passing\n").err(b"deprecated\n")
        await until(pilot, lambda: "! deprecated" in app.screen_text())
        assert "│ 2 passing" in app.screen_text()
        assert any(re.match(r"└ running  \d+ s", line) for line in app.screen_text())
        assert app.console_pane.live_commands("uid-computesdk-sbx-1a2b3c4d") == 1
        command.exit(0)
        await finished(pilot, app)
        assert app.heard[0].__class__ is CommandStarted
        screen = app.screen_text()
        start = next(index for index, line in enumerate(screen) if line.startswith("$ npm test"))
        assert "computesdk-sbx-1a2b3c4d" in screen[start]
        assert screen[start + 1 : start + 4] == ["│ 2 passing", "! deprecated", "└ exit 0  1.24 s"]
        assert command.left
        assert app.console_pane.live_commands("uid-computesdk-sbx-1a2b3c4d") == 0


async def test_a_failure_is_put_into_words_and_what_came_before_it_stays(app: ConsoleApp) -> None:
    async with app.run_test(size=(100, 24)) as pilot:
        await enter(pilot, "x")
        (await app.host.command(0)).exit(137)
        await finished(pilot, app)
        assert "└ exit 137  1.24 s  SIGKILL, killed: often for want of memory" in app.screen_text()
        await enter(pilot, "y")
        (await app.host.command(1)).out(b"so far\nand no").fail(ConnectionLostError("No status came."))
        await finished(pilot, app, 2)
        assert "└ connection lost  1.24 s  No status came." in app.screen_text()
        assert "│ so far" in app.screen_text()
        assert "│ and no" in app.screen_text()
        app.host.refuses = ForbiddenError("pods/exec is \x1b[2Jforbidden.", status=403, hint="Ask for create.")
        await enter(pilot, "z")
        await finished(pilot, app, 3)
        assert any(
            line.startswith("└ did not start") and line.endswith("pods/exec is forbidden. Ask for create.")
            for line in app.screen_text()
        )


async def test_ctrl_c_kills_the_command_in_the_sandbox_started_or_not_and_answered_or_not(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await enter(pilot, "sleep 100")
        command = await app.host.command(0)
        command.out(b"zzz\n")
        await pilot.press("ctrl+c")
        await finished(pilot, app)
        assert command.killed.is_set()
        assert "└ cancelled  1.24 s  exit 137" in app.screen_text()
        await enter(pilot, "sleep 200")
        command = await app.host.command(1)
        command.answers_kill = False
        await until(pilot, lambda: app.console_pane.cards[-1].state is CommandState.RUNNING)
        await pilot.press("ctrl+c")
        await finished(pilot, app, 2)
        assert any("the sandbox did not answer; it may still run" in line for line in app.screen_text())
        assert command.left
        app.host.accepts.clear()
        await enter(pilot, "vi x")
        await until(
            pilot,
            lambda: "vi needs a terminal: press t in the table for a shell that has one." in app.screen_text()[-2],
        )
        await pilot.press("ctrl+c")
        await finished(pilot, app, 3)
        assert app.console_pane.cards[-1].state is CommandState.CANCELLED


async def test_several_commands_run_at_once_and_each_keeps_to_its_card(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await enter(pilot, "first")
        await enter(pilot, "second")
        first, second = await app.host.command(0), await app.host.command(1)
        second.out(b"from second\n")
        first.out(b"from first\n")
        second.exit(0)
        await finished(pilot, app)
        first.exit(1)
        await finished(pilot, app, 2)
        screen = [line.split("  ")[0] for line in app.screen_text() if line[:1] in {"$", "│", "└"}]
        assert screen == ["$ first", "│ from first", "└ exit 1", "$ second", "│ from second", "└ exit 0"]


async def test_ctrl_c_ends_the_newest_command_of_the_selected_sandbox_only(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await enter(pilot, "x")
        command = await app.host.command(0)
        app.console_pane.select(app.host, info("other"))
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert not command.killed.is_set()
        assert any("Select default/computesdk-sbx-1a2b3c4d to cancel" in line for line in app.screen_text())
        command.exit(0)
        await finished(pilot, app)


async def test_a_sandbox_that_vanishes_ends_its_commands_and_the_card_says_so(
    app: ConsoleApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("k8s_sandbox_tui.dashboard.console.runs.GONE_SECONDS", 0.01)
    async with app.run_test(size=(80, 24)) as pilot:
        await enter(pilot, "x")
        await app.host.command(0)
        app.console_pane.sandbox_gone("uid-of-another")
        app.console_pane.sandbox_gone("uid-computesdk-sbx-1a2b3c4d")
        await finished(pilot, app)
        assert any(line.startswith("└ sandbox gone") for line in app.screen_text())


@pytest.mark.parametrize("told_first", [True, False])
async def test_a_command_that_ends_with_its_sandbox_says_why_that_did(app: ConsoleApp, told_first: bool) -> None:
    async with app.run_test(size=(100, 24)) as pilot:
        await enter(pilot, "x")
        command = await app.host.command(0)
        ended = structs.replace(info(status=SandboxStatus.FAILED, reason="OOMKilled"), finished_at=datetime.now(UTC))
        if told_first:
            app.console_pane.select(app.host, ended)
        command.fail(ConnectionLostError("The connection ended."))
        await finished(pilot, app)
        app.console_pane.select(app.host, ended)
        words = "└ sandbox gone  1.24 s  It used more memory than its limit and was killed. Raise its memory limit,"
        await until(pilot, lambda: any(line.startswith(words) for line in app.screen_text()))


async def test_a_sandbox_that_does_not_run_takes_no_command_and_the_line_says_why(app: ConsoleApp) -> None:
    async with app.run_test(size=(140, 24)) as pilot:
        app.console_pane.select(app.host, info("sbx", SandboxStatus.STARTING, reason="ImagePullBackOff"))
        await pilot.pause()
        words = "sbx is starting (ImagePullBackOff). Commands work once it is running."
        assert app.screen_text()[-1].endswith(words)
        await enter(pilot, "ls")
        assert app.host.commands == []
        assert app.screen_text()[-2].strip() == words
        assert app.screen_text()[-1].endswith("$ ls"), "what was typed is not lost"
        app.console_pane.select(app.host, info("sbx"))
        await pilot.pause()
        assert words not in app.screen_text()[-2], "the reason is gone with its cause"
        await pilot.press("enter")
        assert (await app.host.command(0)).command == "ls"


async def test_without_a_sandbox_the_console_says_what_to_do(tmp_path: Path) -> None:
    app = ConsoleApp(tmp_path / "h", selected=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        lines = app.screen_text()
        assert "No sandbox is selected. Choose one in the table, or create one." in lines[-1]
        above = "\n".join(lines[:-1])
        assert "Commands run in the selected sandbox and show up here." in above
        assert "No sandbox is selected" not in above


async def test_cd_lasts_for_the_next_commands_of_that_sandbox_unless_it_fails(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await enter(pilot, "cd nowhere")
        (await app.host.command(0)).err(b"sh: 1: cd: can't cd to nowhere\n").exit(2)
        await finished(pilot, app)
        assert "└ exit 2  1.24 s" in app.screen_text()
        await enter(pilot, "ls")
        assert (await app.host.command(1)).cwd is None
        await enter(pilot, "cd src")
        command = await app.host.command(2)
        assert command.command == "cd src >/dev/null && pwd"
        command.out(b"/app/src\n").exit(0)
        await finished(pilot, app, 2)
        assert "└ exit 0  1.24 s  the next commands start here" in app.screen_text()
        assert app.screen_text()[-1].startswith(" computesdk-sbx-1a2b3c4d /app/src $")
        await enter(pilot, "ls")
        assert (await app.host.command(3)).cwd == "/app/src"
        told = re.compile(r"\bls +computesdk-sbx-1a2b3c4d  /app/src  \d\d:")
        await until(pilot, lambda: any(told.search(line) for line in app.screen_text()))
        app.console_pane.select(app.host, info("other"))
        await enter(pilot, "ls")
        assert (await app.host.command(4)).cwd is None


async def test_up_goes_through_the_history_and_down_comes_back(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        for number, command in enumerate(("ls", "npm test", "ls src")):
            await enter(pilot, command)
            (await app.host.command(number)).exit(0)
        line = app.console_pane.query_one("#console-command")
        seen: list[str] = []
        await pilot.press("l")
        for key in ("up", "up", "up", "down", "down"):
            await pilot.press(key)
            seen.append(getattr(line, "value", ""))
        assert seen == ["ls src", "ls", "ls", "ls src", "l"]


async def test_the_history_lasts_and_other_sandboxes_come_after_the_selected_one(tmp_path: Path) -> None:
    first = ConsoleApp(tmp_path / "h.jsonl")
    async with first.run_test(size=(80, 24)) as pilot:
        await enter(pilot, "own")
        await enter(pilot, " secret")
        first.console_pane.select(first.host, info("other"))
        await enter(pilot, "others")
        await first.host.command(2)
        await until(pilot, lambda: len((tmp_path / "h.jsonl").read_bytes().splitlines()) == 2)
    second = ConsoleApp(tmp_path / "h.jsonl")
    async with second.run_test(size=(80, 24)) as pilot:
        while not second.screen_text()[-1].endswith("$ own"):
            await pilot.press("up")
        await pilot.press("up")
        assert second.screen_text()[-1].endswith("$ others")
        await pilot.press("up")
        assert second.screen_text()[-1].endswith("$ others")


async def test_escape_leaves_the_command_line_and_keeps_what_was_typed(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l", "s", "escape")
        await pilot.pause()
        assert any(isinstance(message, ConsoleLeft) for message in app.heard)
        assert app.focused is app.query_one("#elsewhere")
        assert app.screen_text()[-1].endswith("$ ls")


async def test_ctrl_l_clears_what_has_ended_and_leaves_what_runs(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await enter(pilot, "first")
        (await app.host.command(0)).exit(0)
        await enter(pilot, "second")
        await finished(pilot, app)
        await pilot.press("ctrl+l")
        assert [card.command for card in app.console_pane.cards] == ["second"]
        (await app.host.command(1)).exit(0)
        await finished(pilot, app, 2)
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert app.console_pane.cards == []
        assert any("Commands run in computesdk-sbx-1a2b3c4d" in line for line in app.screen_text())


async def test_a_pasted_script_stays_whole(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(events.Paste("for i in 1 2\r\ndo echo $i\ndone\n"))
        await pilot.pause()
        assert app.screen_text()[-1].endswith("$ for i in 1 2↵do echo $i↵done")
        await pilot.press("enter")
        assert (await app.host.command(0)).command == "for i in 1 2\ndo echo $i\ndone"


async def test_quitting_with_a_command_running_leaves_it_properly(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await enter(pilot, "sleep 100")
        command = await app.host.command(0)
        await until(pilot, lambda: app.console_pane.cards[0].state is CommandState.RUNNING)
    assert command.left


async def test_the_time_a_command_takes_is_counted_on_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("k8s_sandbox_tui.dashboard.console.output.TICK_SECONDS", 0.02)
    seconds = [0.0]
    app = ConsoleApp(tmp_path / "h", clock=lambda: seconds[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await enter(pilot, "x")
        command = await app.host.command(0)
        await until(pilot, lambda: "└ running  0 s  ^C cancels" in app.screen_text())
        seconds[0] = 65.0
        await until(pilot, lambda: "└ running  1 m 05 s  ^C cancels" in app.screen_text())
        command.exit(0)
        await finished(pilot, app)


async def test_a_command_comes_back_by_a_double_click_and_by_its_beginning(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await enter(pilot, "npm test")
        (await app.host.command(0)).exit(1)
        await finished(pilot, app)
        await pilot.click("#console-output", offset=(10, 0), times=2)
        await pilot.pause()
        assert app.screen_text()[-1].endswith("$ npm test")
        await pilot.press("enter")
        command = await app.host.command(1)
        assert command.command == "npm test"
        command.exit(0)
        await finished(pilot, app, 2)
        await pilot.press("n", "p")
        await until(pilot, lambda: app.screen_text()[-1].endswith("$ npm test"))
        await pilot.press("right", "enter")
        assert (await app.host.command(2)).command == "npm test"
