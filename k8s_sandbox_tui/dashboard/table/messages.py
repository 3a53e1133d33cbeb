"""What the table tells the screen around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.row import Row


class SandboxSelected(Message):
    """The cursor is on another sandbox, or on none."""

    def __init__(self, row: Row | None) -> None:
        super().__init__()
        self.row = row


class SandboxActivated(Message):
    """A sandbox was double-clicked."""

    def __init__(self, row: Row) -> None:
        super().__init__()
        self.row = row


class MenuWanted(Message):
    """The menu of the sandbox under the cursor is wanted."""


class ColumnsWanted(Message):
    """The titles were clicked to choose columns."""


class CursorLost(Message):
    """The sandbox under the cursor is gone; the cursor went to a neighbour, or to none."""

    def __init__(self, lost: Row, row: Row | None) -> None:
        super().__init__()
        self.lost = lost
        self.row = row


class OrderChosen(Message):
    """The user has chosen how the table is sorted."""

    def __init__(self, column_id: str, *, descending: bool) -> None:
        super().__init__()
        self.column_id = column_id
        self.descending = descending


class MarksChanged(Message):
    """Other sandboxes are marked now."""
