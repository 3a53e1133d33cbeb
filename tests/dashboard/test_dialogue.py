"""Dialogues open in steps; what comes of it is what Textual's own modal screens show, and no key is lost."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, cast
from unittest.mock import Mock

import pytest
from textual._compositor import Compositor, LayoutUpdate
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.css.stylesheet import Stylesheet
from textual.events import Key
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from k8s_sandbox_tui.dashboard.ahead import UNTOUCHED, begin
from k8s_sandbox_tui.dashboard.choice import Choice
from k8s_sandbox_tui.dashboard.create.screen import CreateScreen
from k8s_sandbox_tui.dashboard.create.text_field import TextField
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.urls.screen import UrlScreen
from tests.dashboard.scripted import dashboard, sandbox_info

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot
    from textual.signal import Signal
    from textual.strip import Strip

RENDER = cast("Callable[..., object]", vars(Compositor)["render_update"])
STYLE = """
.asked { align: center middle; }
.asked > Vertical { width: 24; height: auto; max-height: 80%; border: round red; }
"""


def asked() -> ComposeResult:
    with Vertical():
        yield Static("a question\n" * 9)
        yield Input("an answer")


class Plain(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield from asked()


class Stepwise(Dialogue[None]):
    def compose(self) -> ComposeResult:
        yield from asked()


class Below(App[None]):
    CSS = STYLE

    def __init__(self, theme: str) -> None:
        super().__init__()
        self.theme = theme

    def compose(self) -> ComposeResult:
        yield Static("[bold red]red[/] [on blue]on blue[/] [@click=app.bell]a link[/]\n" * 30, id="text")


async def pictures(pilot: Pilot[None], screen: Screen[None]) -> list[list[Strip]]:
    """Of a screen over another: opened, with another one over it, with something new below, and in another size."""
    app = pilot.app
    screen.add_class("asked")
    await app.push_screen(screen)
    screen.query_one(Input).cursor_blink = False
    taken: list[list[Strip]] = []

    async def take() -> None:
        await pilot.pause()
        compositor = vars(app.screen)["_compositor"]
        update = RENDER(compositor, full=True, screen_stack=app.screen_stack[:-1], simplify=True)
        assert isinstance(update, LayoutUpdate)
        taken.append([strip for line in update.strips for strip in line])

    await take()
    over = type(screen)().add_class("asked")
    await app.push_screen(over)
    over.query_one(Input).cursor_blink = False
    await take()
    over.dismiss()
    await take()
    app.screen_stack[0].query_one("#text", Static).update("another text, which is long enough to be seen\n" * 30)
    await take()
    await pilot.resize_terminal(46, 12)
    await take()
    return taken


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
async def test_a_dialogue_looks_as_a_modal_screen_of_textual_does(theme: str) -> None:
    taken: list[list[list[Strip]]] = []
    for kind in (Plain, Stepwise):
        async with Below(theme).run_test(size=(50, 14)) as pilot:
            taken.append(await pictures(pilot, kind()))
    plain, stepwise = taken
    assert plain == stepwise
    opened, _, closed, changed, resized = stepwise
    assert opened == closed
    assert closed != changed
    assert changed != resized


async def test_dialogues_over_each_other_are_painted_when_something_changes_and_not_all_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    painted: list[object] = []

    def counted(compositor: object, *arguments: object, **options: object) -> object:
        painted.append(compositor)
        return RENDER(compositor, *arguments, **options)

    async with Below("textual-light").run_test(size=(50, 14)) as pilot:
        for _ in range(2):
            await pilot.app.push_screen(dialogue := Stepwise())
            dialogue.query_one(Input).cursor_blink = False
            await pilot.pause()
        monkeypatch.setattr(Compositor, "render_update", counted)
        # Twelve frames; what opening them has left to paint is not among what counts.
        await pilot.pause(0.2)
        assert len(painted) < 5


async def test_what_is_typed_while_the_create_form_opens_is_in_its_fields() -> None:
    async with dashboard([sandbox_info(1)]) as shown:
        opened = asyncio.Event()
        changed = cast("Signal[Screen[object]]", shown.app.screen_change_signal)
        changed.subscribe(shown.app, lambda _screen: opened.set(), immediate=True)
        shown.app.post_message(Key("c", "c"))
        await asyncio.wait_for(opened.wait(), 30)
        form = shown.app.screen
        assert isinstance(form, CreateScreen)
        assert not form.is_mounted
        for key in ("p", "tab", "w", "e", "b"):
            shown.app.post_message(Key(key, key if len(key) == 1 else None))
        await shown.until(lambda: form.is_mounted and form.query_one("#image TextField", TextField).text == "web")
        assert form.query_one("#runtime Choice", Choice).value == "python"


async def test_a_dialogue_loaded_ahead_has_no_other_style_sheet_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with dashboard([sandbox_info(1)]) as shown:
        loaded = asyncio.Event()
        monkeypatch.setattr(gc, "freeze", loaded.set)
        begin(shown.app, UrlScreen.__module__, lambda: UNTOUCHED)
        await asyncio.wait_for(loaded.wait(), 30)
        again: list[Stylesheet] = []
        monkeypatch.setattr(Stylesheet, "reparse", again.append)
        await shown.press("u")
        await shown.until(lambda: isinstance(shown.app.screen, UrlScreen) and shown.app.screen.is_mounted)
        assert again == []


class Styled(Dialogue[None]):
    """Has a style sheet of its own, in a file."""

    def compose(self) -> ComposeResult:
        yield Static("as wide as its style sheet says")


async def test_what_is_in_it_is_styled_by_its_own_style_sheet_however_early_it_is_mounted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From Python 3.12 on, what is in a screen is mounted before Textual reads the screen's style sheet."""
    monkeypatch.setattr(App, "_load_screen_css", Mock())
    (sheet := tmp_path / "styled.tcss").write_text("Styled Static { width: 12; }")
    monkeypatch.setattr(Styled, "CSS_PATH", str(sheet))
    async with Below("textual-dark").run_test() as pilot:
        await pilot.app.push_screen(Styled())
        await pilot.pause()
        assert pilot.app.screen.query_one(Static).size.width == 12
