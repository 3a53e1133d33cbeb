"""The line in which a filter is typed; it stays in view for as long as the filter is active."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from k8s_sandbox_tui.dashboard.filter.complete import completions
from k8s_sandbox_tui.dashboard.filter.parse import parse_filter
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.memories import FILTERS
from k8s_sandbox_tui.dashboard.plain_input import PlainInput
from k8s_sandbox_tui.dashboard.shown_keys import first_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.remembered import Remembered
    from k8s_sandbox_tui.dashboard.store import SandboxStore
    from k8s_sandbox_tui.provider.label_terms import LabelTerm


AT_ONCE = 1000
"""Sandboxes made ready for the filter between two looks at the keys: one to two milliseconds."""

MOST_REMEMBERED = 50
"""Filters that are remembered."""

MANY = 5000
"""Sandboxes from which on it is worth having the cluster send fewer."""

ASK_ID, ASK_KEYS = "filter.ask", "ctrl+s"
"""What has it do so."""

GRAMMAR = '!not "two words" /regex/ name:web image: meta.KEY: age>2h exit:137 is:failed'
"""What can be typed, in a line of 80 columns."""


class FilterInput(PlainInput):
    """Where the terms are typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Keep", tooltip="Keep the filter and go to the table.", id="filter.keep"),
        Binding("tab", "complete", "Complete", tooltip="Complete the term.", id="filter.complete"),
        Binding("up", "recall(1)", "Earlier", tooltip="The filter before.", id="filter.earlier"),
        Binding("down", "recall(-1)", "Later", show=False, tooltip="The filter after.", id="filter.later"),
        Binding(
            ASK_KEYS,
            "ask",
            "Server",
            id=ASK_ID,
            tooltip="Ask the cluster for what its labels find alone (label.KEY=, label.KEY!=, runtime=).",
        ),
        Binding("escape", "clear", "Clear", tooltip="Clear the filter and go back to the table.", id="filter.clear"),
    ]

    class Left(Message):
        """The user goes back to the table."""

    class Completion(Message):
        """The term is to be completed."""

    class Ask(Message):
        """The cluster is to be asked for no more than this."""

    class Recall(Message):
        """An earlier filter is wanted, or with a negative step a later one."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def action_clear(self) -> None:
        """Let everything through again."""
        self.value = ""
        self.post_message(self.Left())

    def action_keep(self) -> None:
        """Back to the table, with the filter as it is."""
        self.post_message(self.Left())

    def action_complete(self) -> None:
        """Complete the term before the cursor."""
        self.post_message(self.Completion())

    def action_ask(self) -> None:
        """Have the cluster send no more than this."""
        self.post_message(self.Ask())

    def action_recall(self, step: int) -> None:
        """Bring back an earlier filter, or a later one."""
        self.post_message(self.Recall(step))


class FilterBar(Vertical):
    """A filter, how many sandboxes it lets through, and while one types what can be typed."""

    DEFAULT_CSS = """
    FilterBar {
        height: auto;
        display: none;
        background: $surface;
        &.-open { display: block; }
        & Horizontal { height: 1; }
        & .label { width: auto; padding: 0 1; color: $accent; text-style: bold; }
        & FilterInput { width: 1fr; }
        & .result { width: auto; padding: 0 1; color: $muted; }
        & .told { display: none; height: 1; padding: 0 1; color: $muted; text-wrap: nowrap; text-overflow: ellipsis; }
        &.-typing .told { display: block; }
        & .told.-wrong { display: block; color: $status-failed; }
    }
    """

    class Changed(Message):
        """Another text was typed, and the store filters by it."""

    class Left(Message):
        """The user goes back to the table."""

    class Asked(Message):
        """The cluster is to be asked for what of the filter it knows."""

    class Settled(Message):
        """Nobody types at the filter any more, or it was cleared."""

    def __init__(self, store: SandboxStore, remembered: Remembered, keymap: Mapping[str, str], text: str = "") -> None:
        """Begin with a filter, or hidden."""
        super().__init__(classes="-open" if text else None)
        self._first = text
        store.filter_by(parse_filter(text))
        self._store = store
        self._remembered = remembered
        self._keymap = keymap
        self._recalled = -1
        self._typed = ""
        self._offers: list[str] = []
        self._offer = ""
        self._problem = ""
        self._doubt = ""
        self._advised = ""

    def compose(self) -> ComposeResult:
        """A title, the text, the result, and the help."""
        with Horizontal():
            yield Static("Filter", classes="label", markup=False)
            yield FilterInput(
                self._first, placeholder="words to find; !word leaves out", compact=True, select_on_focus=False
            )
            yield Static("", classes="result", markup=False)
        yield Static(GRAMMAR, classes="told", markup=False)

    @property
    def text(self) -> str:
        """The filter as typed."""
        return self.query_one(FilterInput).value

    def open(self) -> None:
        """Show the line and type into it."""
        self.add_class("-open")
        self._recalled = -1
        self.query_one(FilterInput).focus()
        self._prepare()

    @work(exclusive=True)
    async def _prepare(self) -> None:
        for _ in self._store.preparing(AT_ONCE):
            await asyncio.sleep(0)

    def on_descendant_focus(self) -> None:
        """Tell what can be typed."""
        self.add_class("-typing")

    def on_descendant_blur(self) -> None:
        """Leave the room to the table."""
        self.remove_class("-typing")
        self.post_message(self.Settled())

    def clear(self) -> None:
        """Let everything through, and hide the line."""
        self.query_one(FilterInput).value = ""
        self.remove_class("-open")

    def on_mount(self) -> None:
        """The result has a place now."""
        if self._first:
            self.post_message(self.Changed())

    def show(self, text: str) -> None:
        """Show a filter as if it had been typed; the focus stays where it is."""
        self._first = text
        for field in self.query(FilterInput):
            field.value = text
        self.set_class(bool(text), "-open")
        self._store.filter_by(parse_filter(text))

    def show_result(self, shown: int, total: int, *, asked: tuple[LabelTerm, ...] = ()) -> None:
        """Tell how many sandboxes are let through.

        Args:
            shown: Those.
            total: All that are known.
            asked: What the cluster was asked for, where that was not all sandboxes.
        """
        if not self.query(FilterInput):
            return  # not there yet
        result = f"{shown} of {total}{' asked for' if asked else ''}"
        label = self.query_one(".result", Static)
        if str(label.content) != result:
            label.update(result)
        doubt = self._store.filter.doubt if total and not shown else ""
        advice = self._advice(total, asked)
        if (doubt, advice) != (self._doubt, self._advised):
            self._doubt, self._advised = doubt, advice
            self._tell()

    def _advice(self, total: int, asked: tuple[LabelTerm, ...]) -> str:
        """How to have less to wait for, where the cluster sends very many and could send fewer."""
        more = [term for term in self._store.filter.asks if term not in asked]
        key = first_key(self._keymap.get(ASK_ID, ASK_KEYS))
        if total < MANY or not more or not key:
            return ""
        return f"{key}: have the cluster send only {','.join(map(str, more))}, not all {total:,}"

    def _tell(self) -> None:
        """What is wrong, else what Tab would do, else what can be typed."""
        told = self.query_one(".told", Static)
        wrong = f"{self._problem} The filter before holds." if self._problem else self._doubt
        if wrong:
            told.update(harmless(f"! {wrong}"))
        elif self._offers:
            told.update(harmless(f"Tab: {'  '.join([offer.rsplit(' ', 1)[-1] for offer in self._offers])}"))
        else:
            told.update(harmless(self._advised or GRAMMAR))
        told.set_class(bool(wrong), "-wrong")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._problem = self._store.filter_by(parse_filter(event.value))
        if event.value != self._offer:
            before = event.value[: event.input.cursor_position]
            self._offers = completions(before, self._store.every) if self.text and before == self.text else []
            self._offer = ""
        self._tell()
        self.post_message(self.Changed())
        if not event.value:
            self.post_message(self.Settled())

    @on(FilterInput.Completion)
    def _complete(self) -> None:
        if self._offers:
            # Tab again takes the next one.
            offers = self._offers
            at = offers.index(self._offer) + 1 if self._offer in offers else 0
            self._offer = offers[at % len(offers)]
            self._put(self._offer)
            if len(offers) == 1:
                self._offers, self._offer = completions(self._offer, self._store.every), ""
                self._tell()

    @on(FilterInput.Ask)
    def _ask(self, event: FilterInput.Ask) -> None:
        event.stop()
        self.post_message(self.Asked())

    @on(FilterInput.Recall)
    def _recall(self, event: FilterInput.Recall) -> None:
        filters = self._remembered.get(FILTERS)
        to = max(-1, min(self._recalled + event.step, len(filters) - 1))
        if self._recalled == -1:
            self._typed = self.text
        if to != self._recalled:
            self._recalled = to
            self._put(self._typed if to < 0 else filters[to])

    def _put(self, text: str) -> None:
        field = self.query_one(FilterInput)
        field.value = text
        field.cursor_position = len(text)

    @on(FilterInput.Left)
    def _left(self, event: FilterInput.Left) -> None:
        event.stop()
        text = self.text.strip()
        if not text:
            self.remove_class("-open")
        elif not self._problem:
            self._remembered.change(
                FILTERS, lambda known: (text, *[one for one in known if one != text])[:MOST_REMEMBERED]
            )
        self.post_message(self.Left())
