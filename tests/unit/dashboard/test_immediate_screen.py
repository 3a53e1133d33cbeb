"""When a screen that answers keys at once is painted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.app import App, ComposeResult
from textual.reactive import reactive
from textual.widget import Widget

from k8s_sandbox_tui.dashboard.immediate_screen import ImmediateScreen

if TYPE_CHECKING:
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
            async with asyncio.timeout(30):
                while await line.painted.get() != text:
                    pass
