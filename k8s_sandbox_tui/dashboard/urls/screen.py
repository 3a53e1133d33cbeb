"""Asks for a port and shows its URL while one types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Label, Static

from k8s_sandbox_tui.dashboard.choice import Choice
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.plain_button import PlainButton
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.dashboard.shown_keys import binding_key
from k8s_sandbox_tui.dashboard.steady_input import SteadyInput
from k8s_sandbox_tui.dashboard.urls.port_chips import PortChips
from k8s_sandbox_tui.dashboard.urls.ports import PROTOCOLS, parse_port, port_reason
from k8s_sandbox_tui.dashboard.urls.source import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

    from k8s_sandbox_tui.dashboard.urls.ports import UrlHistory
    from k8s_sandbox_tui.dashboard.urls.source import UrlSource

NOT_SET = "! No URL template is set, so there is no address to copy or open.\n{rest}"
"""What to say in the place of the placeholder."""

FORWARD_INSTEAD = (
    "Enter forwards the port to this machine instead. To have addresses,\n{how} that fits your ingress or gateway."
)
NO_FORWARD = "{why}\nTo have addresses, {how} that fits your ingress or gateway."


class UrlWish(StrEnum):
    """What is to be done with the URL."""

    COPY = "copy"
    OPEN = "open"
    FORWARD = "forward"
    """The port is wanted on this machine instead."""
    TEMPLATE = "template"
    """Another template is wanted first."""


@dataclass(frozen=True, slots=True)
class UrlAnswer:
    """A URL that was chosen."""

    url: str
    wish: UrlWish
    port: int


ENTER = (
    Binding("enter", "screen.copy", "Copy", tooltip="Copy the URL"),
    Binding("enter", "screen.forward", "Forward", tooltip="Forward the port, where no URL template is set"),
)
"""What Enter does: the first where there is a URL, else the second."""


class _PortField(SteadyInput):
    """The port's field; it names the keys that the screen answers, which `Input` would hide."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ENTER,
        Binding("down", "screen.suggest(1)", "Next port", tooltip="The next of the suggested ports"),
        Binding("up", "screen.suggest(-1)", "Previous port", show=False),
    ]


class UrlScreen(Dialogue[UrlAnswer | None]):
    """Port and protocol, and the URL they make; where that would lead nowhere, the way that does not."""

    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#port"

    KEYED: ClassVar[Sequence[type[Widget]]] = (_PortField,)
    """What is in it that has keys of its own."""
    BINDINGS: ClassVar[list[BindingType]] = [
        *ENTER,
        Binding("ctrl+o", "open", "Open", tooltip="Open the URL in the browser", id="url.open"),
        Binding("ctrl+f", "forward", "Forward", tooltip="Forward the port to this machine instead", id="url.forward"),
        Binding("ctrl+t", "template", "Template", tooltip="Set the template that makes the URLs", id="url.template"),
        Binding("escape", "cancel", "Cancel", id="url.cancel"),
    ]

    def __init__(
        self,
        source: UrlSource,
        history: UrlHistory,
        *,
        port: int | None = None,
        may_change: bool = True,
        why_no_forward: str = "",
    ) -> None:
        """A question for a port.

        Args:
            source: Makes the URLs.
            history: The ports used before.
            port: The one to begin with, else the one used last.
            may_change: Whether another template may be set.
            why_no_forward: Why the port cannot be forwarded; empty where it can.
        """
        super().__init__()
        self._why_no_forward = why_no_forward
        self._first = port
        self._may_change = may_change
        self._source = source
        self._history = history
        self._suggestions = history.suggestions()
        self._nowhere = is_placeholder(source.get_url(self._suggestions[0]))

    def compose(self) -> ComposeResult:
        """Fields, preview, warning, buttons."""
        recent = self._history.ports
        with Vertical(id="dialog", classes="-nowhere" if self._nowhere else None) as dialog:
            dialog.border_title = "URL of a port"
            yield Static(sanitize_line(self._source.sandbox_id), id="sandbox", markup=False)
            with Horizontal(classes="field"):
                yield Label("Port", classes="label")
                yield _PortField(str(self._first or self._suggestions[0]), id="port", compact=True, max_length=20)
                yield Static("", id="reason", markup=False)
            with Horizontal(classes="field words"):
                yield Label("", classes="label")
                yield PortChips(recent, self._suggestions[len(recent) :], id="chips")
            with Horizontal(classes="field words", id="protocol"):
                yield Label("Protocol", classes="label")
                yield Choice([(protocol, protocol) for protocol in PROTOCOLS], self._history.protocol)
            yield Static("", id="url", markup=False)
            yield Static("", id="warning", markup=False)
            with Horizontal(id="answer"):
                yield Static("", classes="space")
                yield PlainButton("Cancel", id="cancel", compact=True)
                if self._may_change and self._nowhere:
                    yield PlainButton("Set template", id="template", compact=True)
                if not self._why_no_forward:
                    yield PlainButton(
                        "Forward", id="forward", variant="primary" if self._nowhere else "default", compact=True
                    )
                if not self._nowhere:
                    yield PlainButton("Open", id="open", compact=True)
                    yield PlainButton("Copy", id="copy", variant="primary", compact=True)
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the first suggestion's URL."""
        key = binding_key(self, "url.template")
        how = f"{key} sets a template" if key else "set a template"
        rest = (NO_FORWARD if self._why_no_forward else FORWARD_INSTEAD).format(why=self._why_no_forward, how=how)
        self.query_one("#warning", Static).update(NOT_SET.format(rest=rest))
        self._preview()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing that leads nowhere is copied or opened; Enter is left to what is first."""
        if self._why_no_forward and action == "forward":
            return False
        if (self._nowhere and action in {"copy", "open"}) or (not self._may_change and action == "template"):
            return False
        return super().check_action(action, parameters)

    @property
    def port(self) -> int | None:
        """The port that is typed; None where it is none."""
        return parse_port(self.query_one("#port", Input).value)

    @property
    def url(self) -> str:
        """The URL as chosen; empty where there is none."""
        port = self.port
        return "" if port is None else self._source.get_url(port, protocol=self.query_one(Choice).value)

    @on(Input.Changed)
    @on(Choice.Changed)
    def _preview(self) -> None:
        url = self.url
        reason = port_reason(self.query_one("#port", Input).value)
        self.query_one("#reason", Static).update(f"! {reason}" if reason else "")
        self.query_one("#url", Static).update(sanitize_line(url) or "-")
        self.query_one("#dialog").set_class(bool(reason), "-wrong")
        self.query_one(PortChips).port = self.port

    @on(PortChips.Picked)
    def _picked(self, event: PortChips.Picked) -> None:
        field = self.query_one("#port", Input)
        field.value = str(event.port)
        field.focus()

    def action_suggest(self, step: int) -> None:
        """Put the next of the suggested ports into the field; the ends are joined."""
        port = self.port
        if port in self._suggestions:
            index = (self._suggestions.index(port) + step) % len(self._suggestions)
        else:
            index = 0 if step > 0 else -1
        field = self.query_one("#port", Input)
        field.value = str(self._suggestions[index])
        field.select_all()

    @on(Button.Pressed, "#copy")
    def action_copy(self) -> None:
        """Leave with the URL, to be copied."""
        self._leave(UrlWish.COPY)

    @on(Button.Pressed, "#open")
    def action_open(self) -> None:
        """Leave with the URL, to be opened."""
        self._leave(UrlWish.OPEN)

    @on(Button.Pressed, "#forward")
    def action_forward(self) -> None:
        """Leave with the port, to be forwarded."""
        self._leave(UrlWish.FORWARD)

    @on(Button.Pressed, "#template")
    def action_template(self) -> None:
        """Leave for the question about the template; the port is kept where it is one."""
        self.dismiss(UrlAnswer("", UrlWish.TEMPLATE, self.port or self._suggestions[0]))

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Leave with nothing."""
        self.dismiss(None)

    def _leave(self, wish: UrlWish) -> None:
        port = self.port
        if port is None:
            self.query_one("#port", Input).focus()
            return
        url = self.url
        self._history.use(port, self.query_one(Choice).value)
        self.dismiss(UrlAnswer(url, wish, port))
