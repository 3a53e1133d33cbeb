"""The form that a new sandbox is made with."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Checkbox, Input, Static

from k8s_sandbox_tui.dashboard.choice import Choice
from k8s_sandbox_tui.dashboard.create.env_file_screen import EnvFileScreen
from k8s_sandbox_tui.dashboard.create.fields import Field, Fields, Section
from k8s_sandbox_tui.dashboard.create.form import CreateRequest, FormValues, check, id_preview, to_requests, url_preview
from k8s_sandbox_tui.dashboard.create.form_fields import form_fields, typed_values
from k8s_sandbox_tui.dashboard.create.notes import FIELDS, note, reason_of, rows_hint
from k8s_sandbox_tui.dashboard.create.presets import Presets, with_environment
from k8s_sandbox_tui.dashboard.create.rows import MAX_ROWS, KeyValueRows
from k8s_sandbox_tui.dashboard.create.text_field import TextField
from k8s_sandbox_tui.dashboard.create.visible import to_visible
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.plain_button import PlainButton
from k8s_sandbox_tui.dashboard.shown_keys import binding_key

if TYPE_CHECKING:
    from textual import getters
    from textual.app import App, ComposeResult

    from k8s_sandbox_tui.dashboard.create.form import CreateDefaults, FormReasons
    from k8s_sandbox_tui.provider.dotenv import Row


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """How the form was left."""

    values: FormValues
    """All that was typed, so that the form can be opened with it again."""
    requests: tuple[CreateRequest, ...]
    """What to create; nothing where the form was cancelled."""


class CreateScreen(Dialogue[FormAnswer]):
    """Asks for a new sandbox; every field says what is wrong with it while it is typed."""

    if TYPE_CHECKING:
        app = getters.app(App[object])

    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#runtime Choice"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter", "submit", "Create", tooltip="Create the sandbox", id="create.submit"),
        Binding("ctrl+r", "reveal", "Show values", tooltip="Show or hide the values of variables", id="create.reveal"),
        Binding("ctrl+o", "import", "Import .env", tooltip="Take variables from a .env file", id="create.import"),
        Binding("ctrl+y", "preview", "YAML", tooltip="Show the Pod that the form makes", id="create.preview"),
        Binding(
            "ctrl+t",
            "presets",
            "Presets",
            tooltip="Fill the form from a preset, or keep it as one",
            id="create.presets",
        ),
        Binding("escape", "cancel", "Cancel", tooltip="Leave; what was typed is kept", id="create.cancel"),
        # Before the focused field sees them: keys typed ahead have to find the focus where these lead.
        Binding("tab", "go('tab')", "Next field", show=False, priority=True),
        Binding("shift+tab", "go('shift+tab')", "Previous field", show=False, priority=True),
        Binding("enter", "go('enter')", "Next field", show=False, priority=True),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    def __init__(
        self,
        defaults: CreateDefaults,
        values: FormValues | None = None,
        *,
        failure: str = "",
        kept: str = "What you typed before is still here.",
        presets: Presets | None = None,
    ) -> None:
        """Make the form.

        Args:
            defaults: What empty fields stand for.
            values: What the fields hold at first; empty fields when None.
            failure: Why the last attempt failed, to be shown above the form.
            kept: Why the fields are not empty, where they are not.
            presets: Where forms are kept under a name; None: only as long as this one is open.
        """
        super().__init__()
        self._defaults = defaults
        self._first = values or self._empty
        self._failure = failure
        self._kept = kept
        self._presets = presets or Presets()

    @property
    def _empty(self) -> FormValues:
        return FormValues(runtime=self._defaults.runtime, profile=self._defaults.config.security_profile)

    def compose(self) -> ComposeResult:
        """Primary fields first; the buttons stay in view."""
        first = self._first
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "New sandbox"
            with Fields(id="fields"):
                if self._failure:
                    yield Static(self._failure, id="failure", markup=False)
                elif not first.is_empty:
                    with Horizontal(id="kept"):
                        yield Static(self._kept, markup=False)
                        yield PlainButton("Start afresh", id="afresh", compact=True)
                yield from form_fields(first, self._defaults)
            with Horizontal(id="answer"):
                yield Static("", id="summary", markup=False)
                yield PlainButton("Cancel", id="cancel", compact=True)
                yield PlainButton("Create", id="create", variant="primary", compact=True)
        yield KeyBar()

    def on_mount(self) -> None:
        """Judge what the form starts with."""
        self.query_one("#answer").set_class(bool(self._defaults.url_template), "-with-url")
        self._judge()

    @property
    def values(self) -> FormValues:
        """The form as typed."""
        return typed_values(self)

    @on(Choice.Changed)
    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(KeyValueRows.Changed)
    @on(events.DescendantFocus)
    def _judge(self) -> None:
        """Say beside each field what is wrong with it, and below, what will be made."""
        values = self.values
        reasons = check(values)
        self.query_one("#image TextField", TextField).placeholder = to_visible(self._defaults.images[values.runtime])
        for name in FIELDS:
            field = self.query_one(f"#{name}", Field)
            field.show(note(name, values, reasons, focused=field.has_focus_within))
        for name in ("runtime", "profile"):
            self.query_one(f"#{name}", Field).show()
        envs = self.query_one("#envs", KeyValueRows)
        envs.show_reasons(reasons.envs)
        self.query_one("#metadata", KeyValueRows).show_reasons(reasons.metadata)
        self.query_one("#envs-title", Section).show_hint(self._rows_hint(values))
        self.query_one("#summary", Static).update(self._summary(values, reasons.count), layout=False)

    def _rows_hint(self, values: FormValues) -> str:
        masked = self.query_one("#envs", KeyValueRows).masked
        return rows_hint(
            values, masked=masked, load=binding_key(self, "create.import"), reveal=binding_key(self, "create.reveal")
        )

    def _summary(self, values: FormValues, wrong: int) -> Content:
        if wrong:
            return Content.styled(f"! {wrong} field{'s' * (wrong > 1)} to change", "$text-error")
        url = url_preview(values, self._defaults)
        return Content.assemble(
            (to_visible(id_preview(values, self._defaults)), "$foreground-muted"),
            (f"\n{to_visible(url)}" if url else "", "$foreground-disabled"),
        )

    @on(KeyValueRows.TooMany)
    def _too_many(self, event: KeyValueRows.TooMany) -> None:
        event.stop()
        self.notify(
            f"The form holds {MAX_ROWS} rows; {event.left_out} more were left out.", severity="warning", markup=False
        )

    def action_go(self, key: str) -> None:
        """Move the focus at once where the key leads to another field."""
        focused = self.focused
        above = [] if focused is None else [node for node in focused.ancestors if isinstance(node, KeyValueRows)]
        if above:
            if not above[0].move_within_row(key):
                raise SkipAction
        elif key == "shift+tab":
            self.focus_previous()
        elif key == "tab" or isinstance(focused, (TextField, Choice)):
            self.focus_next()
        else:
            raise SkipAction

    @on(TextField.PastedLines)
    def _pasted_lines(self, event: TextField.PastedLines) -> None:
        """A name has one line: the first of what was pasted."""
        event.field.paste(event.text.strip().splitlines()[0] if event.text.strip() else "")

    @on(Button.Pressed, "#create")
    def action_submit(self) -> None:
        """Create, or go to the first field that has to change."""
        values = self.values
        if not check(values).count:
            self.dismiss(FormAnswer(values, to_requests(values)))
            return
        self._go_to_first(check(values))

    def _go_to_first(self, reasons: FormReasons) -> None:
        for field in FIELDS:
            if reason_of(field, reasons):
                self.query(f"#{field} TextField").first().focus()
                return
        for rows, row_reasons in (("envs", reasons.envs), ("metadata", reasons.metadata)):
            wrong = next((index for index, reason in enumerate(row_reasons) if reason), None)
            if wrong is not None:
                self.query_one(f"#{rows}", KeyValueRows).edit(wrong, on_key=True)
                return

    @on(Button.Pressed, "#afresh")
    async def _afresh(self) -> None:
        """Make the form again with nothing in it."""
        await self._fill(self._empty, "")

    async def _fill(self, values: FormValues, kept: str) -> None:
        self._first, self._kept, self._failure = values, kept, ""
        await self.recompose()
        self.on_mount()
        self.query_one("#runtime Choice", Choice).focus()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Leave without creating."""
        self.dismiss(FormAnswer(self.values, ()))

    def action_import(self) -> None:
        """Ask for a file, and append what is in it."""

        def chosen(rows: tuple[Row, ...] | None) -> None:
            if rows:
                self.query_one("#envs", KeyValueRows).add(rows)

        self.app.push_screen(EnvFileScreen(), chosen)

    def action_preview(self) -> None:
        """Show the Pod, or go to the first field that has to change."""
        from k8s_sandbox_tui.dashboard.create.preview import pod_yaml
        from k8s_sandbox_tui.dashboard.create.preview_screen import PreviewScreen
        from k8s_sandbox_tui.provider.errors import InvalidArgumentError

        values = self.values
        if check(values).count:
            self._go_to_first(check(values))
            return
        masked = self.query_one("#envs", KeyValueRows).masked
        try:
            text = pod_yaml(to_requests(values)[0], self._defaults, masked=masked)
        except InvalidArgumentError as error:
            self.notify(error.message, severity="error", markup=False)
        else:
            self.app.push_screen(PreviewScreen(text))

    def action_presets(self) -> None:
        """Fill the form from a preset, or keep it as one."""
        from k8s_sandbox_tui.dashboard.create.presets_screen import PresetsScreen

        async def chosen(name: str | None) -> None:
            preset = self._presets.get(name) if name else None
            if preset is not None:
                await self._fill(with_environment(preset, os.environ), f"Filled from the preset {name}.")

        self.app.push_screen(PresetsScreen(self._presets, self.values), chosen)

    def action_reveal(self) -> None:
        """Show or hide the values of the variables."""
        envs = self.query_one("#envs", KeyValueRows)
        envs.masked = not envs.masked
        self._judge()
