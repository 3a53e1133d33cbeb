"""A range of marks that grows and shrinks with the cursor, as file managers have it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.dashboard.marks import Marks
    from k8s_sandbox_tui.dashboard.row import Row


class MarkRange:
    """What lies between a sandbox and the cursor; what was marked before the range began stays marked."""

    def __init__(self, anchor: Row, marks: Marks) -> None:
        self._anchor = anchor
        self._before = tuple(marks)

    @property
    def holds(self) -> bool:
        """Whether the sandbox at which it began is still among the rows."""
        return self._anchor.shown

    def reach(self, index: int, rows: Sequence[Row], marks: Marks) -> None:
        """Mark all from where it began to a line."""
        first, last = sorted((rows.index(self._anchor), index))
        marks.replace([*self._before, *[row.uid for row in rows[first : last + 1]]])
