"""Texts cut and filled to an exact number of cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.dashboard.table.cells import fit
from k8s_sandbox_tui.dashboard.table.columns import Cut


@pytest.mark.parametrize(
    ("text", "width", "options", "cell"),
    [
        ("node", 6, {}, "node  "),
        ("12s", 5, {"right": True}, "  12s"),
        ("computesdk-sbx-x7k2m9q1", 14, {"cut": Cut.MIDDLE}, "compu…x7k2m9q1"),
        ("registry.example.com/python:3.11", 12, {"cut": Cut.START}, "…python:3.11"),
        ("Failed ImagePullBackOff", 10, {}, "Failed Im…"),
        ("Failed ImagePullBackOff", 10, {"ellipsis": "~"}, "Failed Im~"),
        ("日本語", 6, {}, "日本語"),
        ("日本語", 5, {}, "日本…"),
        ("日本語", 4, {"cut": Cut.START}, "… 語"),
        ("abc", 1, {}, "a"),
        ("abc", 0, {}, ""),
        ("", 3, {}, "   "),
    ],
)
def test_cells(text: str, width: int, options: dict[str, object], cell: str) -> None:
    cut = options.get("cut", Cut.END)
    assert isinstance(cut, Cut)
    fitted = fit(text, width, cut=cut, right="right" in options, ellipsis=str(options.get("ellipsis", "…")))
    assert fitted == cell


@given(st.text(), st.integers(0, 40), st.sampled_from(Cut), st.booleans())
def test_any_text_takes_exactly_its_width(text: str, width: int, cut: Cut, right: bool) -> None:
    assert cell_len(fit(sanitize_line(text), width, cut=cut, right=right)) == width
