"""Where toasts go so that they cover nothing that is needed."""

from __future__ import annotations

import pytest
from textual.geometry import Region, Size

from k8s_sandbox_tui.dashboard.toasts import rows_below

SCREEN = Size(80, 24)
BUTTON = Region(60, 20, 12, 1)
ROW = Region(0, 18, 80, 1)
TOP = Region(0, 0, 80, 1)


@pytest.mark.parametrize(
    ("height", "keep_clear", "below"),
    [
        (1, [], 2),
        (1, [TOP, BUTTON], 2),
        (2, [TOP, BUTTON], 4),
        (1, [TOP, BUTTON, Region(0, 21, 80, 1)], 4),
        (3, [TOP, BUTTON, ROW], 6),
        (2, [TOP, Region(0, 20, 9, 1)], 2),
        (23, [TOP, BUTTON], 2),
        (40, [TOP, BUTTON], 2),
    ],
)
def test_toasts_are_as_low_as_they_can_be_without_covering_what_is_needed(
    height: int, keep_clear: list[Region], below: int
) -> None:
    assert rows_below(Size(50, height), SCREEN, keep_clear) == below
