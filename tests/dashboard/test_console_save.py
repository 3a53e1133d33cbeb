"""Saving a command's output: whole, as text or as it came, for its owner alone, and never over something else."""

from __future__ import annotations

import asyncio
import hashlib
import re
import threading
from typing import TYPE_CHECKING

import pytest
from textual import events

from k8s_sandbox_tui.dashboard.console import saving
from k8s_sandbox_tui.dashboard.console.keeping import Limits
from k8s_sandbox_tui.dashboard.console.messages import CommandFinished
from k8s_sandbox_tui.dashboard.console.recording import Recording
from tests.dashboard.console_host import ConsoleApp, notifications, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

OUTPUT = b"\x1b[31mred\x1b[0m\n10%\r20%\n\xff\xfe\n" + b"line\n" * 500


@pytest.fixture
def app(tmp_path: Path) -> ConsoleApp:
    return ConsoleApp(tmp_path / "history.jsonl", limits=Limits(lines=100))


@pytest.fixture
async def pilot(app: ConsoleApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pilot[None]]:
    """A command has ended, whose first lines are no longer shown; the dashboard runs in an empty folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    async with app.run_test(size=(100, 24), notifications=True) as pilot:
        app.console_pane.start("npm run  build:all")
        (await app.host.command(0)).out(OUTPUT).err(b"to stderr\n").exit(0)
        await until(pilot, lambda: any(isinstance(message, CommandFinished) for message in app.heard))
        await pilot.pause()
        await pilot.press("shift+up", "s")
        await pilot.pause()
        yield pilot


def bar(app: ConsoleApp) -> str:
    return app.screen_text()[-2]


async def write(pilot: Pilot[None], path: str) -> None:
    await pilot.press("ctrl+u")
    field = pilot.app.focused
    assert field is not None
    field.post_message(events.Paste(path))
    await pilot.pause()


async def saved(pilot: Pilot[None], app: ConsoleApp) -> str:
    await until(pilot, lambda: bool(notifications(app)))
    await pilot.pause()
    return notifications(app)[-1]


async def test_the_whole_output_is_saved_as_text_under_a_name_made_of_the_command_or_as_it_came(
    pilot: Pilot[None], app: ConsoleApp, tmp_path: Path
) -> None:
    assert bar(app).startswith(" Save text to npm-run-build-all-")
    await pilot.press("enter")
    said = await saved(pilot, app)
    file = next((tmp_path / "here").iterdir())
    assert said == f"Saved 2.5 kB to {file}."
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == "red\n20%\n\ufffd\ufffd\n" + "line\n" * 500 + "to stderr\n"
    assert app.console_pane.query_one("#console-output").has_focus
    assert "Save" not in bar(app)
    app.clear_notifications()
    await pilot.press("s", "ctrl+t")
    assert bar(app).startswith(" Save bytes to")
    await write(pilot, "out.bin")
    await pilot.press("enter")
    await saved(pilot, app)
    assert (tmp_path / "here" / "out.bin").read_bytes() == OUTPUT + b"to stderr\n"


async def test_the_whole_of_a_large_output_is_saved_and_keys_are_answered_meanwhile(
    app: ConsoleApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10 MB, of which a hundred lines are kept on the screen."""
    monkeypatch.chdir(tmp_path)
    block = b"".join(b"%01023d\n" % number for number in range(2**10))
    async with app.run_test(size=(100, 24), notifications=True) as pilot:
        app.console_pane.start("flood")
        command = await app.host.command(0)
        for number in range(10):
            command.out(b"block %d\n" % number).out(block)
        command.exit(0)
        await until(pilot, lambda: any(isinstance(message, CommandFinished) for message in app.heard))
        assert len(app.console_pane.cards[0].scrollback) == 100
        held, reached = threading.Event(), threading.Event()
        read = Recording.read_block

        def hold(recording: Recording, position: int, size: int) -> bytes:
            """The disk takes its time in the middle of it."""
            if position > 2**22:
                reached.set()
                assert held.wait(60)
            return read(recording, position, size)

        monkeypatch.setattr(Recording, "read_block", hold)
        await pilot.press("shift+up", "s", "ctrl+t")
        await write(pilot, "flood.bin")
        await pilot.press("enter")
        await until(pilot, reached.is_set)
        assert re.search(r"saving, \d\d %", bar(app))
        await pilot.click("#console-command")
        await pilot.press(*"ls", "enter")
        (await app.host.command(1)).out(b"answered\n").exit(0)
        await until(pilot, lambda: "│ answered" in app.screen_text())
        assert notifications(app) == []
        held.set()
        assert await saved(pilot, app) == f"Saved 10 MB to {tmp_path / 'flood.bin'}."
        expected = hashlib.sha256()
        for number in range(10):
            expected.update(b"block %d\n" % number + block)
        assert hashlib.sha256((tmp_path / "flood.bin").read_bytes()).digest() == expected.digest()


async def test_a_file_that_is_there_is_replaced_only_when_asked_again(
    pilot: Pilot[None], app: ConsoleApp, tmp_path: Path
) -> None:
    there = tmp_path / "here" / "notes"
    there.write_text("precious")
    await write(pilot, "notes")
    await pilot.press("enter")
    await until(pilot, lambda: "The file exists: Enter again replaces it." in bar(app))
    assert there.read_text() == "precious"
    await pilot.press("2")
    assert "exists" not in bar(app)
    await pilot.press("backspace", "enter")
    await until(pilot, lambda: "exists" in bar(app))
    assert there.read_text() == "precious"
    await pilot.press("enter")
    await saved(pilot, app)
    assert there.read_text().endswith("to stderr\n")
    assert there.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in there.parent.iterdir()] == ["notes"]


UNWRITABLE = {
    "": "Type the name of a file.",
    ".": "That is a folder: add the name of a file.",
    "no/such/file": "There is no such folder.",
    "notes/file": "Not saved: Not a directory.",
    "x" * 300: "Not saved: File name too long.",
}


async def test_what_cannot_be_written_says_why_and_can_be_mended(
    pilot: Pilot[None], app: ConsoleApp, tmp_path: Path
) -> None:
    (tmp_path / "here" / "notes").touch()
    for path, reason in UNWRITABLE.items():
        await write(pilot, path)
        await pilot.press("enter")
        await until(pilot, lambda reason=reason: bar(app).endswith(f"! {reason}"))
    # What is no regular file is not replaced, even when asked again.
    await write(pilot, "/dev/null")
    await pilot.press("enter")
    await until(pilot, lambda: "exists" in bar(app))
    await pilot.press("enter")
    await until(pilot, lambda: bar(app).endswith("! That is not a regular file."))
    await write(pilot, "good")
    await pilot.press("enter")
    await saved(pilot, app)
    assert (tmp_path / "here" / "good").exists()


async def test_escape_ends_it_and_leaves_no_part_of_a_file(
    pilot: Pilot[None], app: ConsoleApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = asyncio.Event()

    async def hang() -> None:
        await stuck.wait()

    monkeypatch.setattr(saving, "let_others_run", hang)
    monkeypatch.setattr(saving, "TURN_SECONDS", -1.0)
    await pilot.press("enter")
    await until(pilot, lambda: bool(list((tmp_path / "here").iterdir())))
    await pilot.press("escape")
    await until(pilot, lambda: not list((tmp_path / "here").iterdir()))
    assert "Save" not in bar(app)
    assert notifications(app) == []


async def test_what_is_not_in_the_file_is_said_and_what_a_command_has_printed_so_far_is(
    pilot: Pilot[None], app: ConsoleApp, tmp_path: Path
) -> None:
    recording = app.console_pane.cards[0].recording
    assert recording is not None
    recording.drop("the output of later commands took its room")
    await write(pilot, "rest")
    await pilot.press("enter")
    said = await saved(pilot, app)
    assert said.endswith("rest, but earlier lines are not in it: they are no longer kept.")
    assert len((tmp_path / "here" / "rest").read_text().splitlines()) == 100
    app.clear_notifications()
    await pilot.press("escape")
    app.console_pane.start("tail -f log")
    command = await app.host.command(1)
    command.out(b"so far\nand not y")
    await until(pilot, lambda: "│ and not y" in app.screen_text())
    await pilot.press("shift+up", "s")
    await write(pilot, "log")
    await pilot.press("enter")
    await saved(pilot, app)
    assert (tmp_path / "here" / "log").read_text() == "so far\nand not y\n"
    command.exit(0)
