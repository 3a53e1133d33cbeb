"""Which commands want a terminal."""

from __future__ import annotations

import pytest

from k8s_sandbox_tui.dashboard.console.full_screen import wants_terminal


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("vi /tmp/x", "vi"),
        ("TERM=xterm /usr/bin/top -d 1", "top"),
        ("python3", "python3"),
        ("bash", "bash"),
        ("top -b -n 1", ""),
        ("vim --version", ""),
        ("python3 x.py", ""),
        ("sh -c 'vi x'", ""),
        ("echo x | sh", ""),
        ("python3 < x.py", ""),
        ("echo vi", ""),
        ("A=b", ""),
        ("vi 'x", ""),
        ("  ", ""),
        # Read word by word it would take minutes.
        pytest.param("vi " + "a" * 1_000_000, "", id="long"),
    ],
)
def test_a_program_that_draws_or_asks_is_named(command: str, program: str) -> None:
    assert wants_terminal(command) == program
