"""The presets of the create form: take one, keep the form as one, remove one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from k8s_sandbox_tui.dashboard.create.fields import Field, Line
from k8s_sandbox_tui.dashboard.create.presets import NAME_LENGTH, summary
from k8s_sandbox_tui.dashboard.create.text_field import TextField
from k8s_sandbox_tui.dashboard.create.visible import to_visible
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import FORM
from k8s_sandbox_tui.dashboard.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.create.form import FormValues
    from k8s_sandbox_tui.dashboard.create.presets import Presets

_NAME_CELLS = 20
_NOTE = "Without the values of variables: those come from the environment"


class PresetsScreen(Dialogue[str | None]):
    """Ends with the name of the preset to fill the form from, or None."""

    DEFAULT_CSS = f"""
    PresetsScreen {{
        align: center middle;
        & > #dialog {{
            width: 100%;
            max-width: 90;
            height: auto;
            max-height: 100%;
            margin: 0 1;
            padding: 1 1 0 1;
            {FORM}
        }}
        & OptionList, & OptionList:focus {{
            height: auto;
            max-height: 12;
            margin-bottom: 1;
            border: none;
            padding: 0;
            background: transparent;
        }}
        & Field {{ padding: 0 1; }}
        & TextField, & TextField:focus {{ width: 1fr; padding: 0; background: $foreground 8%; }}
        & TextField:focus {{ background: $primary 25%; }}
        & #note {{ height: 1; margin: 0 1; color: $text-muted; }}
        & #note.-wrong {{ color: $text-error; }}
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back to the form", id="presets.cancel"),
        Binding("f8", "remove", "Remove", tooltip="Remove the preset under the cursor", id="presets.remove"),
    ]

    def __init__(self, presets: Presets, present: FormValues) -> None:
        """Prepare it.

        Args:
            presets: Those there are.
            present: The form as it stands, to be kept.
        """
        super().__init__()
        self._presets = presets
        self._present = present

    def compose(self) -> ComposeResult:
        """The presets, and the name for another one."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Presets"
            yield OptionList(*self._options(), markup=False)
            yield Field("Keep form as", TextField(placeholder="a name"))
            yield Line(_NOTE, id="note")
        yield KeyBar()

    def on_mount(self) -> None:
        """To the presets, where there are some."""
        self._show_list()

    def _options(self) -> list[Option]:
        options: list[Option] = []
        for name in self._presets.names:
            preset = self._presets.get(name)
            if preset is not None:
                shown = set_cell_size(to_visible(name), _NAME_CELLS)
                text = Content.assemble((shown, "bold"), "  ", (to_visible(summary(preset)), "$text-muted"))
                options.append(Option(text, id=name))
        return options

    def _show_list(self) -> None:
        listed = self.query_one(OptionList)
        listed.display = bool(self._presets.names)
        (listed if listed.display else self.query_one(TextField)).focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    @on(Input.Changed)
    def _typed(self) -> None:
        name = self.query_one(TextField).text.strip()
        replaces = name in self._presets.names
        self.query_one("#note", Line).show("Replaces the preset of this name" if replaces else _NOTE)

    @on(Input.Submitted)
    def _keep(self, event: Input.Submitted) -> None:
        event.stop()
        name = self.query_one(TextField).text.strip()
        if reason := self._presets.why_not(name):
            self.query_one("#note", Line).show(f"! {reason}", wrong=True)
            return
        self._presets.keep(name, self._present)
        self.notify(f"Kept as {name[:NAME_LENGTH]}", markup=False)
        self.dismiss(None)

    def action_remove(self) -> None:
        """Remove the preset under the cursor."""
        listed = self.query_one(OptionList)
        option = listed.highlighted_option
        if option is None or option.id is None:
            return
        self._presets.drop(option.id)
        listed.remove_option(option.id)
        self._show_list()

    def action_cancel(self) -> None:
        """Back to the form as it was."""
        self.dismiss(None)
