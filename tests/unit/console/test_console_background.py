from __future__ import annotations

import pytest

from k8s_sandbox_tui.dashboard.console.background import background_of


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("sleep 1 &", "sleep 1"),
        ("sleep 1&", "sleep 1"),
        ("  npm run dev  &  ", "  npm run dev"),
        ("a && b &", "a && b"),
        ("a &\nb &", "a &\nb"),
        ("(a; b) &", "(a; b)"),
        ("sleep 1", None),
        ("a && b", None),
        ("a &&", None),
        ("a \\&", None),
        ("a >&", None),
        ("a |&", None),
        ("&", None),
        (" & ", None),
        ("", None),
    ],
)
def test_a_line_with_a_lone_ampersand_at_its_end_goes_into_the_background(line: str, command: str | None) -> None:
    assert background_of(line) == command
