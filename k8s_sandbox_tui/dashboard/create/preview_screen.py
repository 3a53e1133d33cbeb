"""Shows the Pod that the form would make."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.create.visible import to_visible
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import FORM
from k8s_sandbox_tui.dashboard.key_bar import KeyBar

if TYPE_CHECKING:
    from textual import getters
    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.clipboard_app import ClipboardApp

_LINE = re.compile(r"(?P<key>[ -]*[^\s:'\"][^:]*:)(?P<value>(?:\s.*)?)")


class PreviewScreen(Dialogue[None]):
    """YAML to read; it can be copied as it is shown."""

    if TYPE_CHECKING:
        app = getters.app(ClipboardApp[object])

    AUTO_FOCUS = "#text"
    DEFAULT_CSS = f"""
    PreviewScreen {{
        align: center middle;
        & > #text {{
            width: 100%;
            max-width: 100;
            height: auto;
            max-height: 100%;
            margin: 0 1;
            padding: 1 2;
            {FORM}
            scrollbar-size-vertical: 1;
        }}
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+y", "dismiss", "Back to the form", tooltip="Back to the form", id="preview.close"),
        Binding("c", "copy", "Copy", tooltip="Copy the YAML as it is shown", id="preview.copy"),
    ]

    def __init__(self, text: str) -> None:
        """Args: `text` is YAML."""
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """The text, and the keys."""
        with VerticalScroll(id="text") as scroll:
            scroll.border_title = "The Pod"
            yield Static(Content("\n").join(map(_painted, self._text.splitlines())), markup=False)
        yield KeyBar()

    @work(exclusive=True, group="copy")
    async def action_copy(self) -> None:
        """Copy it, and say truthfully where to."""
        from k8s_sandbox_tui.dashboard.clipboard import copy_text

        outcome = await copy_text(self.app, self._text)
        self.notify(outcome.message, severity="error" if outcome.failed else "information", markup=False)


def _painted(line: str) -> Content:
    shown = to_visible(line)
    match = _LINE.fullmatch(shown)
    if match is None:
        return Content(shown)
    return Content.assemble((match["key"], "$foreground-muted"), match["value"])
