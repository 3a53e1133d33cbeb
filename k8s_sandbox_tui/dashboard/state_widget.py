"""The top line under the mouse: a click on a part leads to what can be changed of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.looks import SHAPES
from k8s_sandbox_tui.dashboard.state_line import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual import events

    from k8s_sandbox_tui.dashboard.state_line import Part

CLICKS: Mapping[str, str] = {
    "cluster": "context",
    "local": "context",
    "place": "namespaces",
    "asked": "filter",
    "live": "refresh",
    "polling": "refresh",
    "stale": "refresh",
    "denied": "refresh",
    "closed": "refresh",
    "read-only": "read_only",
    "forwards": "forwards",
    "marked": "mark_many",
    **{f"status-{shape}": f"filter_by('is:{shape}')" for shape in SHAPES},
    # `is:starting` finds more than what is counted as that, and `is:pending` what is held up too.
    **{f"status-{status}": f"filter_by('status={status}')" for status in ("pending", "starting")},
}
"""What a click on a part does, by its role."""

FILLED = frozenset({"cluster", "local", "read-only", "stale", "denied"})
"""Roles with a ground of their own, which the space around the words is a part of."""


def part_at(parts: Iterable[Part], x: int) -> Part | None:
    """The part that a cell of the line is of; None for the gap before a part, and behind the last one."""
    for text, role in parts:
        width = cell_len(text)
        if x < width:
            return (text, role) if x >= width - cell_len(text.lstrip(" ")) or role in FILLED else None
        x -= width
    return None


class StateLine(Static):
    """Shows the parts; does nothing when they are as before. A click on a part leads to what can be changed of it."""

    DEFAULT_CSS = """
    StateLine {
        height: 1;
        background: $panel;
        color: $foreground;
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """

    class Clicked(Message):
        """A part was clicked that stands for this action."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, markup=False)
        self._parts: list[Part] | None = None

    def show(self, parts: list[Part]) -> None:
        """Show these parts."""
        if parts != self._parts:
            self._parts = parts
            content = Content.assemble(*[(text, ROLES[role]) for text, role in parts])
            self.update(content, layout=False)

    def on_click(self, event: events.Click) -> None:
        """Lead on from the part under the mouse."""
        part = part_at(self._parts or (), event.x)
        if part is not None and (action := CLICKS.get(part[1])):
            self.post_message(self.Clicked(action))
