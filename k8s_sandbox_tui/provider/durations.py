"""Spans of time as callers give them: milliseconds, ComputeSDK's unit, or a `timedelta`."""

from __future__ import annotations

from datetime import timedelta

from k8s_sandbox_tui.provider.errors import InvalidArgumentError

Duration = int | timedelta
"""Milliseconds, or a `timedelta`."""

LONGEST = timedelta(days=3650)


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
