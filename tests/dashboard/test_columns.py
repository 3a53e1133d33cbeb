"""Choosing the columns through the whole app: by key and mouse, seen at once, remembered, or from the settings."""

from __future__ import annotations

from k8s_sandbox_tui.dashboard.columns.list import ColumnList
from k8s_sandbox_tui.dashboard.columns.screen import ColumnsScreen
from k8s_sandbox_tui.dashboard.remembered import Remembered
from k8s_sandbox_tui.dashboard.settings.model import Settings
from tests.dashboard.scripted import Dashboard, dashboard, sandbox_info

ROWS = [sandbox_info(n, metadata={"owner": "ann" if n % 2 else "bob"}, labels={"team": "search"}) for n in range(1, 21)]


def titles(shown: Dashboard) -> list[str]:
    return shown.lines[shown.table.region.y].replace("▲", "").replace("▼", "").split()


async def test_the_table_follows_at_once_and_enter_keeps_it() -> None:
    remembered = Remembered()
    async with dashboard(ROWS, remembered=remembered) as shown:
        assert titles(shown) == ["NAME", "STATUS", "RUNTIME", "AGE", "EXIT", "NODE"]
        await shown.press("o", "down", "space")
        assert titles(shown) == ["NAME", "RUNTIME", "AGE", "EXIT", "NODE"]
        await shown.press("down", "down", "left_square_bracket", "shift+up")
        assert titles(shown) == ["NAME", "AGE", "RUNTIME", "EXIT", "NODE"]
        await shown.press("plus", *"meta.owner", "enter", "enter")
        assert len(shown.app.screen_stack) == 1
        assert titles(shown) == ["NAME", "AGE", "RUNTIME", "EXIT", "NODE", "OWNER"]
        assert "ann" in shown.cursor
    async with dashboard(ROWS, remembered=remembered) as again:
        assert titles(again) == ["NAME", "AGE", "RUNTIME", "EXIT", "NODE", "OWNER"]
        await again.press("o", "d")
        assert titles(again) == ["NAME", "STATUS", "RUNTIME", "AGE", "EXIT", "NODE"]


async def test_cancelling_or_changing_nothing_leaves_it_to_the_width() -> None:
    async with dashboard(ROWS) as shown:
        before = titles(shown)
        for keys in (["down", "space", "down", "space", "escape"], ["enter"]):
            await shown.press("o", *keys)
            assert titles(shown) == before
            await shown.pilot.resize_terminal(120, 30)
            await shown.until(lambda: "IMAGE" in titles(shown))
            await shown.pilot.resize_terminal(80, 24)
            await shown.until(lambda: titles(shown) == before)


async def test_what_does_not_fit_is_told_and_a_wrong_key_says_what_one_looks_like() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("o", "space")
        assert "The name is always shown." in shown.text
        await shown.press("plus", *"owner", "enter")
        assert "meta.KEY or label.KEY" in shown.text
        assert isinstance(shown.app.screen, ColumnsScreen)
        await shown.press("escape", *["end", "up", "space"] * 1, *["up", "space"] * 3)
        assert "IMAGE, IP and METADATA do not fit" in shown.text
        await shown.press("down", "space")
        assert "IMAGE and METADATA do not fit" in shown.text
        await shown.press("up", "space")
        assert "METADATA does not fit" in shown.text
        await shown.pilot.resize_terminal(200, 24)
        await shown.press("space")
        assert "not fit" not in shown.text


async def test_keys_that_are_seen_are_offered_and_sort() -> None:
    async with dashboard(ROWS, size=(159, 40)) as shown:
        await shown.press("o")
        for words in ("meta.owner", "label.team", "in 20 sandboxes"):
            assert words in shown.text
        await shown.press("plus", *"label.team", "enter", "plus", *"meta.owner", "enter", "enter")
        owner, team = shown.lines[1].index("OWNER"), shown.lines[1].index("TEAM")
        assert shown.lines[2][team:].startswith("search ")
        await shown.pilot.click("SandboxTable", offset=(owner, 0))
        assert "OWNER ▲" in shown.lines[1]
        assert shown.names[:2] == ["1", "3"]
        await shown.press("S")
        assert shown.names[:2] == ["2", "4"]


async def test_the_mouse_shows_hides_and_drags() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("o")
        await shown.pilot.click(ColumnList, offset=(10, 1))
        assert titles(shown) == ["NAME", "RUNTIME", "AGE", "EXIT", "NODE"]
        await shown.pilot.mouse_down(ColumnList, offset=(10, 4))
        await shown.pilot.hover(ColumnList, offset=(10, 2))
        await shown.pilot.mouse_up(ColumnList, offset=(10, 2))
        assert titles(shown) == ["NAME", "EXIT", "RUNTIME", "AGE", "NODE"]


async def test_the_settings_name_the_columns_until_others_are_chosen() -> None:
    settings = Settings(columns=("age", "name", "meta.owner"))
    async with dashboard(ROWS, settings=settings) as shown:
        assert titles(shown) == ["AGE", "NAME", "OWNER"]


async def test_hostile_keys_and_values_are_shown_as_harmless_text() -> None:
    hostile = "a\x1b]52;c;x\x07\x1b[2Jb"
    async with dashboard([sandbox_info(1, metadata={hostile: hostile})], size=(120, 30)) as shown:
        await shown.press("o")
        assert "meta.ab" in shown.text
        await shown.press("end", "space", "enter")
        assert "AB" in titles(shown)
        assert not any(character in shown.text for character in "\x1b\x07")
