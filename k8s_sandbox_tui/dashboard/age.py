"""How long ago something was, in as few characters as a person needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY

_SCALE: tuple[tuple[int, int, str, int, str], ...] = (
    (2 * _MINUTE, 1, "s", 0, ""),
    (10 * _MINUTE, _MINUTE, "m", 1, "s"),
    (3 * _HOUR, _MINUTE, "m", 0, ""),
    (8 * _HOUR, _HOUR, "h", _MINUTE, "m"),
    (2 * _DAY, _HOUR, "h", 0, ""),
    (8 * _DAY, _DAY, "d", _HOUR, "h"),
    (2 * _YEAR, _DAY, "d", 0, ""),
    (8 * _YEAR, _YEAR, "y", _DAY, "d"),
)
"""Below how many seconds: the unit and its letter, the smaller unit (0: none) and its letter."""


def age(since: datetime, now: datetime) -> str:
    """The time from `since` to `now`; both are timezone-aware."""
    return duration((now - since).total_seconds())


def duration(seconds: float) -> str:
    """Words a duration as `kubectl` does: `90s`, `5m20s`, `125m`, `5h12m`, `36h`, `3d4h`, `200d`.

    A negative one (the cluster's clock is ahead) is `0s`.
    """
    whole = max(0, int(seconds))
    for limit, unit, letter, small, small_letter in _SCALE:
        if whole < limit:
            rest = whole % unit // small if small else 0
            return f"{whole // unit}{letter}{rest}{small_letter}" if rest else f"{whole // unit}{letter}"
    return f"{whole // _YEAR}y"
