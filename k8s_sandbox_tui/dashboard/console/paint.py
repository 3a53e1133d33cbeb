"""One row of the console as a strip of styled text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from k8s_sandbox_tui.dashboard.console import sgr
from k8s_sandbox_tui.dashboard.console.headline import (
    MENU_CELLS,
    MOST_FEET,
    dropped_words,
    fitted,
    footer_rows,
    footer_words,
    header_words,
)
from k8s_sandbox_tui.dashboard.console.layout import Row, RowKind
from k8s_sandbox_tui.dashboard.console.model import CommandCard, CommandState
from k8s_sandbox_tui.dashboard.console.signs import UNICODE, Signs
from k8s_sandbox_tui.dashboard.console.variables import masked
from k8s_sandbox_tui.dashboard.console.words import ending_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from k8s_sandbox_tui.dashboard.console.line import OutputLine
    from k8s_sandbox_tui.dashboard.console.search import Mark

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
    "console--chosen",
    "console--rail",
    "console--found",
    "console--here",
)
"""The component classes whose styles `paint` uses."""

LOOKS = """
OutputView {
    background: $background;
    color: $foreground;
    overflow-x: hidden;
    overflow-y: scroll;
    scrollbar-size-vertical: 1;
    & .console--text { color: $foreground; }
    & .console--header, & .console--command, & .console--place { background: $surface; }
    &:focus .console--header, &:focus .console--command, &:focus .console--place { background: $panel; }
    & .console--command { color: $foreground; text-style: bold; }
    & .console--place { color: $text-muted; }
    & .console--stderr { color: $text-error; }
    & .console--quiet { color: $text-muted; }
    & .console--live { color: $text-primary; }
    & .console--good { color: $text-success; }
    & .console--warning { color: $text-warning; }
    & .console--bad { color: $text-error; }
    & .console--chosen { background: $primary-muted; }
    & .console--rail { color: $text-muted; }
    &:focus .console--rail { color: $primary; }
    & .console--found { background: $warning-muted; color: $text-warning; }
    & .console--here { background: $warning; color: $background; text-style: bold; }
}
"""
"""What they look like in the view that is painted, in Textual's CSS."""


def mood(card: CommandCard) -> str:
    """The component class that says at a glance how a card stands."""
    if card.live:
        return "console--warning" if card.state is CommandState.CANCELLING else "console--live"
    if card.state is CommandState.EXITED:
        return "console--good" if card.ending is not None and card.ending.exit_code == 0 else "console--bad"
    return "console--warning" if card.state is CommandState.CANCELLED else "console--bad"


class Look(NamedTuple):
    """How rows are drawn."""

    width: int
    """Cells of a row."""
    styles: Mapping[str, Style]
    """A complete style for each of `COMPONENTS`."""
    signs: Signs = UNICODE
    left: int | None = None
    """Cells of each line that are scrolled out at the left; None where long lines are folded."""


def paint(row: Row, look: Look, *, chosen: bool = False, marks: Sequence[Mark] = ()) -> Strip:
    """The row, filled to the width.

    Args:
        row: What to show.
        look: How.
        chosen: Whether its card is the chosen one.
        marks: Parts of the line that were searched for.
    """
    width, styles = look.width, look.styles
    if row.kind is RowKind.LINE and row.line is not None:
        parts = _line(row, row.line, look, chosen=chosen, marks=marks)
    elif row.kind is RowKind.HEADER:
        parts = _header(row, look, chosen=chosen)
    elif row.kind is RowKind.FOOTER:
        parts = _footer(row, look, chosen=chosen)
    elif row.kind is RowKind.DROPPED:
        words = fitted(dropped_words(row.card, row.number), width - GUTTER, look.signs.ellipsis)
        parts = [_rail(row.card, look, chosen=chosen), Segment(words, styles["console--quiet"])]
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
        return masked(row.card.command)
    if row.kind is RowKind.FOOTER and row.card.ending is not None and not row.start:
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


def _rail(card: CommandCard, look: Look, *, chosen: bool) -> Segment:
    sign = look.signs.chosen if chosen else look.signs.rail
    return Segment(f"{sign} ", look.styles["console--rail" if chosen else mood(card)])


def _line(row: Row, line: OutputLine, look: Look, *, chosen: bool, marks: Sequence[Mark]) -> list[Segment]:
    styles = look.styles
    base = styles["console--stderr" if line.stderr else "console--text"]
    gutter = Segment(f"{look.signs.stderr} ", base) if line.stderr else _rail(row.card, look, chosen=chosen)
    parts = _styled(row, line, base)
    if marks:
        parts = _marked(parts, row.start, marks, styles)
    if look.left is not None:
        parts = _cut(parts, look.left, look)
    return [gutter, *parts]


def _styled(row: Row, line: OutputLine, base: Style) -> list[Segment]:
    """The row's part of the line, in the styles that it came with."""
    end = len(line.text) if row.end is None else row.end
    parts: list[Segment] = []
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


def _marked(parts: list[Segment], start: int, marks: Sequence[Mark], styles: Mapping[str, Style]) -> list[Segment]:
    """The parts, with those that were searched for laid in another style; `start` is the first one's place."""
    result: list[Segment] = []
    for text, style, _ in parts:
        position = 0
        for mark in marks:
            first = max(position, mark.start - start)
            stop = min(len(text), mark.end - start)
            if first >= stop:
                continue
            if first > position:
                result.append(Segment(text[position:first], style))
            result.append(Segment(text[first:stop], styles["console--here" if mark.here else "console--found"]))
            position = stop
        if position < len(text):
            result.append(Segment(text[position:], style))
        start += len(text)
    return result


def _cut(parts: list[Segment], left: int, look: Look) -> list[Segment]:
    """What of a line is in view when long lines are not folded, with signs where it goes on."""
    quiet = look.styles["console--quiet"]
    room = look.width - GUTTER
    strip = Strip(parts)
    cells = strip.cell_length
    if cells <= room and not left:
        return parts
    first, last = left + bool(left), left + room - (cells > left + room)
    shown = [Segment(look.signs.cut_left, quiet)] if left and cells else []
    shown.extend(strip.crop(first, max(first, min(last, cells))))
    if cells > left + room:
        shown.append(Segment(look.signs.cut_right, quiet))
    return shown


def _header(row: Row, look: Look, *, chosen: bool) -> list[Segment]:
    card, styles = row.card, look.styles
    ground = styles["console--chosen" if chosen else "console--header"]
    room = look.width - GUTTER - MENU_CELLS
    command, place = header_words(card, room, look.signs.ellipsis)
    space = room - cell_len(command) - cell_len(place)
    sign = look.signs.folded if row.folded else look.signs.prompt
    lit = Style(bgcolor=ground.bgcolor)
    return [
        Segment(f"{sign} ", ground + Style(color=styles[mood(card)].color)),
        Segment(command + " " * space, styles["console--command"] + lit),
        Segment(f"{place} {look.signs.menu} ", styles["console--place"] + lit),
    ]


def _footer(row: Row, look: Look, *, chosen: bool) -> list[Segment]:
    card, styles = row.card, look.styles
    style = styles[mood(card)]
    folded = row.number if row.folded else 0
    # Where long lines are not folded, neither is this one.
    most = MOST_FEET if look.left is None else 1
    rests = footer_rows(card, folded, look.width - GUTTER, look.signs.ellipsis, most=most)
    rest = rests[row.start] if row.start < len(rests) else ""
    foot = styles["console--rail"] if chosen else style
    if row.start:
        return [Segment(" " * GUTTER, foot), Segment(rest, styles["console--quiet"])]
    word, _ = footer_words(card, folded)
    return [
        Segment(f"{look.signs.foot} ", foot),
        Segment(f"{word}  ", style),
        Segment(rest, styles["console--quiet"]),
    ]
