"""What came of a command in each of several sandboxes, as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from k8s_sandbox_tui.dashboard.everywhere.lines import part_lines
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.listing_screen import Listing, ListingScreen
from k8s_sandbox_tui.dashboard.literal import literal
from k8s_sandbox_tui.dashboard.still_open import still_open

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from k8s_sandbox_tui.dashboard.everywhere.batch import Batch, Part

PAINT_EVERY = 0.1
"""Seconds between two paints while output pours in."""

TICK_SECONDS = 1.0
_WIDEST, _AROUND = 140, 7


class OutcomeList(Listing):
    """A line for each sandbox."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "select",
            "Console",
            tooltip="Show its whole output in the console of the sandbox",
            id="outcomes.show",
        ),
        Binding(
            "x,ctrl+c",
            "screen.stop",
            "Stop all",
            tooltip="End it in all sandboxes; once more stops waiting",
            id="outcomes.stop",
        ),
    ]


class OutcomeScreen(ListingScreen["Part"]):
    """Exit code, duration and last line for each; gives the one whose output is to be seen."""

    DEFAULT_CSS = """
    OutcomeScreen {
        & > Vertical { max-width: 140; }
        & #summary { color: $muted; margin-bottom: 1; height: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "close",
            "Close",
            tooltip="Close; the command goes on, and the outcomes can be shown again",
            id="outcomes.close",
        )
    ]

    def __init__(self, batch: Batch) -> None:
        super().__init__()
        self._batch = batch
        self._list = OutcomeList(markup=False)
        self._waiting: Timer | None = None

    def compose(self) -> ComposeResult:
        """How far it is, and the sandboxes."""
        with Vertical() as dialog:
            count = len(self._batch.parts)
            dialog.border_title = literal(f"$ {self._batch.title}  in {count} sandbox{'' if count == 1 else 'es'}")
            yield Static(self._batch.summary, id="summary", markup=False)
            yield self._list
        yield KeyBar()

    def on_mount(self) -> None:
        """Follow it."""
        self._batch.changed = self._changed
        self._list.add_options([Option("", id=str(place)) for place in range(len(self._batch.parts))])
        self._list.highlighted = 0
        self._list.focus()
        self.set_interval(TICK_SECONDS, self._changed)
        self._paint()

    def on_unmount(self) -> None:
        """Follow it no longer."""
        self._batch.changed = None

    def on_resize(self) -> None:
        """The lines are made for a width."""
        if still_open(self):
            self._paint()

    def _changed(self) -> None:
        if self._waiting is None and self.is_mounted:
            self._waiting = self.set_timer(PAINT_EVERY, self._paint)

    def _paint(self) -> None:
        self._waiting = None
        width = max(40, min(_WIDEST, self.size.width * 96 // 100) - _AROUND)
        for part in self._batch.parts:
            part.settle()
        for place, line in enumerate(part_lines(self._batch.parts, width)):
            if self._list.get_option_at_index(place).prompt != line:
                self._list.replace_option_prompt_at_index(place, line)
        stopping = " Stopping." if self._batch.stopped and self._batch.running else ""
        self.query_one("#summary", Static).update(f"{self._batch.summary}.{stopping}")
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has ended cannot be stopped."""
        return (self._batch.running or None) if action == "stop" else super().check_action(action, parameters)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        part: Part = self._batch.parts[event.option_index]
        if part.run is not None:
            self.dismiss(part)

    def action_stop(self) -> None:
        """End it everywhere."""
        self._batch.stop()
