"""The words around a command's output: its header, its end, and what is no longer there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from k8s_sandbox_tui.dashboard.console.variables import masked
from k8s_sandbox_tui.dashboard.console.words import (
    duration_words,
    elapsed_words,
    ending_words,
    lines_words,
    live_hint,
    one_line,
    size_words,
)
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.console.model import CommandCard

MENU_CELLS = 3
"""Cells at the right end of a header that open the menu."""

MOST_FEET = 4
"""Rows for what became of a command."""

_MOST_NAMES = 24
"""Cells for the names of variables in a header."""


def header_words(card: CommandCard, room: int, ellipsis: str) -> tuple[str, str]:
    """The command, and where and when it ran, both cut to fit beside each other.

    Args:
        card: The command.
        room: Cells for both, with at least two between them.
        ellipsis: Says that something was cut.
    """
    command = one_line(masked(card.command))
    place = _place(card, room - min(cell_len(command), room * 3 // 5) - 3)
    return fitted(command, room - (cell_len(place) + 2 if place else 0), ellipsis), place


def footer_words(card: CommandCard, folded: int) -> tuple[str, str]:
    """How a command stands, as a short word and what else there is to say.

    Args:
        card: The command.
        folded: How many lines are folded away.
    """
    if card.ending is None:
        word, detail = str(card.state), live_hint(card.state, job_id=card.job_id)
        time = elapsed_words(card.elapsed_ms)
    else:
        (word, detail), time = ending_words(card.ending), duration_words(card.elapsed_ms)
    lines = f"{lines_words(folded)} folded" if folded else ""
    return word, "  ".join(part for part in (time, lines, detail) if part)


def footer_rows(card: CommandCard, folded: int, width: int, ellipsis: str, *, most: int = MOST_FEET) -> list[str]:
    """What `footer_words` has to say behind its first word, in rows: what became of a command is read to its end.

    Args:
        card: The command.
        folded: How many lines are folded away.
        width: Cells of a row; the first is shared with the first word.
        ellipsis: Says that something was cut.
        most: Rows at most.
    """
    word, rest = footer_words(card, folded)
    room = max(0, width - cell_len(word) - 2)
    if card.ending is None or cell_len(rest) <= room:
        return [fitted(rest, room, ellipsis)]
    rows = [""]
    for part in rest.split(" "):
        longer = f"{rows[-1]} {part}" if rows[-1] else part
        if not rows[-1] or cell_len(longer) <= (room if len(rows) == 1 else width) or len(rows) == most:
            rows[-1] = longer
        else:
            rows.append(part)
    return [fitted(row, width if number else room, ellipsis) for number, row in enumerate(rows)]


def dropped_words(card: CommandCard, count: int) -> str:
    """What stands in the place of lines that are no longer kept, and how to see them all the same."""
    lines = lines_words(count, "earlier ")
    recording = card.recording
    if recording is None or not recording.size:
        return f"{lines} no longer kept"
    if recording.lost:
        return f"{lines} not shown; saving has the first {size_words(recording.size)}: {recording.lost}"
    return f"{lines} not shown; saving has all {size_words(recording.size)}"


def fitted(text: str, width: int, ellipsis: str) -> str:
    """The text, cut to a width in cells with a sign that it was cut."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + ellipsis if width > 1 else ""


def _place(card: CommandCard, room: int) -> str:
    """Where, with what and when a command ran, as much of it as fits; the sandbox comes first."""
    name = sanitize_line(card.sandbox_id.rpartition("/")[2])
    cwd = sanitize_line(card.cwd)
    time = card.started_at.astimezone().strftime("%H:%M:%S")
    env = _env(card.env_names)
    for parts in ((name, cwd, env, time), (name, cwd, env), (name, cwd), (name,)):
        place = "  ".join(part for part in parts if part)
        if cell_len(place) <= room:
            return place
    return ""


def _env(names: tuple[str, ...]) -> str:
    """The names of variables, the first of them where there are many."""
    shown: list[str] = []
    for name in names:
        if cell_len(" ".join([*shown, name])) > _MOST_NAMES:
            break
        shown.append(name)
    left = len(names) - len(shown)
    if not left:
        return " ".join(shown)
    return f"{' '.join(shown)} +{left}" if shown else f"{left} variable{'' if left == 1 else 's'}"
