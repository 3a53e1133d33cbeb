"""Copying files from the dashboard: two paths, completed on both sides, progress, cancelling, and the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.dashboard.copying.path_field import PathField
from k8s_sandbox_tui.dashboard.copying.screen import CopyScreen
from k8s_sandbox_tui.provider.files.errors import FileNoSpaceError
from k8s_sandbox_tui.provider.files.transfer import TransferProgress
from tests.dashboard.scripted import Dashboard, ScriptedSandbox, dashboard, sandbox_info

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.dashboard.scripted_files import ScriptedFiles

INFO = sandbox_info(1)
HALF = TransferProgress(path="a", bytes_done=2_000_000, bytes_total=4_000_000, files_done=1, files_total=3)


@pytest.fixture
async def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Dashboard]:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "project/src").mkdir(parents=True)
    (tmp_path / "project/notes.txt").touch()
    async with dashboard([INFO]) as shown:
        sandbox = ScriptedSandbox(INFO.id, INFO.uid)
        sandbox.filesystem.folders = {"/": ["work/", "etc/"], "/work/": ["data.csv", "a b"]}
        shown.cluster.compute.sandbox.known[INFO.id] = sandbox
        await shown.press("p")
        await shown.until(lambda: isinstance(shown.app.screen, CopyScreen))
        yield shown


def files(shown: Dashboard) -> ScriptedFiles:
    return shown.cluster.compute.sandbox.known[INFO.id].filesystem


def value(shown: Dashboard, which: str) -> str:
    return shown.app.screen.query_one(f"#copy-{which}", PathField).input.value


async def test_to_a_sandbox_with_completion_on_both_sides(shown: Dashboard, tmp_path: Path) -> None:
    await shown.press(*"~/p", "tab")
    await shown.until(lambda: value(shown, "local") == "~/project/")
    await shown.press("n", "tab")
    await shown.until(lambda: value(shown, "local") == "~/project/notes.txt")
    # What is whole already lets Tab go on.
    await shown.press("tab")
    await shown.until(lambda: shown.app.screen.focused is shown.app.screen.query_one("#copy-remote PathInput"))
    await shown.press(*"/w", "tab")
    await shown.until(lambda: value(shown, "remote") == "/work/")
    await shown.press("tab")
    await shown.until(lambda: "2 names: Tab and the arrows choose" in shown.text)
    await shown.press("escape")
    files(shown).moved = [HALF]
    await shown.press("enter")
    await shown.until(lambda: " 50%  2.0 MB of 4.0 MB, 1 of 3 files" in shown.text)
    assert files(shown).uploads == [(f"{tmp_path}/project/notes.txt", "/work/notes.txt")]
    files(shown).goes_on.set()
    await shown.until(lambda: "Copied 1 file, 4.2 kB." in shown.text)
    await shown.press("escape")
    assert not isinstance(shown.app.screen, CopyScreen)


async def test_from_a_sandbox_and_errors_in_words(shown: Dashboard, tmp_path: Path) -> None:
    await shown.press("ctrl+s")
    assert "Say which file or directory of this machine." in shown.text
    await shown.pilot.click("#copy-direction")
    await shown.pilot.click("#copy-start")
    await shown.pilot.pause()
    assert "Say where on this machine." in shown.text
    await shown.press(*"~/project", "ctrl+s")
    assert "Say which file or directory of the sandbox." in shown.text
    files(shown).outcome = FileNoSpaceError("No \x1b[2Jspace is left.", path="x")
    files(shown).goes_on.set()
    await shown.press(*"/work/a b", "enter")
    await shown.until(lambda: "No space is left." in shown.text)
    assert files(shown).downloads == [("/work/a b", f"{tmp_path}/project/a b")]


async def test_a_copy_is_cancelled_and_the_dialogue_stays(shown: Dashboard) -> None:
    await shown.press(*"~/project", "enter", *"/new", "enter")
    await shown.until(lambda: bool(files(shown).uploads))
    assert files(shown).uploads[0][1] == "/new"
    assert "Looking at what there is" in shown.text
    await shown.press("escape")
    await shown.until(lambda: files(shown).cancelled)
    assert "Cancelled. No file is left half written." in shown.text
    await shown.press("escape")
    assert not isinstance(shown.app.screen, CopyScreen)
