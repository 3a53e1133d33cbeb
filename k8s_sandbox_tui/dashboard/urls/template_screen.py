"""Asks for the template that makes the URLs, and shows what it makes while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import FOCUSED_IN_FORM, FORM
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.plain_button import PlainButton
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.dashboard.steady_input import SteadyInput
from k8s_sandbox_tui.dashboard.urls.template import MAX_TEMPLATE, template_reason
from k8s_sandbox_tui.provider.url import sandbox_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

    from k8s_sandbox_tui.dashboard.urls.source import TemplateUrls
    from k8s_sandbox_tui.dashboard.urls.template import UrlTemplate

PORT = 3000
"""Of the URL that is shown."""

EXPLAINED = (
    "How your ingress or gateway names the ports of sandboxes.\n"
    "{service} is the name of the sandbox and -svc; {protocol}, {namespace}\n"
    "and {port} are what they say."
)


class _TemplateField(SteadyInput):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Keep", tooltip="Keep the template")]


class TemplateScreen(Dialogue[str | None]):
    """Gives back a template that URLs can be made of, or an empty one, for none; None: all stays as it is."""

    AUTO_FOCUS = "#template"
    DEFAULT_CSS = f"""
    TemplateScreen {{
        align: center middle;
        & > #dialog {{
            width: 100%;
            max-width: 90;
            height: auto;
            max-height: 100%;
            margin: 0 2;
            padding: 1 2 0 2;
            {FORM}
        }}
        & #explained {{ height: auto; color: $text-muted; margin-bottom: 1; }}
        & #template, & #template:focus {{ padding: 0; background: $primary 25%; }}
        & .-wrong #template {{ background: $error 30%; }}
        & #note {{ height: 2; margin: 1 0 0 0; color: $text-accent; }}
        & .-wrong #note {{ color: $text-error; }}
        & #kept {{ width: 1fr; color: $text-muted; }}
        & #answer {{ height: 2; border-top: solid $primary 40%; }}
        & #answer > Button {{ margin-left: 2; min-width: 12; background: $foreground 10%; }}
        & #answer > #keep {{ background: $primary; }}
        & #answer > Button:focus, & #answer > #keep:focus {{
            {FOCUSED_IN_FORM}
        }}
    }}
    """
    KEYED: ClassVar[Sequence[type[Widget]]] = (_TemplateField,)
    """What is in it that has keys of its own."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", id="template.cancel")]

    def __init__(self, template: UrlTemplate, source: TemplateUrls) -> None:
        """Args: `template` is what holds now, `source` the sandbox whose URL is shown."""
        super().__init__()
        self._template = template
        self._source = source

    def compose(self) -> ComposeResult:
        """What it is, the field, what comes of it, buttons."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "URL template"
            yield Static(EXPLAINED, id="explained", markup=False)
            text = self._template.text or self._template.example
            yield _TemplateField(text, id="template", compact=True, max_length=MAX_TEMPLATE, select_on_focus=False)
            yield Static("", id="note", markup=False)
            with Horizontal(id="answer"):
                yield Static(f"Kept for {sanitize_line(self._template.cluster)}", id="kept", markup=False)
                yield PlainButton("Cancel", id="cancel", compact=True)
                yield PlainButton("Keep", id="keep", variant="primary", compact=True)
        yield KeyBar()

    @property
    def text(self) -> str:
        """The template that is typed."""
        return self.query_one("#template", Input).value.strip()

    @on(Input.Changed)
    def _judge(self) -> None:
        reason = template_reason(self.text)
        self.query_one("#note", Static).update(f"! {reason}" if reason else self._outcome())
        self.query_one("#dialog").set_class(bool(reason), "-wrong")

    def _outcome(self) -> str:
        text = self.text or self._template.default
        if not text:
            return "Nothing here: there are no URLs then."
        url = sandbox_url(text, namespace=self._source.namespace, name=self._source.name, port=PORT)
        return sanitize_line(url)

    @on(Input.Submitted)
    @on(Button.Pressed, "#keep")
    def _keep(self) -> None:
        if template_reason(self.text):
            self.query_one("#template").focus()
        else:
            self.dismiss(self.text)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Leave all as it is."""
        self.dismiss(None)
