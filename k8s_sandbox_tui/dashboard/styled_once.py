"""Widgets that are styled when they are mounted, and not before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.widget import Widget
else:
    Widget = object


class StyledOnce(Widget):
    """Mixed into a widget that sets classes of its own while it is made.

    Textual computes all its styles for each of those, though it has no place yet, and again when it is mounted.
    """

    def update_node_styles(self, animate: bool = True) -> None:  # noqa: FBT001, FBT002 - Textual's own
        """Leave to mounting what mounting does."""
        if self.parent is not None:
            super().update_node_styles(animate)
