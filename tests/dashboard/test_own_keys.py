"""Keys that the user has changed: they work, the old ones do not, and every place that shows keys shows them."""

from __future__ import annotations

from textual.command import CommandPalette

from k8s_sandbox_tui.dashboard.columns.screen import ColumnsScreen
from k8s_sandbox_tui.dashboard.destroy_screen import DestroyScreen
from k8s_sandbox_tui.dashboard.help_screen import HelpScreen
from k8s_sandbox_tui.dashboard.keymap import checked_keymap
from k8s_sandbox_tui.dashboard.settings.model import Settings
from tests.dashboard.scripted import dashboard, sandbox_info

ROWS = [sandbox_info(number) for number in range(1, 6)]


def own(**keys: str) -> Settings:
    keymap, problems = checked_keymap({name.replace("_", ".", 1): text for name, text in keys.items()})
    assert not problems
    return Settings(keymap=keymap)


async def test_the_new_keys_work_and_the_old_ones_do_not() -> None:
    async with dashboard(ROWS, settings=own(view_refresh="s,F5", view_sort="r", sandbox_destroy="F9")) as shown:
        await shown.press("s", "f5")
        assert shown.cluster.inventory.refreshes == 2
        await shown.press("f8")
        assert len(shown.app.screen_stack) == 1
        await shown.press("f9")
        await shown.until(lambda: isinstance(shown.app.screen, DestroyScreen))
        await shown.press("escape", "r")
        assert shown.main.store.sort_column.id != "age"


async def test_a_key_of_the_table_moves_the_cursor() -> None:
    async with dashboard(ROWS, settings=own(table_down="N,down")) as shown:
        await shown.press("N", "down", "j")
        assert shown.cursor_uid == ROWS[2].uid


async def test_without_a_key_a_command_is_in_the_palette_alone() -> None:
    async with dashboard(ROWS, settings=own(app_quit="", view_refresh=""), size=(200, 90)) as shown:
        await shown.press("q", "r")
        assert shown.app.is_running
        assert shown.cluster.inventory.refreshes == 0
        assert "Refresh" not in shown.lines[-1]
        assert "unbound" not in shown.text
        assert "^Q Quit" in shown.lines[-1]
        await shown.press("ctrl+p")
        await shown.until(lambda: "Ask the cluster again, now." in shown.text)
        assert "Ask the cluster again, now. (" not in shown.text


async def test_the_key_bar_the_help_and_the_palette_show_them() -> None:
    async with dashboard(ROWS, settings=own(view_refresh="F5", sandbox_create="N"), size=(120, 90)) as shown:
        assert "F5 Refresh" in shown.lines[-1]
        assert "N Create" in shown.lines[-1]
        await shown.press("question_mark")
        assert isinstance(shown.app.screen, HelpScreen)
        line = next(line for line in shown.lines if "Ask the cluster again" in line)
        assert "F5" in line
        await shown.press("escape", "ctrl+p")
        assert isinstance(shown.app.screen, CommandPalette)
        await shown.until(lambda: "Ask the cluster again, now. (F5)" in shown.text)


async def test_keys_that_were_moved_keep_their_place_in_the_bar() -> None:
    async with dashboard(ROWS, size=(120, 24)) as shown:
        usual = shown.lines[-1]
    async with dashboard(ROWS, settings=own(sandbox_create="N", view_filter="F3"), size=(120, 24)) as shown:
        assert shown.lines[-1].split() == usual.replace("c Create", "N Create").replace("/ Filter", "F3 Filter").split()


async def test_keys_of_the_filter_and_of_a_dialogue_move_too_and_the_help_shows_where_to() -> None:
    settings = own(filter_keep="F3", destroy_confirm="F9", destroy_cancel="c", columns_keep="F2", columns_down="n")
    async with dashboard(ROWS, settings=settings, size=(100, 24)) as shown:
        await shown.press("slash", "1", "f3")
        assert shown.table.has_focus
        await shown.press("f8", "y", "n")
        assert isinstance(shown.app.screen, DestroyScreen)
        assert "Cancel (c)" in shown.text
        assert "Destroy (F9)" in shown.text
        await shown.press("c", "o", "n", "space", "enter")
        assert isinstance(shown.app.screen, ColumnsScreen)
        await shown.press("f2", "f8", "f9")
        await shown.until(lambda: bool(shown.cluster.compute.sandbox.destroyed))
        await shown.until(lambda: len(shown.app.screen_stack) == 1)
        await shown.pilot.resize_terminal(100, 420)
        await shown.press("question_mark")
        lines = shown.lines
        assert any("Keep the filter and go to the table." in line and "F3" in line for line in lines)
        title = next(number for number, line in enumerate(lines) if line.strip(" │") == "Destroying")
        assert [line.strip(" │").split()[0] for line in lines[title + 1 : title + 3]] == ["c", "F9"]
