from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from k8s_sandbox_tui.dashboard.forwards.lines import forward_lines, size_text
from k8s_sandbox_tui.provider.forward.model import ForwardState, ForwardWay
from tests.dashboard.scripted import ScriptedForward


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0B"), (999, "999B"), (1000, "1.0K"), (1024, "1.0K"), (10_240, "10K"), (1_100_000, "1.0M"), (5 << 30, "5.0G")],
)
def test_sizes(count: int, text: str) -> None:
    assert size_text(count) == text


@given(st.integers(0, 1 << 60))
def test_a_size_takes_few_cells(count: int) -> None:
    assert len(size_text(count)) <= 8


def test_a_forward_says_where_it_goes_what_went_through_and_what_went_wrong() -> None:
    forward = ScriptedForward("default/web-1", 3000, 41000, bytes_sent=2048, total_connections=2, live_connections=1)
    name, numbers = forward_lines(forward, 80)
    assert name[0].split() == ["127.0.0.1:41000", "->", "3000", "default/web-1", "listening"]
    assert cell_len(name[0]) == 80
    assert numbers == ("  1 open, 2 in all, 2.0K sent, 0B received", "numbers")
    forward.via = ForwardWay.EXEC
    forward.end(ForwardState.GONE, "The sandbox was \x1b[31mdeleted.")
    name, _, error = forward_lines(forward, 80)
    assert name[0].endswith("sandbox gone (exec)")
    assert error[1] == "error"
    assert "deleted." in error[0]
    assert "\x1b" not in error[0]


@given(st.text(max_size=300), st.integers(40, 200), st.text(max_size=300))
def test_lines_keep_to_their_width(name: str, width: int, reason: str) -> None:
    forward = ScriptedForward(f"default/{name}", 3000, 41000)
    forward.end(ForwardState.GONE, reason)
    assert all(cell_len(text) <= width for text, _ in forward_lines(forward, width))
