"""Terminals that are smaller than the dashboard is made for: nothing fails, and a sentence says what is the matter."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import Mock

from textual.containers import ScrollableContainer
from textual.geometry import Region

from k8s_sandbox_tui.dashboard.app import DashboardApp
from k8s_sandbox_tui.dashboard.columns.list import ColumnList
from k8s_sandbox_tui.dashboard.inside.view import DocumentView
from k8s_sandbox_tui.dashboard.looks import ASCII
from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable
from k8s_sandbox_tui.dashboard.toasts import HasCursor
from tests.dashboard.commanded import Commanded
from tests.dashboard.scripted import dashboard, sandbox_info
from tests.dashboard.scripted_jobs import ScriptedJob

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from textual.widget import Widget

    from tests.dashboard.scripted import Dashboard

ROWS = [sandbox_info(number) for number in range(1, 31)]
OPENING = ("question_mark", "c", "i", "u", "f", "b", "p", "f8", "m", "o", "n", "x", "exclamation_mark", "slash")
BARS = ("enter", "ctrl+p")


async def open_each(shown: Dashboard, look: Callable[[str], None] | None = None) -> None:
    """Open every screen and every bar, look at it, and leave it."""
    row = ROWS[0]
    sandbox = Commanded(row.id, row.uid, info=row)
    sandbox.jobs.jobs.append(ScriptedJob(1, "serve"))
    shown.cluster.compute.sandbox.known[row.id] = sandbox
    for key in (*OPENING, *BARS):
        await shown.press(key)
        assert shown.text.strip(), key
        if look is not None:
            look(key)
        await shown.press("escape")
        for _ in range(3):
            if len(shown.app.screen_stack) > 1:
                await shown.press("escape")
        assert len(shown.app.screen_stack) == 1, key


async def test_toasts_lie_over_no_button_and_not_over_the_cursor() -> None:
    async with dashboard(ROWS) as shown:

        def clear() -> bool:
            toasts = [toast.region for toast in shown.app.screen.query("Toast") if toast.region]
            needed = [button.region for button in shown.app.screen.query("Button")]
            table = shown.app.screen.query("SandboxTable")
            needed += [Region(0, shown.table.region.y + 1 + shown.table.cursor_line, 80, 1)] if table else []
            needed.append(Region(0, 0, 80, 1))
            return bool(toasts) and not any(toast.overlaps(region) for toast in toasts for region in needed)

        shown.app.notify("A sentence of some length\nin\nfour\nlines", timeout=60)
        await shown.press("c")
        await shown.until(lambda: bool(shown.app.screen.query("CreateScreen #answer Button")) and clear())
        await shown.press("escape", "z", "end")
        await shown.until(lambda: shown.table.cursor_line > 15 and clear())
        await shown.press("home")
        await shown.until(lambda: shown.table.cursor_line == 0 and clear())


async def test_toasts_make_way_for_the_cursor_of_each_list_with_the_key_that_moves_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def clear(view: Widget) -> bool:
        assert isinstance(view, HasCursor)
        here = Region(0, view.content_region.y + view.pointed_line, 80, 1)
        return not any(toast.region.overlaps(here) for toast in shown.app.screen.query("Toast"))

    async with dashboard(ROWS, size=(80, 18)) as shown:
        shown.app.notify("A sentence of some length\nin\nfour\nlines", timeout=60)
        # Without the look that is taken a moment after each key.
        monkeypatch.setattr(DashboardApp, "set_timer", Mock())
        lists = (("z", "z", SandboxTable), ("o", "escape", ColumnList), ("i", "escape", DocumentView))
        for opening, closing, kind in lists:
            await shown.press(opening)
            await shown.until(lambda kind=kind: bool(shown.app.screen.query(kind) and shown.app.screen.query("Toast")))
            view = shown.app.screen.query_one(kind)
            for key in ("end", "up", "home"):
                await shown.press(key)
                await shown.until(lambda view=view: clear(view))
            await shown.press(closing)


async def test_every_screen_opens_and_closes_at_20_by_6() -> None:
    async with dashboard(ROWS, size=(20, 6), contexts=[]) as shown:
        await shown.until(lambda: any("20x6" in sentence for sentence in shown.said))
        await open_each(shown)
        await shown.pilot.resize_terminal(1, 1)
        await shown.pilot.resize_terminal(80, 24)
        await shown.until(lambda: "F8 Destroy" in shown.lines[-1])
        assert ROWS[0].name in shown.text


async def test_ascii_in_the_settings_and_80_by_24_do_for_every_screen() -> None:
    async with dashboard(ROWS, contexts=[], settings=Settings(ascii=True)) as shown:
        seen: set[str] = set()

        def look(key: str) -> None:
            others = {letter for letter in shown.text if not letter.isascii()}
            assert not others, (key, others, shown.text)
            if len(shown.app.screen_stack) > 1:
                for widget in shown.app.screen.focus_chain:
                    within(key, widget)

        def within(key: str, widget: Widget) -> None:
            if widget.region:
                seen.add(key)
                # What scrolls comes into view with the focus.
                scrolls = any(isinstance(parent, ScrollableContainer) for parent in widget.ancestors)
                high = range(1000) if scrolls else range(25)
                assert widget.region.x >= 0, (key, widget)
                assert widget.region.right <= 80, (key, widget)
                assert widget.region.bottom in high, (key, widget, widget.region)

        await open_each(shown, look)
        assert {"c", "u", "f", "p", "f8", "m", "o", "exclamation_mark"} <= seen
        await shown.press("enter", *"ls", "enter")
        sandbox = shown.cluster.compute.sandbox.known[ROWS[0].id]
        assert isinstance(sandbox, Commanded)
        command = await sandbox.shell.command(0)
        command.out(b"a file\n")
        await shown.until(lambda: "a file" in shown.text)
        look("a card that runs")
        command.exit(3)
        await shown.until(lambda: "exit 3" in shown.text)
        look("a card that has ended")


async def test_at_60_by_15_there_are_rows_a_prompt_and_keys_and_it_is_said_once_that_it_is_small() -> None:
    async with dashboard(ROWS, glyphs=ASCII) as shown:
        assert shown.said == []
        await shown.pilot.resize_terminal(79, 24)
        await shown.until(lambda: len(shown.said) == 1)
        assert shown.said == ["This terminal is 79x24. Dialogues need 80x24 to be seen whole."]
        await shown.pilot.resize_terminal(60, 15)
        await shown.until(lambda: len(shown.lines) == 15 and "? Help" in shown.lines[-1])
        assert ROWS[0].name in shown.text
        assert "$" in shown.text
        assert "kind-test" in shown.lines[0]
        assert len(shown.said) == 1
