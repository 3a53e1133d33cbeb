"""The table's colours: component classes, their CSS, and the styles they come to for the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.looks import LOOKS
from k8s_sandbox_tui.dashboard.table.lines import LineStyles

if TYPE_CHECKING:
    from textual.widget import Widget

TONES = ("calm", "warning", "error")
PARTS = ("text", "muted", "header", "sorted", "cursor", "bar", *LOOKS, *TONES)
CLASSES = {f"table--{part}" for part in PARTS}

CSS = """
SandboxTable {
    background: $background;
    color: $foreground;
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-gutter: stable;
    scrollbar-size-vertical: 1;
    scrollbar-background: $background;
    scrollbar-background-hover: $background;
    scrollbar-background-active: $background;
    & .table--text { color: $foreground; }
    & .table--muted { color: $muted; }
    & .table--header { color: $muted; background: $surface; }
    & .table--sorted { color: $accent; background: $surface; text-style: bold; }
    & .table--cursor { background: $cursor-blurred; }
    & .table--bar { color: $muted; }
    &:focus .table--cursor { background: $cursor-focused; }
    &:focus .table--bar { color: $accent; }
    & .table--failed { color: $status-failed; }
    & .table--unknown { color: $status-unknown; }
    & .table--pending { color: $status-pending; }
    & .table--starting { color: $status-starting; }
    & .table--stopping { color: $status-stopping; }
    & .table--running { color: $status-running; }
    & .table--stopped { color: $status-stopped; }
    & .table--calm { color: $foreground; text-style: bold; }
    & .table--warning { color: $status-pending; text-style: bold; }
    & .table--error { color: $status-failed; text-style: bold; }
}
"""


def line_styles(widget: Widget) -> LineStyles:
    """The styles as the theme and the focus have them now."""
    return LineStyles(widget.rich_style, lambda part: widget.get_component_rich_style(f"table--{part}", partial=True))
