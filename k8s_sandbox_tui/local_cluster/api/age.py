"""How long ago, in kubectl's short form. Source: `k8s.io/apimachinery/pkg/util/duration`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.objects.meta import parse_timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from msgspec import UnsetType

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365 * 86400
# Below each bound: the larger unit, and the smaller one shown beside it where it is not zero.
_STEPS = (
    (2 * _MINUTE, (1, "s"), None),
    (10 * _MINUTE, (_MINUTE, "m"), (1, "s")),
    (3 * _HOUR, (_MINUTE, "m"), None),
    (8 * _HOUR, (_HOUR, "h"), (_MINUTE, "m")),
    (2 * _DAY, (_HOUR, "h"), None),
    (8 * _DAY, (_DAY, "d"), (_HOUR, "h")),
    (2 * _YEAR, (_DAY, "d"), None),
    (8 * _YEAR, (_YEAR, "y"), (_DAY, "d")),
)


def human_duration(seconds: float) -> str:
    """`5s`, `3m20s`, `2d4h`, `3y10d`."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 0:
        return "0s"
    for bound, (size, unit), finer in _STEPS:
        if whole < bound:
            text = f"{whole // size}{unit}"
            if finer and whole % size // finer[0]:
                text += f"{whole % size // finer[0]}{finer[1]}"
            return text
    return f"{whole // _YEAR}y"


def age(stamp: str | UnsetType | None, now: datetime) -> str:
    """How long before `now` the moment `stamp` was."""
    if not isinstance(stamp, str):
        return "<unknown>"
    return human_duration((now - parse_timestamp(stamp)).total_seconds())
