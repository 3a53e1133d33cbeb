"""The sandboxes of a cluster and what changes in them, as an async iterator."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Self

from k8s_sandbox_tui.provider.changes import Changes
from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.feed import Feed
from k8s_sandbox_tui.provider.freshness import Freshness, InventoryUpdate
from k8s_sandbox_tui.provider.label_terms import parse_label_terms
from k8s_sandbox_tui.provider.labels import MANAGED_SELECTOR
from k8s_sandbox_tui.provider.selection import check_namespaces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from k8s_sandbox_tui.provider.access import ClusterAccess

SHORTEST_INTERVAL = 0.1
GAP_SECONDS = 0.02
"""The least time between two updates: changes that come faster are handed out together."""

# From the best to the worst: what is said of several namespaces is the worst of them.
_SEVERITY = {
    freshness: rank
    for rank, freshness in enumerate(
        (Freshness.LIVE, Freshness.POLLING, Freshness.LOADING, Freshness.DENIED, Freshness.STALE)
    )
}


class Inventory:
    """Lists once, then watches; lists at an interval where `watch` is refused. It recovers by itself.

    Iterate over it for updates; the first ones bring what is there already. Use it as an async context manager,
    or call `aclose`: it has tasks of its own. An update merges all that has happened since the one before.
    Sandboxes that are past their expiry are destroyed, see `Sandbox.extend`.
    """

    def __init__(
        self,
        access: ClusterAccess,
        *,
        namespaces: Sequence[str] | None,
        refresh_interval: float,
        watch: bool,
        label_selector: str = "",
    ) -> None:
        """Makes no request; see `Compute.inventory`.

        Raises:
            InvalidArgumentError: A namespace's name, the interval or the selector cannot be used.
        """
        if refresh_interval < SHORTEST_INTERVAL:
            raise InvalidArgumentError(
                f"A refresh interval of {refresh_interval} s is too short.", hint=f"At least {SHORTEST_INTERVAL} s."
            )
        labels = ",".join(map(str, parse_label_terms(label_selector)))
        wanted: Sequence[str | None] = (None,) if namespaces is None else check_namespaces(namespaces) or ("",)
        self._access = access
        self._changes = Changes()
        self._news = asyncio.Event()
        self._feeds = [
            Feed(
                access,
                namespace,
                interval=refresh_interval,
                watch=watch,
                label_selector=f"{MANAGED_SELECTOR},{labels}" if labels else MANAGED_SELECTOR,
                changes=self._changes,
                notify=self._news.set,
            )
            for namespace in wanted
        ]
        self._tasks: list[asyncio.Task[None]] = []
        self._handed_out_at = 0.0
        self._closed = False

    async def __aenter__(self) -> Self:
        """Begins to list."""
        self._start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends everything."""
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> InventoryUpdate:
        """The next update, as soon as there is something new."""
        if self._closed:
            raise StopAsyncIteration
        self._start()
        await self._news.wait()
        await asyncio.sleep(self._handed_out_at + GAP_SECONDS - time.monotonic())
        self._handed_out_at = time.monotonic()
        if self._closed:
            raise StopAsyncIteration
        for task in self._tasks:
            if task.done():
                task.result()  # a feed runs until it is cancelled: only a fault of ours ends it
        self._news.clear()
        return self._update()

    def refresh(self) -> None:
        """Lists again now."""
        for feed in self._feeds:
            feed.refresh()

    def pause(self) -> None:
        """Asks for no list before `resume`, as nobody looks; a watch that is open stays so, and its updates come."""
        for feed in self._feeds:
            feed.pause()

    def resume(self) -> None:
        """Asks again; at once and once, where a list has become due meanwhile."""
        for feed in self._feeds:
            feed.resume()

    async def aclose(self) -> None:
        """Ends the tasks; who waits for an update gets the end of the iteration."""
        self._closed = True
        self._news.set()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self) -> None:
        if self._tasks:
            return
        for feed in self._feeds:
            task = asyncio.create_task(feed.run())
            task.add_done_callback(lambda _: self._news.set())
            self._tasks.append(task)

    def _update(self) -> InventoryUpdate:
        upserted, removed = self._changes.take()
        worst = max(self._feeds, key=lambda feed: _SEVERITY[feed.freshness])
        since = min(feed.since for feed in self._feeds if feed.freshness is worst.freshness)
        granted = [feed.freshness for feed in self._feeds if feed.freshness is not Freshness.DENIED]
        some = 0 < len(granted) < len(self._feeds)
        return InventoryUpdate(
            upserted=upserted,
            removed=removed,
            complete=all(feed.complete for feed in self._feeds),
            freshness=worst.freshness,
            since=since,
            error=worst.error,
            requests=self._access.requests,
            denied=[feed.namespace for feed in self._feeds if feed.freshness is Freshness.DENIED and feed.namespace],
            granted=max(granted, key=lambda freshness: _SEVERITY[freshness]) if some else None,
        )
