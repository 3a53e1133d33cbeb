"""Modal screens that open in steps, none of which keeps the event loop for longer than a frame."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from operator import attrgetter
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar

from textual.screen import ModalScreen, Screen, ScreenResultType

from k8s_sandbox_tui.dashboard.dimmed import Dimmed
from k8s_sandbox_tui.dashboard.key_source import key_commands

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from textual import events, getters
    from textual.app import App
    from textual.command import Provider
    from textual.geometry import Size
    from textual.visual import Visual

# Its type is not told in full.
_POST_REGISTER = attrgetter("_post_register")

STEP = 0.004
"""Seconds of drawing, after which others have a turn."""

SETTLING = 3
"""Turns of the event loop in which all that was mounted has told what it needs."""


class InSteps(Screen[ScreenResultType]):
    """Styles, lays out and paints a modal screen once, one after the other. To stand behind its class as a base.

    Textual styles all of it twice when it opens, lays it out three times and paints it twice, and keeps the event loop
    for most of that.
    """

    if TYPE_CHECKING:
        app = getters.app(App[object])

    _resumed_before = False
    _may_lay_out = True
    _may_paint = True

    def _post_register(self, app: App[object]) -> None:
        """Read its style sheet before all that is in it is styled.

        Textual does so once the screen is registered. From Python 3.12 on its tasks begin at once, and what is in the
        screen is mounted by then.
        """
        _POST_REGISTER(super())(app)
        for path in self.css_path:
            if not app.stylesheet.has_source(str(path)):
                app.stylesheet.read(path)

    def _render(self) -> Visual:
        """What lies below, dimmed."""
        below = self._screens_below
        background = self.styles.background
        if not below or background.a == 1:
            return super()._render()
        return Dimmed(below[-1]._compositor.render_strips(), background)  # noqa: SLF001 - nothing else has them

    @property
    def _screens_below(self) -> list[Screen[object]]:
        stack = self.app.screen_stack
        return stack[: stack.index(self)] if self in stack else []

    def _on_screen_resume(self, event: events.ScreenResume) -> None:
        """The first time put off what takes long."""
        if not self._resumed_before:
            self._resumed_before = True
            self._may_lay_out = False
            # What is in it was styled when it was mounted; it itself was before its own style sheet was read.
            event.refresh_styles = False
            self.app.stylesheet.update_nodes([self])
            self.call_later(self._open_in_steps)

    async def _open_in_steps(self) -> None:
        for _ in range(SETTLING):
            await asyncio.sleep(0)
        self._may_lay_out = True
        if not self.is_attached:
            return
        self._layout_required = self._repaint_required = False
        # Those that are new, which is all of them, would have everything arranged a second time.
        self._dirty_widgets.clear()
        with self._not_painting():
            self._refresh_layout(self.app.size)
        await self._paint_in_steps()

    async def _paint_in_steps(self) -> None:
        """Have all draw themselves, who keep that; what is left then is to put it together."""
        await asyncio.sleep(0)
        if self.is_active:
            began = perf_counter()
            for screen in (*self._screens_below, self):
                for widget, (region, clip) in screen._compositor.visible_widgets.items():  # noqa: SLF001 - as above
                    if perf_counter() - began >= STEP:
                        await asyncio.sleep(0)
                        began = perf_counter()
                    if widget.is_attached:
                        widget.render_lines(region.intersection(clip).translate(-region.offset))
            await asyncio.sleep(0)
        if self.is_attached:
            self._compositor_refresh()
            await asyncio.sleep(0)

    @contextmanager
    def _not_painting(self) -> Generator[None]:
        """Leave painting to a later turn."""
        self._may_paint = False
        try:
            yield
        finally:
            self._may_paint = True

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:  # noqa: FBT001, FBT002
        if self._may_lay_out:
            super()._refresh_layout(size, scroll)

    def _compositor_refresh(self) -> None:
        if self._may_paint and self._may_lay_out:
            super()._compositor_refresh()
        else:
            # What they are to draw again has been told, or all is new.
            self._dirty_widgets.clear()

    def _on_timer_update(self) -> None:
        much = self._layout_required or self._repaint_required or self in self._dirty_widgets
        if not (much and self._may_lay_out and self.is_active):
            super()._on_timer_update()
            return
        with self._not_painting():
            super()._on_timer_update()
        self.call_later(self._paint_in_steps)

    async def _on_resize(self, event: events.Resize) -> None:
        """Lay out again where the size is another one: the first tells of the one it was laid out for."""
        if event.size == self._compositor.size:
            event.stop()
            event.prevent_default()


class Dialogue(ModalScreen[ScreenResultType], InSteps[ScreenResultType]):
    """A modal screen that opens in steps, and has what its keys do in the palette."""

    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {key_commands}
