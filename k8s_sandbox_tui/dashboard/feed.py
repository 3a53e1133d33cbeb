"""From the cluster into the store: opens the cluster, then takes its updates one after the other."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.dashboard.feed_state import FeedState

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from k8s_sandbox_tui.dashboard.ports import ComputePort, InventoryPort, OpenClusterPort, OpenedClusterPort
    from k8s_sandbox_tui.dashboard.store import SandboxStore

CLOSING = 0.15
"""Seconds that closing the connections may take: quitting must not wait for a network."""


class FeedListener(Protocol):
    """Who is told of what comes in."""

    def cluster_opened(self, opened: OpenedClusterPort) -> None:
        """The cluster is open."""
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
        self._inventory: InventoryPort | None = None
        self.state = FeedState()

    @property
    def interval(self) -> float:
        """Seconds between polls, where polling is needed."""
        return 2.0 if self._refresh is None else self._refresh

    def refresh_now(self) -> None:
        """Ask the cluster again, if there is one."""
        if self._inventory is not None:
            self._inventory.refresh()

    async def run(self, listener: FeedListener) -> None:
        """Open the cluster and follow it until cancelled.

        Raises:
            SandboxError: It cannot be opened, or the inventory gave up.
        """
        opened = await self._open_cluster()
        async with _closing(opened.compute):
            listener.cluster_opened(opened)
            try:
                await self._follow(opened.compute, listener)
            finally:
                self._inventory = None

    async def _follow(self, compute: ComputePort, listener: FeedListener) -> None:
        inventory = compute.inventory(refresh_interval=self.interval, watch=self._refresh is None)
        async with inventory:
            self._inventory = inventory
            async for update in inventory:
                self._store.apply(update.upserted, update.removed)
                self.state = self.state.after(update)
                listener.store_changed(update.removed)
                # Updates that are there already must not keep keys and paints waiting.
                await asyncio.sleep(0)


@asynccontextmanager
async def _closing(compute: ComputePort) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING):
                await compute.aclose()
