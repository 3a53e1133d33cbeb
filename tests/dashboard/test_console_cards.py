"""The cards by keys and mouse: chosen, searched, folded, wrapped, copied, run once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual import events

from k8s_sandbox_tui.dashboard.console.commands import CARD_COMMANDS, MOVE_COMMANDS
from k8s_sandbox_tui.dashboard.console.messages import CommandFinished
from k8s_sandbox_tui.dashboard.console.model import CommandState
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.console.snippets import Origin
from tests.dashboard.console_host import ConsoleApp, ScriptedSandbox, info, notifications, until
from tests.dashboard.scripted import dashboard, sandbox_info

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ConsoleApp:
    monkeypatch.setenv("SSH_TTY", "/dev/pts/0")
    monkeypatch.delenv("TMUX", raising=False)
    return ConsoleApp(tmp_path / "history.jsonl")


@pytest.fixture
async def pilot(app: ConsoleApp) -> AsyncIterator[Pilot[None]]:
    """Three commands have ended: `one` with 3 lines, `two` with 40, `three` with one."""
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await ran(pilot, app, "one", b"first\nsecond\nthird\n")
        await ran(pilot, app, "two", b"".join(b"line %d of 40\n" % number for number in range(40)), 1)
        await ran(pilot, app, "three", b"the end\n")
        yield pilot


async def ran(pilot: Pilot[None], app: ConsoleApp, command: str, output: bytes, code: int = 0) -> None:
    number = len(app.host.commands)
    app.post_message(events.Paste(command))
    await pilot.press("enter")
    (await app.host.command(number)).out(output).exit(code)
    await until(pilot, lambda: sum(isinstance(message, CommandFinished) for message in app.heard) > number)
    await pilot.pause()


def chosen(app: ConsoleApp) -> list[str]:
    """The rows beside which the sign of the chosen card stands."""
    return [line[2:].rstrip() for line in cards(app) if line.startswith("┃")]


def cards(app: ConsoleApp) -> list[str]:
    """The rows of the cards, without the scroll bar."""
    region = app.console_pane.query_one("#console-output").region
    return [line.ljust(80)[:79].rstrip() for line in app.screen_text()[region.y : region.bottom]]


def typed(app: ConsoleApp) -> str:
    return app.screen_text()[-1].partition("$ ")[2]


async def test_keys_go_into_the_cards_and_escape_comes_back(pilot: Pilot[None], app: ConsoleApp) -> None:
    await pilot.press("l", "s")
    for key in ("shift+tab", "shift+up", "ctrl+up", "alt+up"):
        await pilot.press(key)
        assert chosen(app) == ["the end"], key
        assert app.console_pane.query_one("#console-output").has_focus
        await pilot.press("escape")
        await pilot.pause()
        assert chosen(app) == []
        assert app.console_pane.query_one("#console-command").has_focus
        assert typed(app) == "ls"


async def test_arrows_choose_a_card_and_bring_it_into_view_and_other_keys_scroll(
    pilot: Pilot[None], app: ConsoleApp
) -> None:
    await pilot.press("shift+up", "up")
    await pilot.pause()
    assert cards(app)[0].startswith("$ two")
    assert chosen(app)[0] == "line 0 of 40"
    await pilot.press("up", "up")
    await pilot.pause()
    assert chosen(app) == ["first", "second", "third"]
    assert cards(app)[0].startswith("$ one")
    await pilot.press("down", "down")
    await pilot.pause()
    assert chosen(app) == ["the end"]
    assert cards(app)[-1].startswith("└ exit 0")
    await pilot.press("down")
    assert app.console_pane.query_one("#console-command").has_focus
    await pilot.press("shift+up", "home")
    await pilot.pause()
    assert cards(app)[0].startswith("$ one")
    await pilot.press("j", "j", "k")
    await pilot.pause()
    assert cards(app)[0] == "│ first"
    await pilot.press("end")
    await pilot.pause()
    assert cards(app)[-1].startswith("└ exit 0")


async def test_without_cards_the_key_goes_where_it_goes_elsewhere(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("shift+tab")
        assert app.focused is app.query_one("#elsewhere")


async def test_a_command_is_taken_back_to_be_edited_and_clearing_gives_the_keys_back(
    pilot: Pilot[None], app: ConsoleApp
) -> None:
    for key in ("enter", "e"):
        await pilot.press("shift+up", "up", key)
        await pilot.pause()
        assert typed(app) == "two", key
        assert app.console_pane.query_one("#console-command").has_focus
    await pilot.press("s", "enter")
    command = await app.host.command(3)
    assert command.command == "twos"
    command.exit(0)
    await until(pilot, lambda: not app.console_pane.cards[-1].live)
    await pilot.press("shift+up", "ctrl+l")
    await pilot.pause()
    assert app.console_pane.cards == []
    assert app.console_pane.query_one("#console-command").has_focus
    await ran(pilot, app, "again", b"here\n")
    assert "│ here" in cards(app)


async def test_it_runs_once_more_where_and_as_it_ran(pilot: Pilot[None], app: ConsoleApp) -> None:
    await ran(pilot, app, "cd src", b"/app/src\n")
    await pilot.press("shift+up", "r")
    again = await app.host.command(4)
    assert (again.command, again.cwd) == ("cd src >/dev/null && pwd", None), "from where it ran"
    again.out(b"/app/src\n").exit(0)
    await until(pilot, lambda: not app.console_pane.cards[-1].live)
    await pilot.press("escape")
    await ran(pilot, app, "cd /srv", b"/srv\n")
    app.console_pane.start("deploy", env={"TOKEN": "secret"})
    (await app.host.command(6)).exit(0)
    await ran(pilot, app, "cd /tmp", b"/tmp\n")
    app.console_pane.select(None, info("other"))
    await pilot.press("shift+up", "up", "r")
    again = await app.host.command(8)
    assert (again.command, again.cwd, again.env) == ("deploy", "/srv", {"TOKEN": "secret"})
    card = app.console_pane.cards[-1]
    assert (card.sandbox_id, card.env_names) == ("default/computesdk-sbx-1a2b3c4d", ("TOKEN",))
    again.exit(0)


async def test_the_chosen_command_is_cancelled_and_no_other(pilot: Pilot[None], app: ConsoleApp) -> None:
    for number, key in ((3, "x"), (5, "ctrl+c")):
        older, newer = app.console_pane.start("older"), app.console_pane.start("newer")
        assert older is not None
        assert newer is not None
        last = await app.host.command(number + 1)
        await until(pilot, lambda newer=newer: newer.state is CommandState.RUNNING)
        await pilot.press("shift+up", "up", key)
        await until(pilot, lambda older=older: older.state is CommandState.CANCELLED)
        assert newer.state is CommandState.RUNNING, key
        last.exit(0)
        await until(pilot, lambda newer=newer: not newer.live)
        await pilot.press("escape")


async def test_the_output_is_folded_away_with_a_count_and_back(pilot: Pilot[None], app: ConsoleApp) -> None:
    await pilot.press("shift+up", "up", "f")
    await pilot.pause()
    rows = cards(app)
    header = next(number for number, row in enumerate(rows) if row.startswith("▸ two"))
    assert rows[header + 1] == "└ exit 1  1.24 s  40 lines folded"
    await pilot.press("f")
    await pilot.pause()
    assert chosen(app)[0] == "line 0 of 40"
    await pilot.press("F")
    await pilot.pause()
    assert [row[:8].rstrip() for row in cards(app) if row] == [
        "▸ one",
        "└ exit 0",
        "▸ two",
        "└ exit 1",
        "▸ three",
        "└ exit 0",
    ]
    await pilot.press("F")
    await pilot.pause()
    assert chosen(app)[0] == "line 0 of 40"
    await pilot.press("escape", "s", "h", "enter", "shift+up", "f")
    command = await app.host.command(3)
    command.out(b"1\n2\n3")
    await until(pilot, lambda: any("3 lines folded" in row for row in cards(app)))
    command.exit(0)


async def test_search_counts_steps_and_highlights(pilot: Pilot[None], app: ConsoleApp) -> None:
    await pilot.press("shift+up", "up", "slash", *"line 3")
    await pilot.pause()
    assert app.screen_text()[-2].split() == ["Find", "line", "3", "1", "of", "11"]
    assert "│ line 3 of 40" in [row.replace("┃", "│") for row in cards(app)]
    await pilot.press("enter", "n")
    await pilot.pause()
    assert app.screen_text()[-2].endswith("2 of 11")
    assert "line 30 of 40" in chosen(app)
    await pilot.press("N", "N")
    await pilot.pause()
    assert app.screen_text()[-2].endswith("11 of 11")
    assert "line 39 of 40" in chosen(app)
    await pilot.press("escape")
    await pilot.pause()
    assert "of 11" not in app.screen_text()[-2]
    assert app.console_pane.query_one("#console-output").has_focus
    await pilot.press("escape")
    assert app.console_pane.query_one("#console-command").has_focus
    await pilot.press("shift+up", "F", "up", "slash", *"line 39", "enter")
    await pilot.pause()
    assert "line 39 of 40" in chosen(app), "what was folded is looked into"


async def test_a_search_finds_what_comes_later_and_says_when_there_is_nothing(
    pilot: Pilot[None], app: ConsoleApp
) -> None:
    await pilot.press("s", "h", "enter")
    command = await app.host.command(3)
    command.out(b"warm up\n")
    await until(pilot, lambda: "│ warm up" in cards(app))
    await pilot.press("shift+up", "slash", *"ready")
    await pilot.pause()
    assert app.screen_text()[-2].endswith("not found")
    command.out(b"server ready\n").exit(0)
    await until(pilot, lambda: app.screen_text()[-2].endswith("1 found"))
    await pilot.press("down")
    await pilot.pause()
    assert app.screen_text()[-2].endswith("1 of 1")
    await pilot.press("escape")
    await pilot.pause()
    assert "Find" not in app.screen_text()[-2]


async def test_long_lines_are_cut_or_wrapped_and_one_scrolls_sideways(pilot: Pilot[None], app: ConsoleApp) -> None:
    await ran(pilot, app, "wide", b"abcdefghij" * 20 + b"\nshort\n")
    await pilot.press("shift+up")
    wrapped = chosen(app)
    assert len(wrapped) == 4
    await pilot.press("w")
    await pilot.pause()
    assert chosen(app) == [("abcdefghij" * 8)[:76] + "»", "short"]
    await pilot.press("right", "right")
    await pilot.pause()
    assert chosen(app) == ["«" + ("abcdefghij" * 20)[33:108] + "»", "«"]
    app.console_pane.start("more")
    (await app.host.command(4)).out(b"x" * 90 + b"\n").exit(0)
    await until(pilot, lambda: not app.console_pane.cards[-1].live)
    await pilot.pause()
    assert "│ «" + "x" * 57 in cards(app), "new output leaves the columns where they were"
    await pilot.press("w")
    await pilot.pause()
    assert chosen(app) == wrapped


async def test_copies_are_of_what_is_kept_or_of_what_the_mouse_selected(pilot: Pilot[None], app: ConsoleApp) -> None:
    await ran(pilot, app, "wide", "0123456789中文字符".encode() + b"\x1b[31m" + b"abcdefghij" * 20 + b"\x1b[0m\nlast\n")
    await pilot.press("shift+up", "c")
    await until(pilot, lambda: bool(notifications(app)))
    assert app.clipboard == "0123456789中文字符" + "abcdefghij" * 20 + "\nlast\n"
    assert notifications(app) == ["Sent to the terminal (OSC 52); it may refuse: 2 lines."]
    await pilot.press("C")
    await until(pilot, lambda: app.clipboard == "wide")
    # In lines that are cut and scrolled sideways.
    await pilot.press("w", "right")
    await pilot.pause()
    row = next(number for number, line in enumerate(cards(app)) if line.startswith("┃ «"))
    await pilot.mouse_down("#console-output", offset=(5, row))
    await pilot.hover("#console-output", offset=(8, row))
    await pilot.mouse_up("#console-output", offset=(8, row))
    await pilot.pause()
    await pilot.press("ctrl+c")
    assert app.clipboard not in {"", "wide"}
    assert app.clipboard in cards(app)[row]


async def test_the_mouse_selects_what_is_under_it_however_long_the_output_is(
    pilot: Pilot[None], app: ConsoleApp
) -> None:
    async def select(text: str, size: int) -> None:
        row = next(number for number, line in enumerate(cards(app)) if line[2:] == text)
        before = [line[1:] for line in cards(app)]
        await pilot.mouse_down("#console-output", offset=(2, row))
        await pilot.pause()
        assert [line[1:] for line in cards(app)] == before, "what the button is pressed on stays under it"
        await pilot.hover("#console-output", offset=(1 + size, row))
        await pilot.mouse_up("#console-output", offset=(1 + size, row))
        await pilot.pause()
        await pilot.press("ctrl+c")
        await until(pilot, lambda: app.clipboard == text[:size])

    await ran(pilot, app, "long", b"".join(b"row %d\n" % number for number in range(60)))
    await select("row 57", 6)
    assert chosen(app)[-1] == "row 59"
    await pilot.press("escape", *["pageup"] * 9)
    await pilot.pause()
    await select("line 5 of 40", 6)


async def test_the_keys_go_to_the_cards_without_moving_what_one_reads_of_the_newest(
    pilot: Pilot[None], app: ConsoleApp
) -> None:
    await ran(pilot, app, "long", b"".join(b"row %d\n" % number for number in range(60)))
    await pilot.press("shift+tab")
    await pilot.pause()
    assert chosen(app)[-1] == "row 59"
    await pilot.press("escape", "pageup", "pageup", "pageup", "pageup", "pageup", "pageup", "shift+tab")
    await pilot.pause()
    assert chosen(app)[0] == "row 0", "where nothing of it was in view, its beginning is"


SCRIPTS = {
    "K": "kubectl --context prod exec -n default ",
    "P": "import os\n",
    "T": "import { k8s }",
}


async def test_a_command_is_shown_and_copied_as_a_script_with_the_names_of_its_variables_alone(
    pilot: Pilot[None], app: ConsoleApp
) -> None:
    app.console_pane.origin = Origin("prod")
    names = [f"VARIABLE_{number}" for number in range(5)]
    app.console_pane.start("deploy", env=dict.fromkeys(names, "hunter2"))
    (await app.host.command(3)).exit(0)
    await until(pilot, lambda: not app.console_pane.cards[-1].live)
    await pilot.pause()
    header = next(row for row in cards(app) if row.startswith("$ deploy"))
    assert "VARIABLE_0 VARIABLE_1 +3" in header
    assert "hunter2" not in "\n".join(app.screen_text())
    await pilot.press("shift+up")
    for key, start in SCRIPTS.items():
        app.clear_notifications()
        await pilot.press(key)
        await until(pilot, lambda: bool(notifications(app)))
        assert app.clipboard.startswith(start)
        assert "deploy" in app.clipboard
        assert "hunter2" not in app.clipboard
        assert ", which takes VARIABLE_0, " in notifications(app)[0]
        assert notifications(app)[0].endswith(" from your environment.")


async def test_the_menu_has_all_there_is_to_do_with_its_card_and_the_keys(pilot: Pilot[None], app: ConsoleApp) -> None:
    await pilot.press("shift+up", "up", "m")
    await pilot.pause()
    text = "\n".join(app.screen_text())
    for command in CARD_COMMANDS:
        if command.id not in {"card.menu", "card.cancel"}:
            assert command.help.split(";")[0][:40] in text
    assert "End it in its sandbox" not in text, "it has ended"
    await pilot.press("f")
    await pilot.pause()
    assert any(row.startswith("▸ two") for row in cards(app))
    await pilot.press("m", "down", "enter")
    await app.host.command(3)
    assert app.host.commands[3].command == "two"
    app.host.commands[3].exit(0)
    await until(pilot, lambda: not app.console_pane.cards[-1].live)
    await pilot.press("escape", "shift+up", "up", "m")
    app.console_pane.start("another")
    (await app.host.command(4)).exit(0)
    await pilot.press("enter")
    await pilot.pause()
    assert typed(app) == "three", "the card for which the menu was opened"


async def test_the_mouse_chooses_folds_and_opens_the_menu(pilot: Pilot[None], app: ConsoleApp) -> None:
    def header() -> int:
        return next(number for number, row in enumerate(cards(app)) if row[2:].startswith("three"))

    await pilot.click("#console-output", offset=(5, header() + 1))
    await pilot.pause()
    assert chosen(app) == ["the end"]
    await pilot.click("#console-output", offset=(0, header()))
    await pilot.pause()
    assert any(row.startswith("▸ three") for row in cards(app))
    await pilot.click("#console-output", offset=(0, header()))
    await pilot.pause()
    await pilot.click("#console-output", offset=(77, header()))
    await pilot.pause()
    assert "Copy its output" in "\n".join(app.screen_text())
    await pilot.press("escape")
    await pilot.click("#console-output", offset=(5, header() + 1), button=3)
    await pilot.pause()
    assert "Copy its output" in "\n".join(app.screen_text())
    await pilot.click(offset=(1, 1))
    await pilot.pause()
    assert "Copy its output" not in "\n".join(app.screen_text())


def test_no_two_keys_of_the_cards_are_the_same() -> None:
    keys = [key for command in (*CARD_COMMANDS, *MOVE_COMMANDS) for key in command.keys.split(",")]
    assert len(keys) == len(set(keys))


async def test_the_palette_and_the_key_bar_have_what_can_be_done_with_a_card() -> None:
    from textual.command import CommandInput as PaletteInput

    async with dashboard([sandbox_info(1)]) as shown:
        await shown.press("ctrl+p")
        await shown.until(lambda: "Create a sandbox" in shown.text)
        assert "Card:" not in shown.text
        await shown.press("escape")
        pane = shown.main.query_one(Console)
        host = ScriptedSandbox()
        pane.select(host, sandbox_info(1))
        pane.start("echo hello")
        (await host.command(0)).out(b"hello\n").exit(0)
        await shown.until(lambda: "│ hello" in shown.text)
        await shown.press("ctrl+p")
        shown.app.screen.query_one(PaletteInput).value = "card edit"
        await shown.until(lambda: "Card: Edit" in shown.text)
        await shown.press("down", "enter")
        await shown.until(lambda: shown.lines[-2].endswith("$ echo hello"))
        await shown.press("ctrl+u")
        await shown.until(lambda: "Shift+Tab Cards" in shown.lines[-1])
        await shown.press("shift+tab")
        await shown.until(lambda: "r Rerun" in shown.lines[-1])
        for words in ("Enter Edit", "c Copy", "m Menu", "/ Find", "Esc Back", "? Help"):
            assert words in shown.lines[-1]
