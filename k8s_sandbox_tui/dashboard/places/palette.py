"""Contexts and namespaces in the command palette: one goes to them by typing their names."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual.command import Hit, Provider

from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.literal import escaped, literal
from k8s_sandbox_tui.dashboard.places.context_screen import context_entries, wish_of
from k8s_sandbox_tui.dashboard.places.namespace_screen import typed_names
from k8s_sandbox_tui.dashboard.places.place import ALL, EVERY
from k8s_sandbox_tui.provider.errors import SandboxError
from k8s_sandbox_tui.provider.opened import ClusterWish

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.command import Hits
    from textual.types import IgnoreReturnCallbackType

    from k8s_sandbox_tui.dashboard.places.place import Namespaces
    from k8s_sandbox_tui.dashboard.ports import ContextsPort
    from k8s_sandbox_tui.provider.connection.contexts import ContextInfo

_NAMED = re.compile(r"(?:ns|namespaces?)\s+(.+)", re.IGNORECASE)
"""What names namespaces, known or not."""


@runtime_checkable
class PlaceScreen(Protocol):
    """A screen that can go elsewhere."""

    @property
    def contexts(self) -> ContextsPort | None:
        """Reads the contexts there are."""
        ...

    @property
    def here(self) -> ClusterWish | None:
        """The cluster that is shown."""
        ...

    @property
    def known_namespaces(self) -> Sequence[str]:
        """Namespaces of this cluster that were shown or listed before; none while no cluster is open."""
        ...

    def visit(self, wish: ClusterWish) -> None:
        """Go to a cluster, after a question where something would end."""
        ...

    def show_namespaces(self, namespaces: Namespaces) -> None:
        """Show these namespaces."""
        ...


class PlaceProvider(Provider):
    """Offers places that fit what is typed."""

    async def startup(self) -> None:
        """Read the kubeconfig as it is now."""
        self._contexts: Sequence[ContextInfo] = ()
        screen = self.screen
        if isinstance(screen, PlaceScreen) and screen.contexts is not None:
            try:
                self._contexts = await screen.contexts()
            except SandboxError:
                return  # the command for contexts says what is wrong

    async def search(self, query: str) -> Hits:
        """The places whose names fit."""
        screen = self.screen
        if not isinstance(screen, PlaceScreen):
            return
        matcher = self.matcher(query)
        for title, note, callback in self._places(screen, query):
            score = matcher.match(title)
            if score > 0:
                # Highlighting reads the title as markup.
                shown = literal(title) if "[" in title else matcher.highlight(title)
                yield Hit(score, shown, callback, text=title, help=escaped(note))

    def _places(self, screen: PlaceScreen, query: str) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        """Titles, notes, and what each does."""
        for entry in context_entries(self._contexts, screen.here or ClusterWish(), ""):
            if not entry.marked:
                wish = wish_of(entry)
                yield harmless(f"Cluster {entry.label}"), harmless(entry.note), partial(screen.visit, wish)
        known = screen.known_namespaces
        if not known:
            return
        yield f"Namespace {ALL}", "Show all of them.", partial(screen.show_namespaces, EVERY)
        for name in known:
            yield f"Namespace {name}", "Show this namespace.", partial(screen.show_namespaces, (name,))
        named = _NAMED.fullmatch(query.strip())
        names = typed_names(named[1])[0] if named else ()
        if names and not set(names) <= set(known):
            # As it was typed, so that it fits.
            yield query.strip(), "Show what was typed.", partial(screen.show_namespaces, names)
