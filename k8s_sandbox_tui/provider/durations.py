"""Spans of time as callers give them: milliseconds, ComputeSDK's unit, or a `timedelta`; and as people write them."""

from __future__ import annotations

import re
from datetime import timedelta

from k8s_sandbox_tui.provider.errors import InvalidArgumentError

Duration = int | timedelta
"""Milliseconds, or a `timedelta`."""

LONGEST = timedelta(days=3650)

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_WRITTEN = re.compile(r"(?:\d+(?:\.\d+)?[smhdwy]\s*)+", re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdwy])", re.ASCII)


def parse_span(text: str) -> timedelta | None:
    """A span as people write it: `90s`, `30m`, `1h30m`, `1.5h`, `1d 12h`, `2w`, `1y` (of 365 days).

    None where it is none. One of more than ten years is some span of more than ten years.
    """
    written = text.strip().lower()
    if not _WRITTEN.fullmatch(written):
        return None
    seconds = sum([float(number) * _UNITS[unit] for number, unit in _PART.findall(written)])
    return timedelta(seconds=min(seconds, LONGEST.total_seconds() + 1))


def check_duration(what: str, value: object) -> timedelta:
    """The span when it is one of more than nothing and at most ten years.

    Raises:
        InvalidArgumentError: It is not.
    """
    if isinstance(value, timedelta):
        span = value
    elif isinstance(value, bool) or not isinstance(value, int):
        raise InvalidArgumentError(
            f"{what} {value!r} is not a span of time.", hint="Give milliseconds as a whole number, or a timedelta."
        )
    else:
        span = timedelta(milliseconds=min(value, 10**15))
    if not timedelta() < span <= LONGEST:
        raise InvalidArgumentError(
            f"{what} {value!r} is out of range.", hint="More than nothing, and at most ten years."
        )
    return span
