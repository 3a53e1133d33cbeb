"""From a cluster into the store: one cluster after the other, and of each one set of namespaces after the other.

Nothing of what was shown before goes on when another cluster or other namespaces are shown: its tasks have
ended by then, so that no late answer can reach the screen.
"""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, TypeVar

from k8s_sandbox_tui.dashboard.feed_state import FeedState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from k8s_sandbox_tui.dashboard.places.place import Namespaces
    from k8s_sandbox_tui.dashboard.ports import ComputePort, InventoryPort, OpenClusterPort, OpenedClusterPort
    from k8s_sandbox_tui.dashboard.store import SandboxStore
    from k8s_sandbox_tui.provider.opened import ClusterWish

CLOSING = 0.15
"""Seconds that closing the connections may take: quitting must not wait for a network."""

LEAVING = 6.0
"""Seconds that the same may take behind the back of another cluster; creates that are under way clean up."""

T = TypeVar("T")


class FeedListener(Protocol):
    """Who is told of what comes in."""

    def store_emptied(self) -> None:
        """The rows are gone from the store because others will come."""
        ...

    def cluster_opened(self, opened: OpenedClusterPort) -> Namespaces:
        """A cluster is open; which of its namespaces to show first."""
        ...

    def store_changed(self, removed: Sequence[str]) -> None:
        """Rows or freshness changed, the sandboxes with these uids are gone; comes as often as updates do."""
        ...


class Feed:
    """The one stream of rows of the dashboard."""

    def __init__(self, open_cluster: OpenClusterPort, store: SandboxStore, *, refresh: float | None) -> None:
        """Prepare a feed.

        Args:
            open_cluster: Opens the cluster.
            store: Where the rows go.
            refresh: Seconds between polls; None to watch where that is granted.
        """
        self._open_cluster = open_cluster
        self._store = store
        self._refresh = refresh
        self._wish: ClusterWish | None = None
        self._namespaces: Namespaces = ()
        self.selector = ""
        """The labels of the sandboxes that are asked for, with the next change of place."""
        self._inventory: InventoryPort | None = None
        self._paused = False
        self._changed = asyncio.Event()
        self._leaving: set[asyncio.Task[None]] = set()
        self.state = FeedState()

    @property
    def interval(self) -> float:
        """Seconds between polls, where polling is needed."""
        return 2.0 if self._refresh is None else self._refresh

    @property
    def namespaces(self) -> Namespaces:
        """The namespaces that are shown, once a cluster is open."""
        return self._namespaces

    @property
    def changing(self) -> bool:
        """Whether the rows are still those of the place before."""
        return self._changed.is_set()

    def refresh_now(self) -> None:
        """Ask the cluster again, if there is one."""
        if self._inventory is not None:
            self._inventory.refresh()

    def pause(self) -> None:
        """Ask for no list while nobody sees it; a watch stays open."""
        self._paused = True
        if self._inventory is not None:
            self._inventory.pause()

    def resume(self) -> None:
        """Ask again, at once where that has become due."""
        self._paused = False
        if self._inventory is not None:
            self._inventory.resume()

    def go_to(self, wish: ClusterWish) -> None:
        """Show another cluster; one that cannot be opened ends `run`, which then may be called again."""
        self._wish = wish
        self._changed.set()

    def show(self, namespaces: Namespaces) -> None:
        """Show other namespaces of the same cluster."""
        self._namespaces = namespaces
        self._changed.set()

    def narrow(self, selector: str) -> None:
        """Ask for the sandboxes with these labels alone; for all where it is empty."""
        self.selector = selector
        self._changed.set()

    async def run(self, listener: FeedListener) -> None:
        """Open the cluster and follow it, and others that are wished for, until cancelled.

        Raises:
            SandboxError: A cluster cannot be opened, or its inventory gave up.
        """
        while True:
            self._empty(listener)
            wish = self._wish
            opened = await self._unless_changed(self._open_cluster(wish))
            if opened is None:
                continue
            left = False
            try:
                await self._stay(opened, wish, listener)
                left = True
            finally:
                closing = asyncio.create_task(_close(opened.compute, LEAVING if left else CLOSING))
                if left:
                    self._leaving.add(closing)
                    closing.add_done_callback(self._leaving.discard)
                else:
                    await closing

    async def _stay(self, opened: OpenedClusterPort, wish: ClusterWish | None, listener: FeedListener) -> None:
        """Follow one cluster until another one is wished for."""
        if self._wish is wish:
            self._namespaces = listener.cluster_opened(opened)
        while self._wish is wish:
            await self._unless_changed(self._follow(opened.compute, listener))
            if self._wish is wish:
                self._empty(listener)

    async def _follow(self, compute: ComputePort, listener: FeedListener) -> None:
        inventory = compute.inventory(
            namespaces=self._namespaces,
            refresh_interval=self.interval,
            watch=self._refresh is None,
            label_selector=self.selector,
        )
        if self._paused:
            inventory.pause()
        try:
            async with inventory:
                self._inventory = inventory
                async for update in inventory:
                    self._store.apply(update.upserted, update.removed)
                    known = self.state.complete
                    self.state = self.state.after(update)
                    if self.state.complete and not known:
                        # They stay: to look through 50,000 of them for garbage held keys up for 50 ms.
                        gc.freeze()
                    listener.store_changed(update.removed)
                    # Updates that are there already must not keep keys and paints waiting.
                    await asyncio.sleep(0)
        finally:
            self._inventory = None
            gc.unfreeze()

    def _empty(self, listener: FeedListener) -> None:
        self._changed.clear()
        self._store.forget_all()
        self.state = FeedState()
        listener.store_emptied()

    async def _unless_changed(self, awaitable: Awaitable[T]) -> T | None:
        """What comes of it; None when something else was wished for first, and then it has ended."""
        work = asyncio.ensure_future(awaitable)
        change = asyncio.create_task(self._changed.wait())
        try:
            await asyncio.wait({work, change}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            work.cancel()
            change.cancel()
            await asyncio.wait({work, change})
            if not work.cancelled():
                work.exception()  # whoever is cancelled meanwhile does not ask for it
        return None if work.cancelled() else work.result()


async def _close(compute: ComputePort, patience: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(patience):
            await compute.aclose()
