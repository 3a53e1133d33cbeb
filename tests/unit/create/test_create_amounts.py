from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.create.amounts import (
    MOST_COPIES,
    amounts_reason,
    copies_of,
    copies_reason,
    span_reason,
    span_text,
)
from k8s_sandbox_tui.dashboard.create.form import FormValues, check, id_preview, to_requests
from k8s_sandbox_tui.provider.durations import parse_span
from tests.dashboard.create_host import DEFAULTS


@pytest.mark.parametrize("text", ["", "90s", " 1.5h ", "1d 12h"])
def test_a_lifetime_may_be_so(text: str) -> None:
    assert span_reason(text) == ""


@pytest.mark.parametrize("text", ["30", "1 hour", "-1h"])
def test_what_is_no_lifetime_says_how_to_write_one(text: str) -> None:
    assert span_reason(text) == "Write it as 30m, 2h or 1d 12h"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("0h", "More than nothing"), ("600w", "At most ten years"), ("9" * 400 + "d", "At most ten years")],
)
def test_spans_that_no_sandbox_can_live(text: str, reason: str) -> None:
    assert span_reason(text) == reason


@given(st.integers(1, 10 * 365 * 86_400))
def test_a_span_is_written_as_it_is_read(seconds: int) -> None:
    assert parse_span(span_text(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("request_", "limit", "reason"),
    [
        ("", "", ""),
        ("250m", "", ""),
        ("1Gi", "2Gi", ""),
        ("1000m", "1", ""),
        ("2", "1500m", "More is kept free than may be used"),
        ("1 Gi", "", "The request is not a quantity: 0.5, 250m, 512Mi, 2Gi"),
        ("", "-1", "The limit is not a quantity: 0.5, 250m, 512Mi, 2Gi"),
    ],
)
def test_amounts(request_: str, limit: str, reason: str) -> None:
    assert amounts_reason(request_, limit) == reason


@pytest.mark.parametrize(
    ("text", "named", "copies", "reason"),
    [
        ("", False, 1, ""),
        (" 12 ", False, 12, ""),
        ("1", True, 1, ""),
        ("2", True, 2, "Several need a random ending to their name"),
        ("0", False, 0, "A whole number, from 1 on"),
        ("two", False, 0, "A whole number, from 1 on"),
        ("-3", False, 0, "A whole number, from 1 on"),
        (str(MOST_COPIES + 1), False, MOST_COPIES + 1, f"At most {MOST_COPIES} at once"),
        ("9" * 30, False, 0, "A whole number, from 1 on"),
    ],
)
def test_copies(text: str, named: bool, copies: int, reason: str) -> None:
    assert copies_of(text) == copies
    assert copies_reason(text, named=named) == reason


def test_a_form_with_copies_makes_as_many_requests_each_with_a_name_of_its_own() -> None:
    values = FormValues(
        runtime="node",
        name="web",
        copies="20",
        lifetime="2h",
        cpu_request="1",
        memory_limit="2Gi",
        profile="restricted",
    )
    assert check(values).count == 0
    requests = to_requests(values)
    assert len({request.name for request in requests}) == 20
    assert all((request.name or "").startswith("web-") for request in requests)
    assert requests[0].lifetime == timedelta(hours=2)
    assert requests[0].requests == {"cpu": "1"}
    assert requests[0].limits == {"memory": "2Gi"}
    assert requests[0].security_profile == "restricted"
    assert id_preview(values, DEFAULTS) == "20 of default/web-…"


def test_every_amount_that_is_wrong_is_counted() -> None:
    values = FormValues(runtime="node", copies="x", lifetime="y", cpu_limit="z", memory_request="-")
    assert check(values).count == 4
