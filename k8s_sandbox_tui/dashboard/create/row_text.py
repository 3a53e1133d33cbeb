"""The rows that are not being edited, drawn as text: hundreds of them cost no more than one widget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from k8s_sandbox_tui.dashboard.create.visible import to_visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.geometry import Size

    from k8s_sandbox_tui.provider.dotenv import Row

KEY_WIDTH = 24
SIGN = " = "
# Not as component classes: Textual would compute those whenever the style of the widget may have changed.
_CELL = "$foreground on $foreground 8%"
_WRONG = "$foreground on $error 15%"


class ShownRow(NamedTuple):
    """A row with what is wrong with it."""

    row: Row
    reason: str


class RowText(Widget):
    """Draws rows the way the row that is edited looks."""

    ALLOW_SELECT = False

    @dataclass
    class Picked(Message):
        """A row was clicked."""

        text: RowText
        index: int
        """Among the rows of this widget."""
        on_key: bool
        """True for the left part, the name."""

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._rows: tuple[ShownRow, ...] = ()
        self._masked = False

    def show(self, rows: Sequence[ShownRow], *, masked: bool) -> None:
        """Draw these rows; `masked` hides their values."""
        state = (tuple(rows), masked)
        if state == (self._rows, self._masked):
            return
        layout = len(rows) != len(self._rows)
        self._rows, self._masked = state
        self.display = bool(rows)
        self.refresh(layout=layout)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """One line a row."""
        return len(self._rows)

    def render(self) -> Content:
        """The rows as lines of fields."""
        return Content("\n").join([self._line(row) for row in self._rows])

    def _line(self, shown: ShownRow) -> Content:
        reason = to_visible(shown.reason)
        space = self.size.width - KEY_WIDTH - len(SIGN)
        value = "•" * len(shown.row.value) if self._masked else to_visible(shown.row.value)
        width = max(space - (cell_len(reason) + 1 if reason else 0), 0)
        cell = _WRONG if reason else _CELL
        return Content.assemble(
            (set_cell_size(to_visible(shown.row.key), KEY_WIDTH), cell),
            SIGN,
            (set_cell_size(value, width), cell),
            (f" {reason}" if reason else "", "$text-error"),
        )

    def on_click(self, event: events.Click) -> None:
        """Tell which row was clicked."""
        if 0 <= event.y < len(self._rows):
            self.post_message(self.Picked(self, event.y, event.x < KEY_WIDTH + 1))
