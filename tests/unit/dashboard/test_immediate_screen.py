"""When a screen that answers keys at once is painted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.app import App, ComposeResult
from textual.containers import Container
from textual.css.stylesheet import Stylesheet
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Button, Static

from k8s_sandbox_tui.dashboard.immediate_screen import ImmediateScreen

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest
    from textual.dom import DOMNode
    from textual.events import Idle


class Line(Widget):
    text: reactive[str] = reactive("begun")

    def __init__(self) -> None:
        super().__init__()
        self.painted: asyncio.Queue[str] = asyncio.Queue()

    def render(self) -> str:
        self.painted.put_nowait(self.text)
        return self.text


class Frameless(ImmediateScreen[None]):
    """A screen for which Textual's next frame never comes."""

    begun = False

    async def on_idle(self, event: Idle) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        if self.begun:
            await super().on_idle()
            event.prevent_default()


class OneLine(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.frameless = Frameless()

    def get_default_screen(self) -> Frameless:
        return self.frameless

    def compose(self) -> ComposeResult:
        yield Line()


async def test_what_changes_right_after_a_write_does_not_wait_for_textuals_frame() -> None:
    async with (app := OneLine()).run_test():
        line = app.query_one(Line)
        app.frameless.begun = True
        for text in ("first", "second", "third"):
            line.text = text
            async with asyncio.timeout(60):
                while await line.painted.get() != text:
                    pass


class TwoSides(OneLine):
    CSS = """
    .side { background: black; &:focus-within { background: red; } }
    .side:focus-within .title { color: yellow; }
    """

    def compose(self) -> ComposeResult:
        for name in ("left", "right"):
            with Container(id=name, classes="side"):
                yield Static("title", classes="title")
                yield Static("text")
                yield Button("press", id=f"{name}-button")


async def test_the_focus_styles_what_speaks_of_it_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (app := TwoSides()).run_test() as pilot:
        styled: list[DOMNode] = []
        update = Stylesheet.update_nodes

        def noted(self: Stylesheet, nodes: Iterable[DOMNode], animate: bool = False) -> None:
            asked = list(nodes)
            styled.extend(asked)
            update(self, asked, animate)

        app.query_one("#left-button").focus()
        await pilot.pause()
        monkeypatch.setattr(Stylesheet, "update_nodes", noted)
        app.query_one("#right-button").focus()
        await pilot.pause()
        colours = [
            (app.query_one(f"#{name}").styles.background.hex, app.query_one(f"#{name} .title").styles.color.hex)
            for name in ("left", "right")
        ]
        assert colours[1] == ("#FF0000", "#FFFF00")
        assert colours[0][0] == "#000000"
        assert colours[0][1] != colours[1][1]
        assert {str(node.content) for node in styled if isinstance(node, Static)} == {"title"}
        assert {node.id for node in styled if node.id} >= {"left", "right"}
