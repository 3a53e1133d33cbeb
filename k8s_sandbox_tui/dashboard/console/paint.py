"""One row of the console as a strip of styled text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from k8s_sandbox_tui.dashboard.console import sgr
from k8s_sandbox_tui.dashboard.console.layout import Row, RowKind
from k8s_sandbox_tui.dashboard.console.model import CommandCard, CommandState
from k8s_sandbox_tui.dashboard.console.words import duration_words, elapsed_words, ending_words, live_hint, one_line
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from k8s_sandbox_tui.dashboard.console.line import OutputLine

GUTTER = 2
"""Cells before the text of each row: the rail, or the sign of stderr, and a space."""

COMPONENTS = (
    "console--text",
    "console--header",
    "console--command",
    "console--place",
    "console--stderr",
    "console--quiet",
    "console--live",
    "console--good",
    "console--warning",
    "console--bad",
)
"""The component classes whose styles `paint` uses."""

_RAIL = "│ "
_STDERR = "! "
_FOOT = "└ "


def mood(card: CommandCard) -> str:
    """The component class that says at a glance how a card stands."""
    if card.live:
        return "console--warning" if card.state is CommandState.CANCELLING else "console--live"
    if card.state is CommandState.EXITED:
        return "console--good" if card.ending is not None and card.ending.exit_code == 0 else "console--bad"
    return "console--warning" if card.state is CommandState.CANCELLED else "console--bad"


def paint(row: Row, width: int, styles: Mapping[str, Style]) -> Strip:
    """The row, filled to a width.

    Args:
        row: What to show.
        width: Cells.
        styles: A complete style for each of `COMPONENTS`.
    """
    if row.kind is RowKind.LINE and row.line is not None:
        parts = _line(row, row.line, styles)
    elif row.kind is RowKind.HEADER:
        parts = _header(row.card, width, styles)
    elif row.kind is RowKind.FOOTER:
        parts = _footer(row.card, width, styles)
    elif row.kind is RowKind.DROPPED:
        plural = "" if row.number == 1 else "s"
        words = _fitted(f"{row.number:,} earlier line{plural} no longer kept", width - GUTTER)
        parts = [Segment(_RAIL, styles[mood(row.card)]), Segment(words, styles["console--quiet"])]
    else:
        parts = []
    used = sum([cell_len(text) for text, _, _ in parts])
    if used > width:
        return Strip(parts, used).crop(0, width)
    if used < width:
        parts.append(Segment(" " * (width - used), styles["console--text"]))
    return Strip(parts, width)


def row_text(row: Row) -> str:
    """The characters of a row behind its gutter, for copying."""
    if row.kind is RowKind.LINE and row.line is not None:
        return row.line.text[row.start : row.end]
    if row.kind is RowKind.HEADER:
        return row.card.command
    if row.kind is RowKind.FOOTER and row.card.ending is not None:
        return ": ".join(part for part in ending_words(row.card.ending) if part)
    return ""


@lru_cache(maxsize=1024)
def rich_style(base: Style, style: sgr.TextStyle) -> Style:
    """The style of a run, as Rich has it, over that of the text around it."""
    attributes = style.attributes
    return base + Style(
        color=_color(style.foreground),
        bgcolor=_color(style.background),
        bold=bool(attributes & sgr.BOLD) or None,
        dim=bool(attributes & sgr.DIM) or None,
        italic=bool(attributes & sgr.ITALIC) or None,
        underline=bool(attributes & sgr.UNDERLINE) or None,
        reverse=bool(attributes & sgr.REVERSE) or None,
        strike=bool(attributes & sgr.STRIKE) or None,
    )


def _color(color: int | None) -> Color | None:
    if color is None:
        return None
    if color & sgr.TRUE_COLOR:
        return Color.from_rgb(color >> 16 & 255, color >> 8 & 255, color & 255)
    return Color.from_ansi(color)


def _line(row: Row, line: OutputLine, styles: Mapping[str, Style]) -> list[Segment]:
    end = len(line.text) if row.end is None else row.end
    base = styles["console--stderr" if line.stderr else "console--text"]
    parts = [Segment(_STDERR, base) if line.stderr else Segment(_RAIL, styles[mood(row.card)])]
    position = row.start
    for run in line.runs:
        if run.end <= position or run.start >= end:
            continue
        if run.start > position:
            parts.append(Segment(line.text[position : run.start], base))
        stop = min(run.end, end)
        parts.append(Segment(line.text[max(run.start, position) : stop], rich_style(base, run.style)))
        position = stop
    if position < end:
        parts.append(Segment(line.text[position:end], base))
    return parts


def _header(card: CommandCard, width: int, styles: Mapping[str, Style]) -> list[Segment]:
    base = styles["console--header"]
    command = one_line(card.command)
    room = width - GUTTER
    place = _place(card, room - min(cell_len(command), room * 3 // 5) - 3)
    command = _fitted(command, room - (cell_len(place) + 2 if place else 0))
    space = room - cell_len(command) - (cell_len(place) + 1 if place else 0)
    return [
        Segment("$ ", base + Style(color=styles[mood(card)].color)),
        Segment(command + " " * space, styles["console--command"]),
        Segment(f"{place} " if place else "", styles["console--place"]),
    ]


def _place(card: CommandCard, room: int) -> str:
    """Where and when a command ran, as much of it as fits; the sandbox comes first."""
    name = sanitize_line(card.sandbox_id.rpartition("/")[2])
    cwd = sanitize_line(card.cwd)
    time = card.started_at.astimezone().strftime("%H:%M:%S")
    for parts in ((name, cwd, time), (name, cwd), (name,)):
        place = "  ".join(part for part in parts if part)
        if cell_len(place) <= room:
            return place
    return ""


def _footer(card: CommandCard, width: int, styles: Mapping[str, Style]) -> list[Segment]:
    style = styles[mood(card)]
    quiet = styles["console--quiet"]
    if card.ending is None:
        word, detail, time = str(card.state), live_hint(card.state), elapsed_words(card.elapsed_ms)
    else:
        (word, detail), time = ending_words(card.ending), duration_words(card.elapsed_ms)
    rest = _fitted(f"{time}  {detail}".rstrip(), max(0, width - GUTTER - cell_len(word) - 2))
    return [Segment(_FOOT, style), Segment(f"{word}  ", style), Segment(rest, quiet)]


def _fitted(text: str, width: int) -> str:
    """The text, cut to a width in cells with a sign that it was cut."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 1 else ""
