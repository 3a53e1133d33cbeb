"""Settings and what is remembered, as they show on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.dashboard.inside.screen import InsideScreen
from k8s_sandbox_tui.dashboard.memories import SORT, THEME, Sort
from k8s_sandbox_tui.dashboard.remembered import Remembered
from k8s_sandbox_tui.dashboard.settings.model import ConsoleSettings, Settings
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable
from tests.dashboard.commanded import Commanded
from tests.dashboard.scripted import ScriptedCluster, dashboard, sandbox_info

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.dashboard.clipboard import ClipboardWay

ROWS = [sandbox_info(number) for number in range(1, 6)]


async def test_problems_are_told_and_the_dashboard_works() -> None:
    problems = [f"/home/ann/settings.toml: key{number} is no setting" for number in range(5)]
    async with dashboard(ROWS, problems=problems, size=(120, 40)) as shown:
        assert shown.said[:3] == problems[:3]
        assert shown.said[3] == "2 more in the settings; k8s-sandbox-tui settings check lists all."
        assert shown.names == ["1", "2", "3", "4", "5"]


async def test_the_order_is_remembered(tmp_path: Path) -> None:
    memory = Remembered(tmp_path / "remembered.json")
    async with dashboard(ROWS, remembered=memory) as shown:
        assert shown.names == ["1", "2", "3", "4", "5"]
        await shown.press("S")
        assert shown.names == ["5", "4", "3", "2", "1"]
    memory.write()
    async with dashboard(ROWS, remembered=Remembered(tmp_path / "remembered.json")) as shown:
        assert shown.names == ["5", "4", "3", "2", "1"]


async def test_the_order_that_was_clicked_is_remembered() -> None:
    memory = Remembered()
    async with dashboard(ROWS, remembered=memory) as shown:
        await shown.pilot.click(SandboxTable, offset=(shown.lines[shown.table.region.y].index("NAME"), 0))
        assert memory.get(SORT) == Sort("name", descending=False)


async def test_an_order_by_a_column_that_is_gone_is_by_age() -> None:
    memory = Remembered()
    memory.put(SORT, Sort("shoe-size"))
    async with dashboard(ROWS, remembered=memory) as shown:
        assert shown.names == ["1", "2", "3", "4", "5"]


async def test_a_theme_that_was_chosen_is_remembered() -> None:
    memory = Remembered()
    async with dashboard(ROWS, remembered=memory) as shown:
        assert shown.app.theme == "sandbox-dark"
        shown.app.theme = "sandbox-light"
        await shown.pilot.pause()
    assert memory.get(THEME) == "sandbox-light"
    async with dashboard(ROWS, remembered=memory) as shown:
        assert shown.app.theme == "sandbox-light"


@pytest.mark.parametrize(("variable", "theme"), [("", "nord"), ("dracula", "dracula"), ("no-such-theme", "nord")])
async def test_the_setting_goes_before_what_is_remembered_and_the_variable_before_both(
    variable: str, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", variable)
    memory = Remembered()
    memory.put(THEME, "sandbox-light")
    async with dashboard(ROWS, remembered=memory, settings=Settings(theme="nord")) as shown:
        assert shown.app.theme == theme


@pytest.mark.parametrize(("settings", "asked"), [(Settings(), (2.0, True)), (Settings(refresh=5.0), (5.0, False))])
async def test_an_interval_forces_polling(settings: Settings, asked: tuple[float, bool]) -> None:
    async with dashboard(ROWS, settings=settings) as shown:
        assert shown.cluster.compute.asked == [asked]


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("auto", "Sent to the terminal (OSC 52)"),
        ("native", "Not copied: no program"),
        ("osc52", "Sent to the terminal"),
    ],
)
async def test_copies_go_the_way_that_the_settings_allow(
    way: ClipboardWay, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # There is no program that could do it.
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "TMUX", "SSH_TTY", "SSH_CONNECTION"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", "")
    async with dashboard(ROWS, settings=Settings(clipboard=way)) as shown:
        await shown.press("i")
        await shown.until(lambda: isinstance(shown.app.screen, InsideScreen) and ROWS[0].uid in shown.text)
        await shown.press("c")
        await shown.until(lambda: any(one.startswith(said) for one in shown.said))


async def test_the_console_keeps_as_many_lines_as_the_settings_say() -> None:
    cluster = ScriptedCluster()
    sandbox = cluster.compute.sandbox.known[ROWS[0].id] = Commanded(ROWS[0].id, ROWS[0].uid, info=ROWS[0])
    settings = Settings(console=ConsoleSettings(scrollback_lines=100))
    async with dashboard(ROWS, cluster=cluster, settings=settings) as shown:
        await shown.press("enter", "x", "enter")
        (await sandbox.shell.command(0)).out(b"".join([b"line %d\n" % number for number in range(130)])).exit(0)
        await shown.until(lambda: "exit 0" in shown.text)
        await shown.press("shift+tab", "home")
        await shown.until(lambda: "30 earlier lines" in shown.text)
