"""The screen around what the cluster is asked for: all sandboxes, or those alone that labels in the filter name.

The filter looks at the rows that are there, at once and for nothing. To ask the cluster for fewer is a choice of the
user's, for clusters with very many sandboxes: it lists anew, and what it leaves out is not even counted. Whatever the
cluster was asked for stands in the filter too, so that there is one truth, and ends with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.dashboard.local_screen import LocalScreen

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.places.place import Namespaces
    from k8s_sandbox_tui.dashboard.surroundings import Surroundings
    from k8s_sandbox_tui.provider.label_terms import LabelTerm

NOTHING_TO_ASK = (
    "The cluster can be asked for label.KEY=value, label.KEY!=value and runtime=value: none is in the filter."
)


class NarrowScreen(LocalScreen):
    """Has the cluster asked for a part of the filter."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._first = _terms_of(around.settings.selector)
        self._asked: tuple[LabelTerm, ...] = ()

    @property
    def asked(self) -> tuple[LabelTerm, ...]:
        """What the cluster is asked for; empty where it is asked for all sandboxes."""
        return self._asked

    def _arrive(self, namespaces: Namespaces, *, filter_text: str = "") -> None:
        """Ask for what the filter here still names; at first for what the settings say."""
        if self._first:
            filter_text, self._asked, self._first = _as_filter(self._first), self._first, ()
        super()._arrive(namespaces, filter_text=filter_text)
        self._note(self._still_named)

    @property
    def _still_named(self) -> tuple[LabelTerm, ...]:
        """What was asked for, as far as it is in the filter."""
        named = self.store.filter.asks
        return tuple([term for term in self._asked if term in named])

    def _note(self, terms: tuple[LabelTerm, ...]) -> None:
        self._asked = terms
        self._feed.selector = ",".join(map(str, terms))
        self._cluster = msgspec.structs.replace(self._cluster, asked=self._feed.selector)

    def _ask_for(self, terms: tuple[LabelTerm, ...]) -> None:
        if terms == self._asked or self._compute is None:
            return
        self._returning = self._view
        self._note(terms)
        self._feed.narrow(self._feed.selector)

    def on_filter_bar_asked(self) -> None:
        """Have the cluster asked for no more than the labels in the filter."""
        terms = self.store.filter.asks
        if not terms and not self._asked:
            self.notify(NOTHING_TO_ASK, severity="warning", markup=False)
        self._ask_for(terms)

    def on_filter_bar_settled(self) -> None:
        """What is no longer in the filter is not held back any more."""
        self._ask_for(self._still_named)


def _terms_of(selector: str) -> tuple[LabelTerm, ...]:
    """The parts of a selector that was checked before."""
    if not selector:
        return ()
    from k8s_sandbox_tui.provider.label_terms import parse_label_terms

    return parse_label_terms(selector)


def _as_filter(terms: tuple[LabelTerm, ...]) -> str:
    """The filter that means the same."""
    return " ".join([f"label.{term}" for term in terms])
