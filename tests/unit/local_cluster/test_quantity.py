from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.local_cluster.objects import quantity
from k8s_sandbox_tui.local_cluster.objects.quantity import QuantityError


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("1", "1"),
        ("1000m", "1"),
        ("250m", "250m"),
        ("0.5", "500m"),
        ("1.5", "1500m"),
        ("1024Mi", "1Gi"),
        ("1536Mi", "1536Mi"),
        ("512Ki", "512Ki"),
        ("1000", "1k"),
        ("2000000", "2M"),
        ("128974848", "128974848"),
        ("1e3", "1e3"),
        ("0", "0"),
        ("0Gi", "0"),
        ("1Ki", "1Ki"),
        (".5", "500m"),
        ("+1", "1"),
        ("0.0000000001", "1n"),
        ("1E", "1E"),
        (2, "2"),
        (0.25, "250m"),
    ],
)
def test_canonical_form(written: str | float, canonical: str) -> None:
    assert quantity.canonical(written) == canonical


@pytest.mark.parametrize("text", ["", "lots", "1GiB", "Gi", "1 Gi", "1.2.3", "--1", "1mm", "0x10", "½"])
def test_anything_else_is_refused_as_the_api_server_does(text: str) -> None:
    with pytest.raises(QuantityError, match="quantities must match the regular expression"):
        quantity.canonical(text)


@given(st.integers(0, 10**15), st.sampled_from(["", "m", "k", "M", "Ki", "Mi", "Gi"]))
def test_the_canonical_form_is_the_same_amount_and_stays_as_it_is(number: int, suffix: str) -> None:
    once = quantity.canonical(f"{number}{suffix}")
    assert quantity.parse(once) == quantity.parse(f"{number}{suffix}")
    assert quantity.canonical(once) == once


def test_amounts() -> None:
    assert quantity.parse("1Gi") == 2**30
    assert quantity.parse("250m") == Decimal("0.25")
    assert quantity.parse("1e3") == 1000
