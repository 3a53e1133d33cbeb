"""Ways to mark many sandboxes at once: all of them work on what the table shows, so that nothing unseen is marked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from k8s_sandbox_tui.dashboard.filter import haystack, parse_filter
from k8s_sandbox_tui.provider.durations import parse_span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from k8s_sandbox_tui.dashboard.row import Row
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

STATUSES = {"failed": frozenset({"failed"}), "finished": frozenset({"failed", "stopped"})}
"""What some presets look for."""

MISSING = {"age": "A duration, such as 90s, 30m, 2h, 1d12h.", "filter": "Words to find; !word leaves out."}
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
    test = _test(preset, now, text)
    if test is None:
        return Choice(problem=MISSING[preset.asks])
    fitting = _fitting(rows, test)
    return Choice(len(fitting), (*marks, *[uid for uid in fitting if uid not in marks]))


def _fitting(rows: Sequence[Row], test: Callable[[Row], bool]) -> list[str]:
    return [row.uid for row in rows if test(row)]


def _test(preset: Preset, now: datetime, text: str) -> Callable[[Row], bool] | None:
    """Whether a sandbox fits; None where what is asked for is missing."""
    if preset.asks == "age":
        span = parse_span(text)
        before = now - (span or timedelta())
        return None if span is None else lambda row: row.info.created_at < before
    if preset.asks == "filter":
        wanted = parse_filter(text)
        return (lambda row: wanted.matches(row.haystack or haystack(row.info))) if wanted.active else None
    statuses = STATUSES.get(preset.id)
    return lambda row: statuses is None or row.info.status in statuses
