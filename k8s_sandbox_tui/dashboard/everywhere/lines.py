"""What came of a command in each sandbox, as lines of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from k8s_sandbox_tui.dashboard.console.model import CommandState
from k8s_sandbox_tui.dashboard.console.words import duration_words, elapsed_words, ending_words
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.table.cells import fit
from k8s_sandbox_tui.dashboard.table.columns import Cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.dashboard.everywhere.batch import Part

MOST_NAME = 40
LEAST_STATE = 7
_GAP = "  "


class _Cells(NamedTuple):
    name: str
    words: str
    style: str
    time: str
    last: str


def part_lines(parts: Sequence[Part], width: int) -> list[Content]:
    """Name, exit code, duration and last line of output of each, in at most so many cells."""
    rows = [_cells(part) for part in parts]
    name_width = min(MOST_NAME, max(12, width // 2 - 8), max(len(row.name) for row in rows))
    words_width = max(LEAST_STATE, *[len(row.words) for row in rows])
    time_width = max(len(row.time) for row in rows)
    room = max(8, width - name_width - words_width - time_width - 3 * len(_GAP))
    return [
        Content.assemble(
            (fit(row.name, name_width, cut=Cut.MIDDLE), "$foreground"),
            _GAP,
            (fit(row.words, words_width), row.style),
            _GAP,
            (fit(row.time, time_width, right=True), "$text-muted"),
            _GAP,
            (fit(row.last, room).rstrip(), "$foreground"),
        )
        for row in rows
    ]


def _cells(part: Part) -> _Cells:
    name, card = harmless(part.info.name), part.card
    if card is None:
        return _Cells(name, "waiting", "$text-muted", "", "")
    if card.ending is None:
        words = "stopping" if card.state is CommandState.CANCELLING else "running"
        return _Cells(name, words, "$text-primary", elapsed_words(card.elapsed_ms), part.last_line)
    words, rest = ending_words(card.ending)
    style = "$text-success" if part.fine else "$text-error"
    if card.state is CommandState.CANCELLED:
        style = "$text-warning"
    return _Cells(name, words, style, duration_words(card.elapsed_ms), part.last_line or rest)
