"""What stands above the table: the state line, and a strip for each thing that a user has to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.state_line import StateLine

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.state_line import Part


class Strip(Static):
    """A sentence that stays for as long as it is true; hidden when there is none."""

    DEFAULT_CSS = """
    Strip {
        display: none;
        height: auto;
        max-height: 3;
        padding: 0 1;
        background: $surface;
        color: $status-pending;
        &.-shown { display: block; }
        &.-error { color: $status-failed; }
    }
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, markup=False)
        self._sentence = ""

    def show(self, sentence: str, *, error: bool = False) -> None:
        """Show the sentence, or nothing when it is empty."""
        if sentence != self._sentence:
            self._sentence = sentence
            self.update(harmless(f"! {sentence}"))
            self.set_class(bool(sentence), "-shown")
        self.set_class(error, "-error")


class TopLines(Vertical):
    """The lines above the table."""

    DEFAULT_CSS = "TopLines { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._strips: dict[str, Strip] = {}

    def compose(self) -> ComposeResult:
        """The state; strips come when there is something to say."""
        yield StateLine(id="state")

    def show_state(self, parts: list[Part]) -> None:
        """Show the state line."""
        self.query_one(StateLine).show(parts)

    def show_warning(self, sentence: str) -> None:
        """Show what the user should know of the cluster for as long as it is open."""
        self._strip("warning", sentence)

    def show_trouble(self, sentence: str, *, error: bool) -> None:
        """Show why the rows below are not fresh."""
        self._strip("trouble", sentence, error=error)

    def _strip(self, name: str, sentence: str, *, error: bool = False) -> None:
        strip = self._strips.get(name)
        if strip is None:
            if not sentence:
                return
            strip = self._strips[name] = Strip(id=name)
            self.mount(strip)
        strip.show(sentence, error=error)
