"""Asks which columns the table is to show, and in which order; the table behind follows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from k8s_sandbox_tui.dashboard.columns.list import ColumnList
from k8s_sandbox_tui.dashboard.columns.picker import ColumnPicker
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import WINDOW
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.plain_input import PlainInput
from k8s_sandbox_tui.dashboard.still_open import still_open

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.row import Row
    from k8s_sandbox_tui.dashboard.table.columns import Column


class _Key(PlainInput):
    """Where the id of a column is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Add", tooltip="Show this column"),
        Binding("escape,up,down", "screen.back", "Back", tooltip="Back to the list"),
    ]


MOST_NAMED = 3
"""Columns without room that are named; of more, the first one."""


def no_room_for(titles: Sequence[str]) -> str:
    """Which columns the table has no room for; empty for none."""
    match titles:
        case []:
            return ""
        case [one]:
            return f"{one} does not fit"
        case [*others, last] if len(titles) <= MOST_NAMED:
            return f"{', '.join(others)} and {last} do not fit"
        case _:
            return f"{titles[0]} and {len(titles) - 1} more do not fit"


class ColumnsScreen(Dialogue[tuple[str, ...] | None]):
    """The ids of the columns; () for those that fit, None to leave them as they were."""

    DEFAULT_CSS = f"""
    ColumnsScreen {{
        align: center bottom;
        background: $background 40%;
        & > Vertical {{
            width: 70;
            max-width: 96%;
            height: auto;
            padding: 0 1;
            margin-bottom: 1;
            {WINDOW}
        }}
        & Horizontal {{ height: 1; margin-top: 1; }}
        & .label {{ width: auto; padding: 0 1; color: $muted; }}
        & _Key {{ width: 1fr; }}
        & .told {{ width: auto; padding: 0 1; color: $muted; }}
    }}
    """
    KEYED: ClassVar[Sequence[type[Widget]]] = (_Key,)
    """What is in it that has keys of its own."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Keep", tooltip="Keep these columns", id="columns.keep"),
        Binding("plus,a", "type", "Add", key_display="+", tooltip="Type a key of metadata or labels", id="columns.add"),
        Binding(
            "d", "automatic", "By width", tooltip="Let the width decide, as at the beginning", id="columns.automatic"
        ),
        Binding("escape", "cancel", "Cancel", id="columns.cancel"),
    ]
    AUTO_FOCUS = "ColumnList"

    def __init__(
        self,
        shown: Sequence[Column],
        rows: Sequence[Row],
        glyphs: Glyphs,
        preview: Callable[[tuple[Column, ...]], Sequence[Column]],
    ) -> None:
        """Begin with what is shown.

        Args:
            shown: The columns that are shown, in order.
            rows: The sandboxes, whose keys are offered.
            glyphs: The signs to draw.
            preview: Shows columns, and says which of them there is room for.
        """
        super().__init__()
        self._picker = ColumnPicker(shown, rows)
        self._glyphs = glyphs
        self._preview = preview
        self._changed = False

    def compose(self) -> ComposeResult:
        """The columns, and a line to type another."""
        with Vertical() as dialog:
            dialog.border_title = "Columns"
            yield ColumnList(self._picker, self._glyphs)
            with Horizontal():
                yield Static("Add", classes="label", markup=False)
                yield _Key(placeholder="meta.owner", compact=True)
                yield Static("", classes="told", markup=False)
        yield KeyBar()

    def on_resize(self) -> None:
        """The table behind stays in view."""
        if still_open(self):
            self.query_one(ColumnList).limit(max(3, min(16, self.size.height - 12)))

    @on(ColumnList.Changed)
    def _show(self) -> None:
        self._changed = True
        chosen = self._picker.chosen
        ids = {column.id for column in self._preview(chosen)}
        self._tell(no_room_for([harmless(column.title) for column in chosen if column.id not in ids]))

    @on(ColumnList.Refused)
    def _refused(self, event: ColumnList.Refused) -> None:
        self._tell(event.reason)

    def _tell(self, sentence: str) -> None:
        self.query_one(".told", Static).update(sentence)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        index, reason = self._picker.add(event.value)
        if reason:
            self._tell(reason)
            return
        event.input.value = ""
        columns = self.query_one(ColumnList)
        columns.go_to(index)
        columns.focus()
        self._show()

    def action_type(self) -> None:
        """Type a key."""
        self.query_one(_Key).focus()

    def action_back(self) -> None:
        """From the field to the list."""
        self.query_one(ColumnList).focus()

    def action_keep(self) -> None:
        """Leave with the columns as they are now."""
        self.dismiss(tuple([column.id for column in self._picker.chosen]) if self._changed else None)

    def action_automatic(self) -> None:
        """Leave, and let the width decide."""
        self.dismiss(())

    def action_cancel(self) -> None:
        """Leave the columns as they were."""
        self.dismiss(None)
