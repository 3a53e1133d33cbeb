"""Starts, lists and ends forwards; they go on when the screen is closed."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from k8s_sandbox_tui.dashboard.clipboard import copy_text
from k8s_sandbox_tui.dashboard.forwards.lines import forward_lines, state_text
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.listing_screen import Listing, ListingScreen
from k8s_sandbox_tui.dashboard.plain_input import PlainInput
from k8s_sandbox_tui.dashboard.still_open import still_open
from k8s_sandbox_tui.dashboard.urls.browser import open_in_browser, why_not_open
from k8s_sandbox_tui.dashboard.urls.port_chips import PortChips
from k8s_sandbox_tui.dashboard.urls.ports import parse_port, port_reason
from k8s_sandbox_tui.provider.errors import SandboxError
from k8s_sandbox_tui.provider.forward.model import ForwardState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import getters
    from textual.app import ComposeResult
    from textual.widget import Widget

    from k8s_sandbox_tui.dashboard.clipboard_app import ClipboardApp
    from k8s_sandbox_tui.dashboard.forwards.board import Forwards
    from k8s_sandbox_tui.dashboard.forwards.protocols import ForwardHandle
    from k8s_sandbox_tui.dashboard.sandbox_host import SandboxHost
    from k8s_sandbox_tui.dashboard.urls.ports import UrlHistory

_STYLES = {"name": "bold", "numbers": "$foreground-muted", "error": "$text-error"}
_STATE_STYLES = {
    ForwardState.LISTENING: "$status-running",
    ForwardState.CLOSED: "$muted",
    ForwardState.GONE: "$status-failed",
}
REPAINT = 0.5
"""Seconds between two looks at the numbers."""


class _PortInput(PlainInput):
    """A port's field, with the keys that the screen answers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Forward", tooltip="Forward this port"),
        Binding("down", "screen.to_list", "To the list", tooltip="To the forwards below"),
    ]


class _List(Listing):
    """The forwards."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Copy URL", tooltip="Copy the address as a URL", id="forwards.copy"),
        Binding("o", "screen.open", "Open", tooltip="Open it in the browser", id="forwards.open"),
        Binding("delete,x", "screen.stop", "Stop", tooltip="End it and break its connections", id="forwards.stop"),
        Binding("n", "screen.to_port", "New", tooltip="To the field for another port", id="forwards.new"),
    ]


def _prompt(handle: ForwardHandle, width: int) -> Content:
    """Its lines; what has become of it stands out at the end of the first one."""
    lines = Content("\n").join([Content.styled(text, _STYLES[kind]) for text, kind in forward_lines(handle, width)])
    end = lines.plain.find("\n")
    return lines.stylize(_STATE_STYLES[handle.state], end - len(state_text(handle)), end)


class ForwardsScreen(ListingScreen[None]):
    """A field for a port of one sandbox, and all forwards of the session."""

    if TYPE_CHECKING:
        app = getters.app(ClipboardApp[object])
    DEFAULT_CSS = """
    ForwardsScreen {
        & .new { height: 1; }
        & .label { width: auto; padding-right: 1; color: $muted; }
        & _PortInput { width: 8; background: $foreground 8%; margin-right: 2; }
        & _PortInput:focus { background: $primary 25%; }
        & #none { margin-top: 1; }
        & Listing { max-height: 14; margin-top: 1; }
    }
    """
    KEYED: ClassVar[Sequence[type[Widget]]] = (
        _PortInput,
        _List,
    )
    """What is in it that has keys of its own."""
    AUTO_FOCUS = ""

    def __init__(
        self,
        forwards: Forwards,
        host: SandboxHost | None,
        name: str,
        history: UrlHistory,
        *,
        port: int | None = None,
        shared: bool = False,
    ) -> None:
        """Show all forwards, and ask for a port where there is a sandbox.

        Args:
            forwards: All of them.
            host: The sandbox of which a port can be forwarded.
            name: What it is called.
            history: The ports used before.
            port: The port to begin with; the one used last where it is left out.
            shared: Whether the ports of the sandbox are those of this machine.
        """
        super().__init__()
        self._forwards = forwards
        self._host = host
        self._name = name
        self._history = history
        self._port = port
        self._shared = shared
        self._shown: tuple[ForwardHandle, ...] = ()

    def compose(self) -> ComposeResult:
        """The field, what it said, the list."""
        suggestions = self._history.suggestions()
        recent = len(self._history.ports)
        with Vertical() as dialog:
            dialog.border_title = "Port forwards"
            if self._host is not None:
                yield Static(f"Forward a port of {harmless(self._name)} to this machine", markup=False)
                with Horizontal(classes="new"):
                    yield Static("Port", classes="label")
                    yield _PortInput(str(self._port or suggestions[0]), id="port", compact=True, max_length=6)
                    yield Static("here", classes="label")
                    yield _PortInput(
                        placeholder="any" if self._shared else "same", id="local", compact=True, max_length=6
                    )
                yield PortChips(suggestions[:recent], suggestions[recent:])
            yield self.said()
            yield Static("No port is forwarded yet.", id="none", markup=False)
            yield _List(markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what there is, and go on showing it."""
        self._paint()
        (self.query_one("#port") if self._host is not None else self.query_one(_List)).focus()
        self.set_interval(REPAINT, self._paint)

    def on_resize(self) -> None:
        """The lines are made for a width."""
        if still_open(self):
            self._paint()

    def _paint(self) -> None:
        shown, listed = self._forwards.all, self.query_one(_List)
        width = max(20, listed.size.width - 2) if listed.size.width else 60
        prompts = [_prompt(one, width) for one in shown]
        if shown != self._shown:
            at = listed.highlighted
            kept = self._shown[at] if at is not None and at < len(self._shown) else None
            self._shown = shown
            listed.set_options([Option(prompt) for prompt in prompts])
            if shown:
                listed.highlighted = shown.index(kept) if kept in shown else min(at or 0, len(shown) - 1)
        else:
            for number, prompt in enumerate(prompts):
                if listed.get_option_at_index(number).prompt != prompt:
                    listed.replace_option_prompt_at_index(number, prompt)
        listed.set_class(not shown, "-hidden")
        self.query_one("#none").set_class(bool(shown), "-hidden")

    @property
    def _chosen(self) -> ForwardHandle | None:
        at = self.query_one(_List).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    @on(PortChips.Picked)
    def _picked(self, event: PortChips.Picked) -> None:
        field = self.query_one("#port", Input)
        field.value = str(event.port)
        field.focus()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        port, local = self.query_one("#port", Input).value, self.query_one("#local", Input).value.strip()
        reason = port_reason(port) or (port_reason(local) if local else "")
        number, here = parse_port(port), parse_port(local)
        if self._shared and not reason:
            # From its own number it would lead back to itself, or keep the sandbox from listening there.
            if here == number:
                reason = f"It is here already, as localhost:{number}: choose another number, or none"
            here = here or 0
        self.say(reason)
        if not reason and number is not None:
            self._start(number, here)

    @work(exclusive=True, group="start")
    async def _start(self, port: int, local: int | None) -> None:
        if self._host is None:
            return
        try:
            handle = await self._forwards.start(await self._host.sandbox(), port, local)
        except SandboxError as error:
            self.say(str(error))
            return
        self._history.use(port, self._history.protocol)
        self._paint()
        listed = self.query_one(_List)
        listed.highlighted = self._shown.index(handle)
        listed.focus()

    @on(OptionList.OptionSelected)
    @work(group="copy")
    async def _copy(self) -> None:
        handle = self._chosen
        if handle is not None:
            outcome = await copy_text(self.app, handle.url, environ=os.environ)
            severity = "warning" if outcome.failed else "information"
            self.app.notify(f"{outcome.message}\n{handle.url}", severity=severity, markup=False)

    @work(group="open")
    async def action_open(self) -> None:
        """Open the chosen one in the browser."""
        handle = self._chosen
        if handle is None:
            return
        problem = why_not_open(handle.url, os.environ, sys.platform)
        if not problem and not await open_in_browser(handle.url, os.environ):
            problem = "No browser could be started: copy the URL instead."
        severity = "warning" if problem else "information"
        self.app.notify(f"{problem or 'Opened in the browser'}\n{handle.url}", severity=severity, markup=False)

    @work(group="stop")
    async def action_stop(self) -> None:
        """End the chosen one."""
        handle = self._chosen
        if handle is not None:
            await self._forwards.stop(handle)
            self._paint()
            if not self._shown and self._host is not None:
                self.query_one("#port").focus()

    def action_to_list(self) -> None:
        """From the field to the list."""
        if self._shown:
            self.query_one(_List).focus()

    def action_to_port(self) -> None:
        """From the list to the field."""
        if self._host is not None:
            self.query_one("#port").focus()
