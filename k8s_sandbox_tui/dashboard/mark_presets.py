"""Ways to mark many sandboxes at once: all of them work on what the table shows, so that nothing unseen is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from k8s_sandbox_tui.dashboard.filter.model import FilterTooSlowError
from k8s_sandbox_tui.dashboard.filter.parse import parse_filter
from k8s_sandbox_tui.provider.durations import parse_span

if TYPE_CHECKING:
    from datetime import datetime

    from k8s_sandbox_tui.dashboard.store import SandboxStore

Asks = Literal["", "age", "filter"]
"""What a preset has to be told; empty: nothing."""


class Preset(NamedTuple):
    """One way."""

    id: str
    key: str
    """The letter that chooses it."""
    label: str
    asks: Asks = ""


PRESETS: tuple[Preset, ...] = (
    Preset("all", "a", "All that are shown"),
    Preset("none", "n", "None"),
    Preset("invert", "i", "Invert: the others in place of the marked"),
    Preset("failed", "f", "Failed"),
    Preset("finished", "e", "Ended: stopped or failed"),
    Preset("older", "o", "Older than ...", "age"),
    Preset("filter", "/", "That fit a filter ...", "filter"),
)

PRESET_BY_ID = {preset.id: preset for preset in PRESETS}

EXPRESSIONS = {"failed": "is:failed", "finished": "is:finished"}
"""What some presets find."""

MISSING = {"age": "A duration, such as 90s, 30m, 2h, 1d12h.", "filter": "As in the table's filter."}
"""What is asked for."""


class Choice(NamedTuple):
    """What a preset comes to."""

    found: int = 0
    """Sandboxes that it fits."""
    marks: tuple[str, ...] = ()
    """All that will be marked, those that were already included."""
    problem: str = ""
    """Why it cannot be done."""


def choose(preset: Preset, store: SandboxStore, now: datetime, text: str = "") -> Choice:
    """What will be marked, by uid.

    Args:
        preset: The way.
        store: The sandboxes, and which of them are marked.
        now: The time, for ages.
        text: What the preset asks for.
    """
    rows, marks = store.rows, store.marks
    if preset.id == "none":
        return Choice(len(marks))
    if preset.id == "invert":
        unmarked = [row.uid for row in rows if row.uid not in marks]
        hidden = [row.uid for row in store.marked if not row.shown]
        return Choice(len(unmarked), (*hidden, *unmarked))
    wanted = parse_filter(_expression(preset, text.strip()))
    if wanted.problem or (preset.asks and not wanted.active):
        return Choice(problem=wanted.problem or MISSING[preset.asks])
    try:
        fitting = [row.uid for row in wanted.select(rows, now.timestamp())]
    except FilterTooSlowError:
        return Choice(problem="That takes too long for so many sandboxes.")
    return Choice(len(fitting), (*marks, *[uid for uid in fitting if uid not in marks]))


def _expression(preset: Preset, text: str) -> str:
    """The preset as a filter."""
    if preset.asks == "age":
        return f'age>"{text}"' if parse_span(text) is not None else ""
    return text if preset.asks else EXPRESSIONS.get(preset.id, "")
