"""Pasted text: all that it says is taken over, and nothing in it reaches the terminal as more than text."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Input

from k8s_sandbox_tui import dashboard
from k8s_sandbox_tui.dashboard.steady_input import SteadyInput
from tests.dashboard.console_host import ConsoleApp, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = "\n \x1b[31mred\x1b]52;c;aGk=\x07 \x9b5mnul\x00 bell\x07 \u202eturned\tround\nsecond line"
PLAIN = "red nul bell turned round"
MAKEFILE = "cat > Makefile <<-'EOF'\n\tall:\n\t\techo \"a\tb\"\n\tEOF"


class OneField(App[None]):
    def compose(self) -> ComposeResult:
        yield SteadyInput()


def text_fields(kind: type[Input] = Input) -> Iterator[type[Input]]:
    for field in kind.__subclasses__():
        yield field
        yield from text_fields(field)


async def test_a_text_field_takes_the_first_line_without_what_a_terminal_would_obey() -> None:
    app = OneField()
    async with app.run_test() as pilot:
        field = app.query_one(SteadyInput)
        app.post_message(events.Paste(HOSTILE))
        await pilot.pause()
        assert field.value == PLAIN
        field.value = ""
        app.copy_to_clipboard(HOSTILE)
        await pilot.press("ctrl+v")
        assert field.value == PLAIN


def test_every_text_field_of_the_dashboard_is_one_of_those() -> None:
    for module in pkgutil.walk_packages(dashboard.__path__, f"{dashboard.__name__}."):
        importlib.import_module(module.name)
    own = [field for field in text_fields() if field.__module__.startswith(dashboard.__name__)]
    assert len(own) > 10
    assert [field for field in own if not issubclass(field, SteadyInput)] == []


@pytest.mark.parametrize("by_key", [False, True])
async def test_a_command_is_run_with_the_tabs_and_lines_it_was_pasted_with(tmp_path: Path, by_key: bool) -> None:
    app = ConsoleApp(tmp_path / "h.jsonl")
    async with app.run_test(size=(100, 24)) as pilot:
        if by_key:
            app.copy_to_clipboard(MAKEFILE)
            await pilot.press("ctrl+v")
        else:
            app.post_message(events.Paste(MAKEFILE.replace("\n", "\r\n")))
        await pilot.pause()
        assert app.screen_text()[-1].endswith("$ cat > Makefile <<-'EOF'↵⇥all:↵⇥⇥echo \"a⇥b\"↵⇥EOF")
        await pilot.press("enter")
        first = await app.host.command(0)
        assert first.command == MAKEFILE
        first.exit(0)
        # From the history, and from its card, it is the same.
        await pilot.press(*"cat", "up", "enter")
        assert (await app.host.command(1)).command == MAKEFILE
        await pilot.press(*"cat")
        await until(pilot, lambda: app.screen_text()[-1].endswith("⇥EOF"))
        await pilot.press("right", "enter")
        assert (await app.host.command(2)).command == MAKEFILE


@pytest.mark.parametrize("by_key", [False, True])
async def test_what_is_pasted_into_the_command_line_is_harmless(tmp_path: Path, by_key: bool) -> None:
    app = ConsoleApp(tmp_path / "h.jsonl")
    async with app.run_test(size=(100, 24)) as pilot:
        if by_key:
            app.copy_to_clipboard(HOSTILE)
            await pilot.press("ctrl+v")
        else:
            app.post_message(events.Paste(HOSTILE))
        await pilot.pause()
        assert app.screen_text()[-1].endswith("$  red nul bell turned⇥round↵second line")
