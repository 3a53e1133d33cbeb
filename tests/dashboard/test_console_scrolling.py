"""What stays on screen while output comes, what is copied, and what is let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.dashboard.console.card_list import CardList
from k8s_sandbox_tui.dashboard.console.keeping import Limits
from k8s_sandbox_tui.dashboard.console.prompt import CommandInput
from k8s_sandbox_tui.dashboard.console.scrollback import MAX_LINES
from tests.dashboard.console_host import ConsoleApp, ScriptedCommand, until

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


@pytest.fixture
def app(tmp_path: Path) -> ConsoleApp:
    return ConsoleApp(tmp_path / "history.jsonl")


def numbered(start: int, end: int) -> bytes:
    return b"".join(b"line %d\n" % number for number in range(start, end))


def body(app: ConsoleApp) -> list[str]:
    """The screen between the line for the focus and the command line, without the scrollbar."""
    width = app.size.width
    return [line.ljust(width)[: width - 1].rstrip() for line in app.screen_text()[1:-1]]


async def started(pilot: Pilot[None], app: ConsoleApp, lines: int) -> ScriptedCommand:
    """A running command that has printed some lines, all of them drawn."""
    await pilot.press("x", "enter")
    command = await app.host.command(0)
    await more(pilot, app, command, 0, lines)
    return command


async def more(pilot: Pilot[None], app: ConsoleApp, command: ScriptedCommand, start: int, end: int) -> None:
    """Prints further lines and waits until the console has drawn them."""
    command.out(numbered(start, end))
    await until(pilot, lambda: app.console_pane.cards[0].scrollback.end >= end)
    await pilot.pause()


async def test_the_end_stays_in_view_also_when_the_terminal_changes_its_size(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        command = await started(pilot, app, 100)
        assert body(app)[-2] == "│ line 99"
        await more(pilot, app, command, 100, 200)
        assert body(app)[-2] == "│ line 199"
        assert body(app)[-1].startswith("└ running")
        for size in ((80, 10), (30, 40), (120, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert body(app)[-2] == "│ line 199", size
        await more(pilot, app, command, 200, 250)
        assert body(app)[-2] == "│ line 249"


async def test_who_scrolls_up_stays_there_and_can_go_back_by_key_by_click_or_by_hand(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        command = await started(pilot, app, 100)
        await pilot.press("pageup")
        await pilot.pause()
        there = body(app)[:-1]
        assert "│ line 99" not in there
        await more(pilot, app, command, 100, 200)
        assert body(app)[:-1] == there
        assert "more lines below, ^End jumps" in body(app)[-1]
        await pilot.press("ctrl+end")
        await pilot.pause()
        assert body(app)[-2] == "│ line 199"
        await more(pilot, app, command, 200, 300)
        assert body(app)[-2] == "│ line 299"
        await pilot.press("pageup")
        await pilot.pause()
        assert body(app)[-2] != "│ line 299"
        await pilot.click("#console-hint")
        await pilot.pause()
        assert body(app)[-2] == "│ line 299"
        await pilot.press("pageup", "pagedown", "pagedown")
        await pilot.pause()
        await more(pilot, app, command, 300, 350)
        assert body(app)[-2] == "│ line 349"


async def test_who_has_scrolled_sideways_stays_there_while_the_end_is_followed(app: ConsoleApp) -> None:
    """Following output must not throw its reader back to the first column."""
    async with app.run_test(size=(40, 24)) as pilot:
        await pilot.press("x", "enter")
        command = await app.host.command(0)
        command.out(b"0123456789" * 12 + b"\n")
        await until(pilot, lambda: app.console_pane.cards[0].scrollback.end >= 1)
        await pilot.press("alt+up", "w", "right")
        await pilot.pause()
        sideways = app.console_pane.query_one(CardList).scroll_offset.x
        assert sideways > 0
        command.out(b"".join(b"%d" % (number % 10) * 120 + b"\n" for number in range(50)))
        await until(pilot, lambda: app.console_pane.cards[0].scrollback.end >= 51)
        await pilot.pause()
        assert app.console_pane.query_one(CardList).scroll_offset.x == sideways
        assert "9" * 20 in body(app)[-2]


async def test_what_is_read_stays_in_place_while_old_lines_are_dropped(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        command = await started(pilot, app, MAX_LINES)
        await pilot.press("pageup")
        await pilot.pause()
        there = body(app)[:-1]
        assert there[0].startswith("│ line 199")
        await more(pilot, app, command, MAX_LINES, 2 * MAX_LINES - 100)
        assert body(app)[:-1] == there
        await more(pilot, app, command, 2 * MAX_LINES - 100, 3 * MAX_LINES)
        assert body(app)[0] == "│ 40,000 earlier lines not shown; saving has all 649 kB"
        assert body(app)[1] == "│ line 40000"


async def test_long_lines_are_folded_and_copied_whole(app: ConsoleApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.press("x", "enter")
        command = await app.host.command(0)
        command.out(b"short\n" + b"0123456789" * 6 + b"\nlast\n")
        command.exit(0)
        await until(pilot, lambda: any(line.startswith("└ exit 0") for line in body(app)))
        assert body(app)[1:5] == ["│ short", "│ " + "0123456789" * 3 + "0123456", "│ 789" + "0123456789" * 2, "│ last"]
        await pilot.mouse_down("#console-output", offset=(4, 1))
        await pilot.hover("#console-output", offset=(4, 4))
        await pilot.mouse_up("#console-output", offset=(4, 4))
        await pilot.pause()
        assert app.screen.get_selected_text() == "ort\n" + "0123456789" * 6 + "\nlas"
        await pilot.press("ctrl+c")
        assert app.clipboard == "ort\n" + "0123456789" * 6 + "\nlas"
        assert not app.screen.get_selected_text()


async def test_progress_is_drawn_in_place(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x", "enter")
        command = await app.host.command(0)
        command.out(b"npm 10%")
        await until(pilot, lambda: "│ npm 10%" in body(app))
        command.out(b"\rnpm 90%")
        await until(pilot, lambda: "│ npm 90%" in body(app))
        assert not any("10%" in line for line in body(app))


async def test_many_commands_leave_the_oldest_behind(tmp_path: Path) -> None:
    app = ConsoleApp(tmp_path / "history.jsonl", limits=Limits(cards=3))
    async with app.run_test(size=(80, 24)) as pilot:
        running = app.console_pane.start("running")
        for number in range(5):
            card = app.console_pane.start(f"command {number}")
            assert card is not None
            (await app.host.command(number + 1)).exit(0)
            await until(pilot, lambda card=card: not card.live)
        assert running is not None
        assert [card.command for card in app.console_pane.cards] == ["running", "command 3", "command 4"]


async def test_all_output_together_is_bounded(tmp_path: Path) -> None:
    app = ConsoleApp(tmp_path / "history.jsonl", limits=Limits(characters=70_000, all_characters=100_000))
    async with app.run_test(size=(80, 24)) as pilot:
        for number in range(3):
            card = app.console_pane.start(f"command {number}")
            assert card is not None
            (await app.host.command(number)).out(numbered(0, 600)).exit(0)
            await until(pilot, lambda card=card: not card.live)
        await pilot.pause()
        assert [len(card.scrollback) for card in app.console_pane.cards] == [0, 0, 600]
        app.console_pane.query_one("#console-output").focus()
        await pilot.press("home")
        await pilot.pause()
        assert body(app)[1] == "│ 600 earlier lines not shown; saving has all 5.3 kB"


async def test_colours_follow_the_theme(tmp_path: Path) -> None:
    app = ConsoleApp(tmp_path / "history.jsonl", clock=lambda: 0.0)
    async with app.run_test(size=(80, 24)) as pilot:
        app.console_pane.query_one(CommandInput).cursor_blink = False
        await started(pilot, app, 3)
        app.theme = "textual-dark"
        await pilot.pause()
        dark = app.export_screenshot()
        app.theme = "textual-light"
        await pilot.pause()
        light = app.export_screenshot()
        app.theme = "textual-dark"
        await pilot.pause()
        assert "#e0e0e0" in dark.lower()
        assert dark != light
        assert app.export_screenshot() == dark
