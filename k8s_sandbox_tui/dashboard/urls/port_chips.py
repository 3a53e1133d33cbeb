"""The suggested ports in a line, to be clicked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events


class PortChips(Widget):
    """Port numbers side by side; the ones used before first, the present one marked."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    PortChips { height: 1; width: 1fr; pointer: pointer; text-wrap: nowrap; text-overflow: clip; }
    """

    port: reactive[int | None] = reactive(None)

    @dataclass
    class Picked(Message):
        """A port was clicked."""

        port: int

    def __init__(self, recent: Sequence[int], common: Sequence[int], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._chips = [(port, True) for port in recent] + [(port, False) for port in common]

    def render(self) -> Content:
        """The numbers, each with a cell of space at both sides."""
        return Content.assemble(*((f" {port} ", self._style(port, recent)) for port, recent in self._chips))

    def _style(self, port: int, recent: bool) -> str:  # noqa: FBT001
        if port == self.port:
            return "bold $foreground on $primary 30%"
        return "$foreground" if recent else "$foreground-muted"

    def on_click(self, event: events.Click) -> None:
        """Tell which port is under the mouse."""
        x = 0
        for port, _ in self._chips:
            x += len(str(port)) + 2
            if event.x < x:
                self.post_message(self.Picked(port))
                return
