"""Garbage is looked for while nobody waits for the screen, and at some time in any case."""

from __future__ import annotations

import pytest

from k8s_sandbox_tui.dashboard.garbage import ENOUGH, LATEST, LEAST_APART, QUIET, QuietCollection


@pytest.mark.parametrize(
    ("looks", "touched_before", "since", "due"),
    [
        (ENOUGH + 1, QUIET, LEAST_APART, True),
        (ENOUGH, QUIET, LEAST_APART, False),
        (ENOUGH, QUIET, LATEST, False),
        (ENOUGH + 1, QUIET / 2, LEAST_APART, False),
        (ENOUGH + 1, QUIET, LEAST_APART / 2, False),
        (ENOUGH + 1, 0.0, LATEST, True),
    ],
)
def test_when_it_is_due(looks: int, touched_before: float, since: float, due: bool) -> None:
    now = 100.0
    garbage = QuietCollection(clock=lambda: now)
    now = 100.0 + since - touched_before
    garbage.touched()
    now = 100.0 + since
    assert garbage.due(looks, now) is due
