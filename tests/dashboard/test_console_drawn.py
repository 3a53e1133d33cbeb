"""What of output is drawn, cell by cell, and how often: colours, stderr, directories, floods, and jobs side by side."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

import pytest
from rich.color import Color

from k8s_sandbox_tui.dashboard.console.output import FLUSH_SECONDS, OutputView
from tests.dashboard.console_host import ConsoleApp, until

if TYPE_CHECKING:
    from pathlib import Path

    from rich.style import Style
    from textual._compositor import Compositor
    from textual.geometry import Region
    from textual.strip import Strip


@pytest.fixture
def app(tmp_path: Path) -> ConsoleApp:
    return ConsoleApp(tmp_path / "history.jsonl")


def look_of(app: ConsoleApp, text: str) -> Style:
    """The style in which a text is on the screen."""
    compositor = cast("Compositor", vars(app.screen)["_compositor"])
    for strip in compositor.render_strips():
        for segment in strip:
            if segment.text.strip() == text and segment.style is not None:
                return segment.style
    raise AssertionError(text)


async def test_colours_are_those_that_came_and_stderr_looks_different(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x", "enter")
        command = await app.host.command(0)
        command.out(
            b"\x1b[38;2;1;2;3mexact\x1b[0m\n\x1b[1;38;5;208mbold\x1b[22;39m\n\x1b[48;5;21mground\x1b[0m\nplain\n"
        )
        command.err(b"complaint \x1b[38;2;4;5;6mown\x1b[m\n").exit(0)
        await until(pilot, lambda: any(line.startswith("└ exit 0") for line in app.screen_text()))
        await pilot.pause()
        plain, complaint = look_of(app, "plain"), look_of(app, "complaint")
        assert look_of(app, "exact").color == Color.from_rgb(1, 2, 3)
        bold = look_of(app, "bold")
        assert bold.bold
        assert bold.color is not None
        assert bold.color.get_truecolor() == Color.from_ansi(208).get_truecolor()
        ground = look_of(app, "ground")
        assert ground.bgcolor is not None
        assert ground.bgcolor.get_truecolor() == Color.from_ansi(21).get_truecolor()
        assert (ground.color, plain.bold) == (plain.color, None)
        # By a colour, and where there is none, by a sign.
        assert complaint.color not in {None, plain.color}
        assert look_of(app, "own").color == Color.from_rgb(4, 5, 6)
        assert "! complaint own" in app.screen_text()
        assert "│ plain" in app.screen_text()


async def test_the_header_has_the_directory_where_there_is_room(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"cd /srv", "enter")
        (await app.host.command(0)).out(b"/srv/application\n").exit(0)
        await until(pilot, lambda: any(line.startswith("└ exit 0") for line in app.screen_text()))
        await pilot.press("l", "s", "enter")
        (await app.host.command(1)).exit(0)
        await until(pilot, lambda: any(line.startswith("$ ls") for line in app.screen_text()))

        def header() -> str:
            return next(line for line in app.screen_text() if line.startswith("$ ls"))

        assert "/srv/application" in header()
        await pilot.resize_terminal(40, 24)
        await pilot.pause()
        assert "/srv" not in header()
        assert "computesdk-sbx" in header()


async def test_a_flood_is_drawn_in_batches(app: ConsoleApp, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    render_lines = OutputView.render_lines

    def counted(view: OutputView, crop: Region) -> list[Strip]:
        painted.append(crop.height)
        return render_lines(view, crop)

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x", "enter")
        command = await app.host.command(0)
        await until(pilot, lambda: any(line.startswith("└ running") for line in app.screen_text()))
        monkeypatch.setattr(OutputView, "render_lines", counted)
        began = time.monotonic()
        for number in range(20_000):
            command.out(b"line %d\n" % number)
        command.exit(0)
        await until(pilot, lambda: any(line.startswith("└ exit 0") for line in app.screen_text()))
        passed = time.monotonic() - began
        assert any(line.startswith("│ line 19999") for line in app.screen_text())
        # On any machine: one for each time that output is flushed, the first, the last and those of the clock.
        assert len(painted) <= 2 * passed / FLUSH_SECONDS + 5
        assert len(painted) < 1000
