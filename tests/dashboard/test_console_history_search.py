"""The search through earlier commands, by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual import events

from tests.dashboard.console_host import ConsoleApp, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot


@pytest.fixture
def app(tmp_path: Path) -> ConsoleApp:
    return ConsoleApp(tmp_path / "history.jsonl")


@pytest.fixture
async def pilot(app: ConsoleApp) -> AsyncIterator[Pilot[None]]:
    """Four commands were run."""
    async with app.run_test(size=(80, 24)) as pilot:
        for number, command in enumerate(("npm test", "npm run build", "ls -la", "echo one\necho two")):
            app.post_message(events.Paste(command))
            await pilot.press("enter")
            (await app.host.command(number)).exit(0)
        await until(pilot, lambda: not any(card.live for card in app.console_pane.cards))
        yield pilot


def listed(app: ConsoleApp) -> list[str]:
    """The commands of the list, from the top."""
    screen = app.screen_text()
    bottom = next(number for number, line in enumerate(screen) if line.startswith(" History"))
    region = app.console_pane.query_one("HistorySearch OptionList").region
    return [line.strip() for line in screen[region.y : bottom]]


async def test_it_lists_what_fits_best_first_while_one_types(pilot: Pilot[None], app: ConsoleApp) -> None:
    await pilot.press("ctrl+r")
    await pilot.pause()
    assert listed(app) == ["echo one↵echo two", "ls -la", "npm run build", "npm test"]
    await pilot.press("n", "p", "m")
    await pilot.pause()
    assert listed(app) == ["npm run build", "npm test"]
    assert app.screen_text()[-2].endswith("2 found")


async def test_enter_runs_the_chosen_one(pilot: Pilot[None], app: ConsoleApp) -> None:
    await pilot.press("ctrl+r", *"npm", "down", "enter")
    assert (await app.host.command(4)).command == "npm test"
    app.host.commands[4].exit(0)
    assert app.console_pane.query_one("#console-command").has_focus


async def test_a_click_takes_one_to_be_edited(pilot: Pilot[None], app: ConsoleApp) -> None:
    await pilot.press("ctrl+r")
    await pilot.pause()
    await pilot.click("HistorySearch OptionList", offset=(4, 2))
    await pilot.pause()
    assert app.screen_text()[-1].endswith("$ npm run build")
    assert "History" not in "\n".join(app.screen_text())
    assert len(app.host.commands) == 4


async def test_tab_takes_it_to_be_edited_whole(pilot: Pilot[None], app: ConsoleApp) -> None:
    await pilot.press("ctrl+r", *"two", "tab")
    await pilot.pause()
    assert app.screen_text()[-1].endswith("$ echo one↵echo two")
    await pilot.press("enter")
    assert (await app.host.command(4)).command == "echo one\necho two"
    app.host.commands[4].exit(0)


async def test_what_is_typed_is_searched_for_and_escape_leaves_it_as_it_was(
    pilot: Pilot[None], app: ConsoleApp
) -> None:
    await pilot.press(*"build", "ctrl+r")
    await pilot.pause()
    assert listed(app) == ["npm run build"]
    await pilot.press("x", "escape")
    await pilot.pause()
    assert app.screen_text()[-1].endswith("$ build")
    assert "History" not in "\n".join(app.screen_text())


async def test_what_does_not_fit_says_so_and_takes_nothing(pilot: Pilot[None], app: ConsoleApp) -> None:
    await pilot.press("ctrl+r", *"zzz", "enter")
    await pilot.pause()
    assert app.screen_text()[-2].endswith("nothing found")
    assert len(app.host.commands) == 4
