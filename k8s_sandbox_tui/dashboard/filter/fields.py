"""What of a sandbox a filter can name: columns with text, columns with numbers, and words for the status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.looks import HELD_UP, LOOKS, status_text
from k8s_sandbox_tui.dashboard.table.columns import metadata_text
from k8s_sandbox_tui.dashboard.table.key_columns import LABEL_KEY, METADATA_KEY
from k8s_sandbox_tui.provider.durations import parse_span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from k8s_sandbox_tui.dashboard.row import Row

TEXTS: Mapping[str, Callable[[Row], str]] = {
    "name": lambda row: row.info.name,
    "namespace": lambda row: row.info.namespace,
    "ns": lambda row: row.info.namespace,
    "status": lambda row: status_text(row.info),
    "reason": lambda row: row.info.reason,
    "runtime": lambda row: row.info.runtime,
    "image": lambda row: row.info.image,
    "node": lambda row: row.info.node,
    "ip": lambda row: row.info.pod_ip,
    "metadata": metadata_text,
}

Number = tuple["Callable[[Row, float], float | None]", "Callable[[str], float | None]", str]
"""The number of a sandbox at a time, how it is typed, and an example."""


def _seconds(text: str) -> float | None:
    span = parse_span(text)
    return None if span is None else span.total_seconds()


def _whole(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


NUMBERS: Mapping[str, Number] = {
    "age": (lambda row, now: now - row.info.created_at.timestamp(), _seconds, "age>2h"),
    "exit": (lambda row, _: row.info.exit_code, _whole, "exit:137"),
    "restarts": (lambda row, _: row.info.restarts, _whole, "restarts>0"),
}

PRESETS: Mapping[str, frozenset[str]] = {
    "failed": frozenset({"failed"}),
    "running": frozenset({"running"}),
    "finished": frozenset({"stopped", "failed"}),
    "alive": frozenset({"pending", "starting", "running"}),
    "starting": frozenset({"pending", "starting"}),
    HELD_UP: frozenset({HELD_UP}),
    **{status: frozenset({status}) for status in LOOKS if status not in {"failed", "running", "starting"}},
}
"""By what stands behind `is:`: the statuses it means, or the shape of what does not start for a known reason."""


def text_of(name: str) -> Callable[[Row], str] | None:
    """Gives the text of a column, `meta.KEY` and `label.KEY` included; None where there is none of that name."""
    lowered = name.casefold()
    known = TEXTS.get(lowered)
    if known is not None:
        return known
    if lowered.startswith(METADATA_KEY) and len(name) > len(METADATA_KEY):
        key = name[len(METADATA_KEY) :]
        return lambda row: row.info.metadata.get(key, "")
    if lowered.startswith(LABEL_KEY) and len(name) > len(LABEL_KEY):
        key = name[len(LABEL_KEY) :]
        return lambda row: row.info.labels.get(key, "")
    return None
