"""Keeps the rows of one namespace, or of all, up to date: one list, then a watch, or lists at an interval."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.connection.absence import SETTLING_SECONDS
from k8s_sandbox_tui.provider.errors import CredentialPluginError, ForbiddenError, SandboxError, TransportError
from k8s_sandbox_tui.provider.freshness import Freshness
from k8s_sandbox_tui.provider.paths import pods_path
from k8s_sandbox_tui.provider.pods import pod_pages
from k8s_sandbox_tui.provider.reaper import Reaper
from k8s_sandbox_tui.provider.resuming import is_resumable, known_version
from k8s_sandbox_tui.provider.rows import Rows
from k8s_sandbox_tui.provider.silence import WATCH_SILENCE_SECONDS, Silence
from k8s_sandbox_tui.provider.wire import UnreadableAnswerError, WatchError, watch_events

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.provider.access import ClusterAccess
    from k8s_sandbox_tui.provider.changes import Changes
    from k8s_sandbox_tui.provider.connection.connection import Connection
    from k8s_sandbox_tui.provider.connection.lines import Lines
    from k8s_sandbox_tui.provider.models import SandboxInfo

WATCH_SECONDS = (100, 140)
"""How long a watch is asked to last: a random number in this range, so that clients do not come back at once."""
WATCH_OPEN_SECONDS = 10.0
"""An API server begins its answer to a watch at once."""
SHORTEST_WATCH_SECONDS = 1.0
DENIED_RETRY_SECONDS = 30.0
PLUGIN_RETRY_SECONDS = 60.0
"""A plugin that needs a login may open a browser each time it is asked."""
WATCH_DENIED_RETRY_SECONDS = 300.0
DEAF_WATCH_RETRY_SECONDS = 300.0
FIRST_BACKOFF, LONGEST_BACKOFF = 0.5, 15.0


class Feed:
    """One list of Pods, kept up to date by `run` until that is cancelled."""

    def __init__(
        self,
        access: ClusterAccess,
        namespace: str | None,
        *,
        interval: float,
        watch: bool,
        label_selector: str,
        changes: Changes,
        notify: Callable[[], None],
    ) -> None:
        """Nothing is asked before `run`.

        Args:
            access: The cluster.
            namespace: Its name; empty: all; None: the configured one.
            interval: Seconds between lists, where there is no watch.
            watch: False: list at every interval, even where a watch is allowed.
            label_selector: Which Pods to ask for.
            changes: Where to put what changes.
            notify: Called after something has changed.
        """
        self.freshness: Freshness = Freshness.LOADING
        self.since = datetime.now(UTC)
        self.error: SandboxError | None = None
        self.complete = False
        self._access = access
        self._namespace = namespace
        self._interval = interval
        self._watch_wanted = watch
        self._label_selector = label_selector
        self._watch_again_at = 0.0
        self._changes = changes
        self._notify = notify
        self._rows = Rows()
        self._reaper = Reaper(access)
        self._good_at = self.since
        self._wake = asyncio.Event()
        self._resumed = asyncio.Event()
        self._resumed.set()
        self._watching: asyncio.Task[str] | None = None
        self._refresh_wanted = False
        self._failures = 0
        self._absences = 0
        self._silence = Silence()

    @property
    def namespace(self) -> str:
        """Its name; empty for all, and for the configured one."""
        return self._namespace or ""

    def refresh(self) -> None:
        """Lists again now, whatever it waits for."""
        self._refresh_wanted = True
        self._wake.set()
        if self._watching is not None:
            self._watching.cancel()

    def pause(self) -> None:
        """Begins no other list before `resume`; a watch that is open stays so."""
        self._resumed.clear()

    def resume(self) -> None:
        """Lists again; at once, where a list has become due meanwhile."""
        self._resumed.set()

    async def run(self) -> None:
        """Runs until cancelled; every failure of the cluster is waited out. Ends sandboxes past their expiry."""
        reaping = asyncio.create_task(self._reaper.run())
        try:
            await self._follow()
        finally:
            reaping.cancel()
            await asyncio.wait({reaping})

    async def _follow(self) -> None:
        version = ""
        connection: Connection | None = None
        while True:
            try:
                connection = await self._access.open()
                absences = connection.absence.times
                if version and self._absences != absences:
                    namespace = await self._namespace_name()
                    version = await known_version(connection, namespace, self._label_selector, version)
                self._absences = absences
                if not version:
                    version = await self._list(connection)
                version = await self._wait_for_change(connection, version)
            except SandboxError as error:
                if not is_resumable(error):
                    version = ""
                if isinstance(error, ForbiddenError) and not (connection is not None and connection.absence.is_recent):
                    self._rows_are_not_ours()
                    self._become(Freshness.DENIED, error)
                    await self._pause(DENIED_RETRY_SECONDS)
                    continue
                self._failures += 1
                # A watch that is cut, by a proxy for example, is simply opened again; the second failure counts.
                if self._failures > 1 or self._silence.suspicious or self.freshness is not Freshness.LIVE:
                    self._become(Freshness.STALE, error)
                    asks = isinstance(error, CredentialPluginError)
                    await self._pause(PLUGIN_RETRY_SECONDS if asks else _backoff(self._failures))

    async def _list(self, connection: Connection) -> str:
        """Lists all pages; the version to watch from."""
        await self._resumed.wait()
        self._refresh_wanted = False
        self._wake.clear()
        rows, changes = self._rows, self._changes
        rows.begin_list()
        version, different = "", False
        async for page in pod_pages(connection, await self._namespace_name(), label_selector=self._label_selector):
            changed = rows.add_page(page.items or ())
            changes.add(changed)
            different = different or bool(changed)
            self._reaper.see(changed)
            # Only the first page's version is sure to have every later change behind it.
            version = version or page.metadata.resource_version
            self._good_at = datetime.now(UTC)
            if page.metadata.continue_ and not self.complete:
                self._notify()
        gone = rows.end_list()
        changes.add(removed=gone)
        self._reaper.forget(gone)
        self.complete = True
        self._failures = 0
        if self._silence.after_list(changed=different or bool(gone)):
            self._watch_again_at = time.monotonic() + DEAF_WATCH_RETRY_SECONDS
        self._notify()
        return version

    async def _wait_for_change(self, connection: Connection, version: str) -> str:
        """Watches, or waits for the interval; the version to go on from, empty to list again."""
        if self._refresh_wanted:
            return ""
        if not version or not self._may_watch():
            self._become(Freshness.POLLING)
            await self._pause(self._interval)
            return ""
        began = time.monotonic()
        self._watching = asyncio.create_task(self._watch(connection, version))
        try:
            version = await self._watching
        except ForbiddenError:
            seconds = SETTLING_SECONDS if connection.absence.is_recent else WATCH_DENIED_RETRY_SECONDS
            self._watch_again_at = time.monotonic() + seconds
            return version
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if not self._refresh_wanted or (current is not None and current.cancelling()):
                raise
            return ""
        finally:
            self._watching = None
        if time.monotonic() - began < SHORTEST_WATCH_SECONDS:
            await self._pause(_backoff(1))  # a server or proxy that ends each watch at once
        return version

    async def _watch(self, connection: Connection, version: str) -> str:
        """One watch, until the server ends it; the version to go on from, empty to list again."""
        seconds = random.randint(*WATCH_SECONDS)  # noqa: S311 - spreads load
        params = [
            ("labelSelector", self._label_selector),
            ("watch", "1"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", version),
            ("timeoutSeconds", str(seconds)),
        ]
        path = pods_path(await self._namespace_name())
        async with connection.stream(
            path, params=params, timeout=WATCH_OPEN_SECONDS, idle_timeout=WATCH_SILENCE_SECONDS
        ) as batches:
            began = time.monotonic()
            if not self._silence.suspicious:
                self._good_at = datetime.now(UTC)
            self._become(Freshness.LIVE)
            try:
                async for lines in batches:
                    version = self._take(lines, version)
                    self._silence.heard()
                    self._good_at = datetime.now(UTC)
                    if not version:
                        break
                    if self._failures and time.monotonic() - began > SHORTEST_WATCH_SECONDS:
                        self._failures = 0
            except TransportError as error:
                if not isinstance(error.__cause__, TimeoutError):
                    raise
                return self._silence.after_watch(version)
        return version

    def _take(self, lines: Lines, version: str) -> str:
        """Takes events in; the version after the last of them, empty when the list has to be read again."""
        rows = self._rows
        changed: list[SandboxInfo] = []
        try:
            for event in watch_events(lines):
                if event is None:
                    continue
                if isinstance(event, WatchError):
                    version = ""
                    break
                pod = event.object
                version = pod.metadata.resource_version or version
                if event.type == "DELETED":
                    self._hand_out(changed)
                    changed = []
                    self._drop(rows.remove(pod))
                elif event.type != "BOOKMARK":
                    info = rows.change(pod)
                    if info is not None:
                        changed.append(info)
        except UnreadableAnswerError:
            version = ""
        self._hand_out(changed)
        return version

    def _hand_out(self, changed: list[SandboxInfo]) -> None:
        if changed:
            self._changes.add(changed)
            self._reaper.see(changed)
            self._notify()

    def _drop(self, uid: str | None) -> None:
        if uid is not None:
            self._changes.add(removed=(uid,))
            self._reaper.forget((uid,))
            self._notify()

    def _rows_are_not_ours(self) -> None:
        """Drops the rows: what may not be seen any more is not shown."""
        gone = self._rows.clear()
        self._changes.add(removed=gone)
        self._reaper.forget(gone)
        self.complete = True

    def _may_watch(self) -> bool:
        return self._watch_wanted and time.monotonic() >= self._watch_again_at

    def _become(self, freshness: Freshness, error: SandboxError | None = None) -> None:
        if freshness is self.freshness and error is None:
            return
        if freshness is not self.freshness:
            self.since = self._good_at if freshness is Freshness.STALE else datetime.now(UTC)
        self.freshness, self.error = freshness, error
        self._notify()

    async def _pause(self, seconds: float) -> None:
        """Waits, until `refresh` at the longest."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    async def _namespace_name(self) -> str:
        return await self._access.namespace() if self._namespace is None else self._namespace


def _backoff(failures: int) -> float:
    longest = min(FIRST_BACKOFF * 2 ** (failures - 1), LONGEST_BACKOFF)
    return longest * (0.5 + random.random() / 2)  # noqa: S311 - spreads load
