"""A Textual app that draws no more than its terminal takes."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Protocol

from textual.app import App, ReturnType

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType
    from textual.screen import Screen


# Its type is not told in full.
_DISPLAY = attrgetter("_display")


class Pace(Protocol):
    """How fast a terminal takes what is drawn."""

    @property
    def behind(self) -> bool:
        """Whether something has waited for it for long, and what would be drawn now would for longer."""
        ...

    def when_caught_up(self, call: Callable[[], None], /) -> None:
        """Have something called in the app's loop once it has taken all."""
        ...


class PacedApp(App[ReturnType]):
    """Base of the dashboard's app.

    Over a slow line, what is drawn now would be seen when all that was drawn before has passed. It is left out, and
    the screen is drawn as it is then.
    """

    pace: Pace | None = None
    """The terminal's; None where that is not known."""
    _left_out = False

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if self.pace is None or not self.pace.behind:
            _DISPLAY(super())(screen, renderable)
            return
        if not self._left_out:
            self._left_out = True
            self.pace.when_caught_up(self._draw_all)
        self.post_display_hook()

    def _draw_all(self) -> None:
        self._left_out = False
        self.refresh(layout=True)
