"""Asks which `.env` file to take variables from."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.suggester import Suggester
from textual.widgets import Button, Input

from k8s_sandbox_tui.dashboard.create.fields import Line
from k8s_sandbox_tui.dashboard.create.path_completion import complete_path
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import FOCUSED_IN_FORM, FORM
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.plain_button import PlainButton
from k8s_sandbox_tui.dashboard.steady_input import SteadyInput
from k8s_sandbox_tui.provider.daemon_thread import in_daemon_thread
from k8s_sandbox_tui.provider.dotenv import Row
from k8s_sandbox_tui.provider.env_file import EnvFileError, read_env_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget


class PathSuggester(Suggester):
    """Offers the first file that the typed path may mean."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The completed path, or None."""
        return await in_daemon_thread(partial(complete_path, value), name="complete") or None


class _PathField(SteadyInput):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Import")]


class EnvFileScreen(Dialogue[tuple[Row, ...] | None]):
    """A path, completed as one types; stays open until a file could be read."""

    AUTO_FOCUS = "#path"
    DEFAULT_CSS = f"""
    EnvFileScreen {{
        align: center middle;
        & > #dialog {{
            width: 70;
            max-width: 96%;
            height: auto;
            padding: 1 2 0 2;
            {FORM}
        }}
        & #path, & #path:focus {{ padding: 0; background: $primary 25%; }}
        & .-wrong #path {{ background: $error 30%; }}
        & #note {{ height: 1; margin-bottom: 1; color: $text-muted; }}
        & .-wrong #note {{ color: $text-error; }}
        & #answer {{ height: 2; border-top: solid $primary 40%; align-horizontal: right; }}
        & Button {{ margin-left: 2; min-width: 12; background: $foreground 10%; }}
        & #import {{ background: $primary; }}
        & Button:focus, & #import:focus {{
            {FOCUSED_IN_FORM}
        }}
    }}
    """
    KEYED: ClassVar[Sequence[type[Widget]]] = (_PathField,)
    """What is in it that has keys of its own."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", id="import.cancel")]

    def compose(self) -> ComposeResult:
        """Path, reason, buttons."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Import a .env file"
            here = ".env" if Path(".env").is_file() else ""
            yield _PathField(here, id="path", placeholder="path of the file", suggester=PathSuggester(), compact=True)
            yield Line("Right takes the suggestion", id="note")
            with Horizontal(id="answer"):
                yield PlainButton("Cancel", id="cancel", compact=True)
                yield PlainButton("Import", id="import", variant="primary", compact=True)
        yield KeyBar()

    def _say(self, text: str, *, wrong: bool) -> None:
        self.query_one("#note", Line).show(text)
        self.query_one("#dialog").set_class(wrong, "-wrong")

    @on(Input.Changed)
    def _typed(self) -> None:
        self._say("Right takes the suggestion", wrong=False)

    @on(Input.Submitted)
    @on(Button.Pressed, "#import")
    @work(exclusive=True, group="import")
    async def _import(self) -> None:
        try:
            rows = await in_daemon_thread(partial(read_env_file, self.query_one("#path", Input).value), name="import")
        except EnvFileError as error:
            self._say(f"! {error}", wrong=True)
            self.query_one("#path").focus()
        else:
            self.dismiss(rows)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Leave without a file."""
        self.dismiss(None)
