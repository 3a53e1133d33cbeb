"""Asks which sandboxes to mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import OVER_ALL, WINDOW
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.mark_presets import PRESET_BY_ID, PRESETS, Choice, Preset, choose
from k8s_sandbox_tui.dashboard.plain_input import PlainInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget

    from k8s_sandbox_tui.dashboard.store import SandboxStore

WIDTH = 60
"""Cells inside the dialogue."""


class _Asked(PlainInput):
    """The age or the filter that a preset asks for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Mark", tooltip="Mark them"),
        Binding("up,down", "screen.back", "Back to the list", show=False),
    ]


class _Presets(OptionList):
    """The ways to mark."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "select", "Mark", tooltip="Mark them, or ask for what is missing", id="mark.select"),
    ]


class MarkScreen(Dialogue[tuple[str, ...] | None]):
    """The presets with what each comes to; the uids to mark, or None to leave the marks as they are."""

    DEFAULT_CSS = f"""
    MarkScreen {{
        {OVER_ALL}
        & > Vertical {{
            width: {WIDTH + 6};
            max-width: 96%;
            height: auto;
            max-height: 96%;
            padding: 1 2;
            {WINDOW}
        }}
        & _Presets {{
            height: auto; max-height: 10; border: none; padding: 0; background: $surface;
            scrollbar-size-vertical: 1;
            &:focus {{ border: none; background-tint: transparent; }}
        }}
        & Horizontal {{ height: 1; margin-top: 1; }}
        & .label {{ width: auto; padding: 0 1; color: $muted; }}
        & _Asked {{ width: 1fr; }}
        & .found {{ width: auto; padding: 0 1; color: $muted; }}
        & .-hidden {{ display: none; }}
    }}
    """
    KEYED: ClassVar[Sequence[type[Widget]]] = (
        _Presets,
        _Asked,
    )
    """What is in it that has keys of its own."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", id="mark.close")]
    AUTO_FOCUS = "_Presets"

    def __init__(self, store: SandboxStore, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._store = store
        self._clock = clock
        self._asking: Preset | None = None

    def compose(self) -> ComposeResult:
        """The presets, and a line for what one of them asks."""
        with Vertical() as dialog:
            dialog.border_title = f"Mark among the {len(self._store.rows)} shown"
            yield _Presets(*[Option(self._prompt(preset), preset.id) for preset in PRESETS], markup=False)
            with Horizontal(classes="-hidden"):
                yield Static("", classes="label", markup=False)
                yield _Asked(compact=True)
                yield Static("", classes="found", markup=False)
        yield KeyBar()

    def _choose(self, preset: Preset, text: str = "") -> Choice:
        return choose(preset, self._store, self._clock(), text)

    def _prompt(self, preset: Preset) -> Content:
        found = "" if preset.asks or preset.id == "none" else str(self._choose(preset).found)
        return Content.assemble((f" {preset.key} ", "bold"), f"{preset.label:<{WIDTH - 4 - len(found)}}{found} ")

    def on_key(self, event: events.Key) -> None:
        """A preset's letter chooses it."""
        preset = next((one for one in PRESETS if one.key == event.character), None)
        if preset is not None and not isinstance(self.focused, Input):
            event.stop()
            self.query_one(_Presets).highlighted = PRESETS.index(preset)
            self._take(preset)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._take(PRESET_BY_ID[event.option_id or ""])

    def _take(self, preset: Preset) -> None:
        if not preset.asks:
            self.dismiss(self._choose(preset).marks)
            return
        asked = self.query_one(_Asked)
        if preset is not self._asking:
            self._asking = preset
            asked.value = ""
            asked.placeholder = "2h" if preset.asks == "age" else "words"
            label = {"age": "Older than", "filter": "Filter"}[preset.asks]
            self.query_one(".label", Static).update(label)
            self.query_one(Horizontal).remove_class("-hidden")
            self._count()
        asked.focus()

    @on(Input.Changed)
    def _count(self) -> None:
        preset = self._asking
        if preset is not None:
            text = self.query_one(_Asked).value
            choice = self._choose(preset, text)
            told = choice.problem or f"{choice.found} fit"
            self.query_one(".found", Static).update(told)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self._asking is not None:
            choice = self._choose(self._asking, event.value)
            if not choice.problem:
                self.dismiss(choice.marks)

    def action_back(self) -> None:
        """From the field to the list."""
        self.query_one(_Presets).focus()

    def action_close(self) -> None:
        """Leave the marks as they are."""
        self.dismiss(None)
