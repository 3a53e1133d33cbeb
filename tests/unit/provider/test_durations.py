from __future__ import annotations

from datetime import timedelta

import pytest

from k8s_sandbox_tui.provider.durations import LONGEST, parse_span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        (" 1.5h ", timedelta(minutes=90)),
        ("1d 12h", timedelta(hours=36)),
        ("1h30m", timedelta(minutes=90)),
        ("2W", timedelta(weeks=2)),
        ("1y", timedelta(days=365)),
    ],
)
def test_spans_as_people_write_them(text: str, span: timedelta) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize(
    "text", ["", "2", "30", "h", "m", "2 h", "1 hour", "-1h", "1h,", "1h2", "1.h", "1..5h", "\u0661h", "1e3s", "h1"]
)
def test_what_is_no_span_is_not_guessed_at(text: str) -> None:
    assert parse_span(text) is None


@pytest.mark.parametrize("text", ["600w", "11y", "9" * 400 + "d"])
def test_the_longest_is_bounded(text: str) -> None:
    span = parse_span(text)
    assert span is not None
    assert span > LONGEST
