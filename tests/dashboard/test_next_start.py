"""What the dialogues leave behind for the next start of the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.create.presets_screen import PresetsScreen
from k8s_sandbox_tui.dashboard.create.screen import CreateScreen
from k8s_sandbox_tui.dashboard.main_screen import MainScreen
from k8s_sandbox_tui.dashboard.remembered import Remembered
from k8s_sandbox_tui.dashboard.urls.screen import UrlScreen
from k8s_sandbox_tui.provider.config import K8sConfig
from tests.dashboard.scripted import Dashboard, ScriptedCluster, dashboard, sandbox_info

if TYPE_CHECKING:
    from pathlib import Path

    from textual.dom import DOMNode

INFO = sandbox_info(1)


def with_urls() -> ScriptedCluster:
    cluster = ScriptedCluster()
    cluster.compute.config = K8sConfig(url_template="{protocol}://{service}.example:{port}")
    return cluster


async def on(shown: Dashboard, screen: type[DOMNode]) -> None:
    await shown.until(lambda: isinstance(shown.app.screen, screen))
    await shown.pilot.pause()


async def test_presets_and_recent_ports_are_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state" / "remembered.json"
    remembered = Remembered(file)
    async with dashboard([INFO], cluster=with_urls(), remembered=remembered) as shown:
        await shown.press("c")
        await on(shown, CreateScreen)
        await shown.press("right", "enter", *"img:1", "ctrl+t")
        await on(shown, PresetsScreen)
        await shown.press(*"nightly", "enter")
        await on(shown, CreateScreen)
        await shown.press("escape")
        await on(shown, MainScreen)
        await shown.press("u")
        await on(shown, UrlScreen)
        await shown.press(*"9090", "tab", "right", "enter")
        await on(shown, MainScreen)
    # As `run` does at the end.
    remembered.write()
    assert file.stat().st_mode & 0o777 == 0o600
    async with dashboard([INFO], cluster=with_urls(), remembered=Remembered(file)) as shown:
        await shown.press("c")
        await on(shown, CreateScreen)
        assert "img:1" not in shown.text
        await shown.press("ctrl+t")
        await on(shown, PresetsScreen)
        assert "nightly" in shown.text
        await shown.press("enter")
        await shown.until(lambda: "img:1" in shown.text)
        await shown.press("escape")
        await on(shown, MainScreen)
        await shown.press("u")
        await on(shown, UrlScreen)
        await shown.until(lambda: "https://" in shown.text and ":9090" in shown.text)
