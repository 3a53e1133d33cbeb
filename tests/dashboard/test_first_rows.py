"""What an opening brings besides rows comes after them, and at once where it is needed sooner."""

from __future__ import annotations

import pytest

from k8s_sandbox_tui.dashboard import ahead, cluster_screen
from tests.dashboard.scripted import Dashboard, Update, dashboard, sandbox_info


def has_console(shown: Dashboard) -> bool:
    return bool(shown.app.screen.query("ConsolePane PromptLine"))


@pytest.fixture
def rows_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_screen, "FIRST_ROWS", 600.0)


@pytest.mark.usefixtures("rows_take_long")
async def test_console_and_rights_come_after_the_first_rows_and_move_nothing() -> None:
    async with dashboard() as shown:
        await shown.until(lambda: bool(shown.cluster.compute.inventories))
        await shown.pilot.pause()
        assert not has_console(shown)
        assert shown.cluster.compute.rights_asked == []
        before = shown.table.region
        await shown.put_rows([sandbox_info(1)])
        await shown.until(lambda: has_console(shown) and bool(shown.cluster.compute.rights_asked))
        assert shown.table.region == before


@pytest.mark.usefixtures("rows_take_long")
async def test_a_key_that_needs_the_console_is_not_lost_before_it_is_there() -> None:
    async with dashboard() as shown:
        await shown.until(lambda: bool(shown.cluster.compute.inventories))
        shown.cluster.inventory.put(Update([sandbox_info(1)]))
        await shown.until(lambda: shown.main.selected is not None)
        shown.main.action_console()
        await shown.until(lambda: shown.main.focused is not None and shown.main.focused is not shown.table)
        await shown.pilot.press("l", "s")
        await shown.until(lambda: "$ ls" in shown.text)


async def test_dialogues_are_loaded_once_all_rows_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []

    def begin(*arguments: object) -> None:
        begun.append(arguments)

    monkeypatch.setattr(ahead, "begin", begin)
    async with dashboard(ahead=True) as shown:
        await shown.until(lambda: bool(shown.cluster.compute.inventories))
        await shown.put(Update([sandbox_info(1)], complete=False, freshness="loading"))
        assert begun == []
        await shown.put(Update([sandbox_info(2)]), Update([sandbox_info(3)]))
        await shown.until(lambda: bool(begun))
        assert len(begun) == 1


async def test_they_come_without_rows_too() -> None:
    async with dashboard() as shown:
        await shown.until(lambda: has_console(shown) and bool(shown.cluster.compute.rights_asked))
        assert "Reading" in shown.text
