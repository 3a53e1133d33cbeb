"""Terminals that are smaller than the dashboard is made for: nothing fails, and a sentence says what is the matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.dashboard.looks import ASCII
from tests.dashboard.scripted import ScriptedSandbox, dashboard, sandbox_info

if TYPE_CHECKING:
    from tests.dashboard.scripted import Dashboard

ROWS = [sandbox_info(number) for number in range(1, 31)]
OPENING = ("question_mark", "c", "i", "u", "f", "f8", "m", "o", "n", "x", "slash", "enter", "ctrl+p")


async def open_each(shown: Dashboard) -> None:
    """Open every screen and every bar, and leave it."""
    row = ROWS[0]
    shown.cluster.compute.sandbox.known[row.id] = ScriptedSandbox(row.id, row.uid, info=row)
    for key in OPENING:
        await shown.press(key)
        assert shown.text.strip(), key
        await shown.press("escape")
        for _ in range(3):
            if len(shown.app.screen_stack) > 1:
                await shown.press("escape")
        assert len(shown.app.screen_stack) == 1, key


@pytest.mark.parametrize("size", [(60, 15), (20, 6)])
async def test_every_screen_opens_and_closes(size: tuple[int, int]) -> None:
    async with dashboard(ROWS, size=size, contexts=[]) as shown:
        await open_each(shown)
        await shown.pilot.resize_terminal(1, 1)
        await shown.pilot.resize_terminal(80, 24)
        await shown.until(lambda: "F8 Destroy" in shown.lines[-1])
        assert ROWS[0].name in shown.text


async def test_at_60_by_15_there_are_rows_a_prompt_and_keys() -> None:
    async with dashboard(ROWS, size=(60, 15), glyphs=ASCII) as shown:
        assert ROWS[0].name in shown.text
        assert "$" in shown.text
        assert "? Help" in shown.lines[-1]
        assert "kind-test" in shown.lines[0]
        assert [sentence for sentence in shown.said if "60x15" in sentence]


async def test_it_is_said_once_and_only_where_it_is_small() -> None:
    async with dashboard(ROWS) as shown:
        assert shown.said == []
        await shown.pilot.resize_terminal(79, 24)
        await shown.until(lambda: len(shown.said) == 1)
        assert shown.said == ["This terminal is 79x24. Dialogues need 80x24 to be seen whole."]
        await shown.pilot.resize_terminal(70, 20)
        await shown.pilot.pause()
        assert len(shown.said) == 1
