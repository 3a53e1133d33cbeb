"""The screen around a cluster: opens one, follows its sandboxes, and goes to another or to other namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from textual import work
from textual.css.query import NoMatches

from k8s_sandbox_tui.dashboard.feed import Feed
from k8s_sandbox_tui.dashboard.places.place import PLACE, from_settings, memory_key, namespace_words
from k8s_sandbox_tui.dashboard.record import Record
from k8s_sandbox_tui.dashboard.state_line import ClusterState, cluster_state
from k8s_sandbox_tui.dashboard.usage_screen import UsageScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.worker import Worker

    from k8s_sandbox_tui.dashboard.places.place import Namespaces
    from k8s_sandbox_tui.dashboard.ports import ComputePort, OpenedClusterPort
    from k8s_sandbox_tui.dashboard.surroundings import Surroundings
    from k8s_sandbox_tui.dashboard.table.placeholder import Placeholder
    from k8s_sandbox_tui.provider.errors import SandboxError
    from k8s_sandbox_tui.provider.opened import ClusterWish, ConsentNeededError


FIRST_ROWS = 0.3
"""Seconds that the first rows have the cluster and the process for themselves."""


class _View(Record, frozen=True):
    """How a place was left."""

    cursor: str = ""
    line: int = 0
    """Of the cursor, in the view."""
    filter_text: str = ""


class ClusterScreen(UsageScreen):
    """Has one cluster at a time, and its namespaces."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self.contexts = around.contexts
        """Reads the contexts that one may go to."""
        self._listed: Sequence[str] = ()
        self._first_namespaces = from_settings(around.settings.namespaces)
        self._feed = Feed(around.open_cluster, self.store, refresh=around.settings.refresh)
        self._cluster = ClusterState(interval=self._feed.interval)
        self._here: ClusterWish | None = None
        self._was_here: ClusterWish | None = None
        """The cluster that was open last."""
        self._compute: ComputePort | None = None
        self._failure: Placeholder | None = None
        self._furnished = True
        self._following: Worker[None] | None = None
        self._views: dict[tuple[ClusterWish | None, Namespaces], _View] = {}
        self._returning: _View | None = None
        """How this place was left, until its rows are here."""

    # Following.

    def follow(self) -> None:
        """Open the cluster and follow it; once more where that has failed."""
        self._following = self._follow_feed(self._following)

    @work(group="feed")
    async def _follow_feed(self, before: Worker[None] | None) -> None:
        from k8s_sandbox_tui.provider.errors import SandboxError
        from k8s_sandbox_tui.provider.opened import ConsentNeededError

        if before is not None and not before.is_finished:
            await before.wait()
        self._failure = None
        try:
            await self._feed.run(self)
        except ConsentNeededError as error:
            await self._ask_consent(error)
        except SandboxError as error:
            self._fail(error)
        except NoMatches:
            if not self.is_taken_down:
                raise

    async def _ask_consent(self, error: ConsentNeededError) -> None:
        """Take the risk and open the cluster after all, if the user wants to."""
        from k8s_sandbox_tui.dashboard.consent_screen import ConsentScreen
        from k8s_sandbox_tui.provider.errors import SandboxError

        if not await self.app.push_screen_wait(ConsentScreen(error)):
            self._fail(error)
            return
        try:
            error.agree()
        except SandboxError as trouble:
            self._fail(trouble)
        else:
            self.follow()

    def _fail(self, error: SandboxError) -> None:
        from k8s_sandbox_tui.dashboard.failure import failure_placeholder

        self._failure = failure_placeholder(error, opened=self._compute is not None, key=self.key_of)
        self.cluster_lost()

    def cluster_opened(self, opened: OpenedClusterPort) -> Namespaces:
        """Say which cluster it is; what to show of it first."""
        from k8s_sandbox_tui.provider.opened import ClusterWish

        self._compute = opened.compute
        self._cluster = cluster_state(opened, self._feed.interval)
        self._here = ClusterWish(local=opened.local, context="" if opened.local else opened.cluster.context)
        namespaces = self._namespaces_at_first(opened)
        self._was_here = self._here
        self._arrive(namespaces)
        self.stop_reading_usage()
        self._furnished = False
        self.set_timer(FIRST_ROWS, self.furnish_once)
        return namespaces

    def furnish_once(self) -> None:
        """Add what can wait, when the first rows are on the screen or do not come."""
        if not self._furnished:
            self._furnished = True
            if self._compute is not None:
                self.furnish(self._compute)

    def furnish(self, compute: ComputePort) -> None:
        """Add what can wait until there are rows."""
        self.read_usage(compute, lambda: self._feed.namespaces)

    def _namespaces_at_first(self, opened: OpenedClusterPort) -> Namespaces:
        if self._here == self._was_here:
            return self._feed.namespaces
        if self._was_here is None and self._first_namespaces is not None:
            return self._first_namespaces
        if asked := opened.compute.config.namespace:
            return (asked,)
        return self._remembered.get(PLACE, self._memory_key).first(opened.cluster.namespace)

    def cluster_lost(self) -> None:
        """There is none any more."""
        self._compute = None
        self.stop_reading_usage()
        self.paint()

    def store_emptied(self) -> None:
        """Others come."""
        self.table.start_over()
        # Seen empty: the first of the others are read at once, and do not wait for the next reading.
        self.usage.look()
        self.paint()

    def store_changed(self, removed: Sequence[str]) -> None:
        """Show what changed."""
        raise NotImplementedError

    @property
    def _memory_key(self) -> str:
        here = self._here
        return memory_key("" if here is None else here.context, local=here is not None and here.local)

    # Going elsewhere.

    def go_to(self, wish: ClusterWish) -> None:
        """Leave this cluster for another one."""
        self._depart()
        self._here = wish
        self._compute = None
        self.stop_reading_usage()
        self._listed = ()
        self._cluster = ClusterState(context=wish.context, local=wish.local, interval=self._feed.interval)
        self.cluster_left()
        self._feed.go_to(wish)
        if self._failure is not None:
            self.follow()

    def cluster_left(self) -> None:
        """Nothing of the one before may be used any more."""

    def show_namespaces(self, namespaces: Namespaces) -> None:
        """Show other namespaces of this cluster."""
        if self._compute is None or namespaces == self._feed.namespaces:
            return
        self._depart()
        own = self._cluster.own_namespace
        self._remembered.change(PLACE, lambda place: place.after(own, namespaces), self._memory_key)
        self._arrive(namespaces, filter_text=self.store.filter.text)
        self._feed.show(namespaces)

    def _depart(self) -> None:
        """Remember how this place is left."""
        self._views[self._here, self._feed.namespaces] = self._view

    @property
    def _view(self) -> _View:
        row = self.selected
        return _View("" if row is None else row.uid, self.table.cursor_line, self.store.filter.text)

    def _arrive(self, namespaces: Namespaces, *, filter_text: str = "") -> None:
        """Have this place as it was left."""
        self._cluster = msgspec.structs.replace(self._cluster, namespaces=namespaces)
        view = self._views.get((self._here, namespaces), _View(filter_text=filter_text))
        self._returning = view
        self.show_filter(view.filter_text)

    def _return(self) -> None:
        """Put the cursor where it was, and what is in view."""
        view = self._returning
        if view is None or self._feed.changing:
            return
        if self.table.select(view.cursor, line=view.line) or self._feed.state.complete:
            self._returning = None

    # Asking where to go.

    @work(group="places", exclusive=True)
    async def action_context(self) -> None:
        """Ask for another cluster, and go there."""
        from k8s_sandbox_tui.dashboard.places.context_screen import ContextScreen
        from k8s_sandbox_tui.provider.opened import ClusterWish

        here = self._here or ClusterWish()
        wish = await self.app.push_screen_wait(ContextScreen(self.contexts, here, glyphs=self._glyphs))
        if wish is not None:
            self.visit(wish)

    @work(group="places", exclusive=True)
    async def visit(self, wish: ClusterWish) -> None:
        """Go to another cluster, after a question where something ends with this one."""
        from k8s_sandbox_tui.dashboard.places.leave_screen import LeaveScreen

        # Where it cannot be seen, its kubeconfig may have changed: going there once more reads that anew.
        seen = self._failure is None and self._feed.state.freshness not in {"stale", "denied"}
        if wish == self._here and seen:
            return
        ends = self.what_ends()
        if not ends or await self.app.push_screen_wait(LeaveScreen(self.where, ends)):
            self.go_to(wish)

    @property
    def where(self) -> str:
        """The cluster, in words."""
        return "LOCAL" if self._cluster.local else self._cluster.context or "this cluster"

    def what_ends(self) -> str:
        """What ends when the cluster is left, as the beginning of a sentence; empty when nothing does."""
        return ""

    @work(group="places", exclusive=True)
    async def action_namespaces(self) -> None:
        """Ask which namespaces to show."""
        from k8s_sandbox_tui.dashboard.places.namespace_screen import NamespaceScreen

        compute = self._compute
        if compute is None:
            return

        async def listed() -> Sequence[str]:
            self._listed = await compute.namespaces()
            return self._listed

        question = NamespaceScreen(
            self.where, self._feed.namespaces, self.known_namespaces, listed, glyphs=self._glyphs
        )
        chosen = await self.app.push_screen_wait(question)
        if chosen is not None and compute is self._compute:
            self.show_namespaces(chosen)

    @property
    def here(self) -> ClusterWish | None:
        """The cluster that is shown, or being opened."""
        return self._here

    @property
    def known_namespaces(self) -> Sequence[str]:
        """Those that were shown before, the last one first, and those that were listed; none without a cluster."""
        if self._compute is None:
            return ()
        recent = self._remembered.get(PLACE, self._memory_key).recent
        return list(dict.fromkeys([*recent, self._cluster.own_namespace, *self._listed]))

    @property
    def home(self) -> str:
        """Where new sandboxes go: the context's own namespace, if it is shown."""
        own, shown = self._cluster.own_namespace, self._cluster.namespaces
        return own if not shown or own in shown else shown[0]

    @property
    def namespace_words(self) -> str:
        """The namespaces that are shown, in words."""
        return namespace_words(self._cluster.namespaces)
