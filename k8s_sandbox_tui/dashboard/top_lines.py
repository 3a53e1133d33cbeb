"""What stands above the table: the state line, and a strip for each thing that a user has to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.request_rate import RequestRate
from k8s_sandbox_tui.dashboard.state_line import Tally, state_parts
from k8s_sandbox_tui.dashboard.state_widget import StateLine

if TYPE_CHECKING:
    from datetime import datetime

    from textual import getters
    from textual.app import App, ComposeResult

    from k8s_sandbox_tui.dashboard.feed_state import FeedState
    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.state_line import ClusterState
    from k8s_sandbox_tui.dashboard.store import SandboxStore


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

    if TYPE_CHECKING:
        app = getters.app(App[object])

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self.rate = RequestRate()
        """What the client asks of the cluster that is shown."""
        self._strips: dict[str, Strip] = {}

    def compose(self) -> ComposeResult:
        """The state; strips come when there is something to say."""
        yield StateLine(id="state")

    def show(
        self, cluster: ClusterState, feed: FeedState, store: SandboxStore, now: datetime, *, forwards: int = 0
    ) -> None:
        """Show which cluster it is, how fresh its rows are, and why they are not."""
        tally = Tally(store.counts, store.requested, len(store.marks), forwards, self.rate.per_second)
        parts = state_parts(cluster, feed, tally, width=self.app.size.width, now=now, glyphs=self._glyphs)
        self.query_one(StateLine).show(parts)
        # Without rows the table itself has room to say it.
        trouble = feed.trouble if tally.counts else ""
        self._strip("trouble", trouble, error=feed.freshness in {"denied", "closed"} or bool(feed.denied))

    def begin(self, warning: str = "") -> None:
        """Another cluster is shown, or none; what the user should know of it for as long as it is open."""
        self.rate.forget()
        self._strip("warning", warning)

    def _strip(self, name: str, sentence: str, *, error: bool = False) -> None:
        strip = self._strips.get(name)
        if strip is None:
            if not sentence:
                return
            strip = self._strips[name] = Strip(id=name)
            self.mount(strip)
        strip.show(sentence, error=error)
