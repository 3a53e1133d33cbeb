"""Durations as `kubectl` words them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.age import age, duration
from k8s_sandbox_tui.provider.durations import parse_span

HOUR, DAY = 3600, 86400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0s"),
        (0, "0s"),
        (1.9, "1s"),
        (119, "119s"),
        (120, "2m"),
        (320, "5m20s"),
        (600, "10m"),
        (3 * HOUR - 1, "179m"),
        (3 * HOUR, "3h"),
        (5 * HOUR + 720, "5h12m"),
        (8 * HOUR, "8h"),
        (2 * DAY - 1, "47h"),
        (2 * DAY, "2d"),
        (3 * DAY + 4 * HOUR, "3d4h"),
        (8 * DAY, "8d"),
        (200 * DAY, "200d"),
        (2 * 365 * DAY, "2y"),
        (3 * 365 * DAY + 10 * DAY, "3y10d"),
        (9 * 365 * DAY, "9y"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@given(st.floats(min_value=-1e9, max_value=2e9))
def test_a_duration_fits_its_column(seconds: float) -> None:
    assert 2 <= len(duration(seconds)) <= 6


def test_an_age_is_told_across_time_zones() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert age(now - timedelta(seconds=90), now) == "90s"


@given(st.integers(0, 7 * 365 * DAY))
def test_what_is_shown_can_be_typed(seconds: int) -> None:
    read = parse_span(duration(seconds))
    assert read is not None
    assert read.total_seconds() <= seconds
    assert duration(read.total_seconds()) == duration(seconds)
