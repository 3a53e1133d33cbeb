"""Reads what the sandboxes use of CPU and memory, for as long as the table shows it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from k8s_sandbox_tui.dashboard.places.place import Namespaces
    from k8s_sandbox_tui.dashboard.row import Row
    from k8s_sandbox_tui.dashboard.store import SandboxStore
    from k8s_sandbox_tui.provider.usage import SandboxUsage

EVERY = 15.0
"""Seconds between two readings: metrics servers measure no more often."""

PATIENCE = 3
"""Readings that may fail, one after the other, before what was read is no longer shown."""


class UsagePort(Protocol):
    """Where it is read (`provider.Compute`)."""

    async def list_usage(self, *, namespaces: Sequence[str] | None = None) -> Sequence[SandboxUsage]:
        """What the sandboxes use; `NotFoundError` where nobody measures it, `ForbiddenError` without the right."""
        ...


class UsageReader:
    """Reads while `shows` says so. What cannot be had is told once, and is no error."""

    def __init__(
        self,
        store: SandboxStore,
        *,
        shows: Callable[[], bool],
        changed: Callable[[], None],
        tell: Callable[[str], None],
    ) -> None:
        """Prepare it.

        Args:
            store: Whose rows are given what they use.
            shows: Whether the table shows any of it.
            changed: Called when rows have something else to show.
            tell: Called with a sentence for the user.
        """
        self._store = store
        self._shows = shows
        self._changed = changed
        self._tell = tell
        self._wake = asyncio.Event()
        self._paused = False
        self._missed = False
        """Whether a reading has become due since `pause`."""
        self._seen: tuple[bool, bool] = (False, False)
        self._refused: set[str] = set()
        """The namespaces, of several, that are not asked about any more."""

    def look(self) -> None:
        """Read at once if the table has come to show it, or has come to have sandboxes."""
        seen = (self._shows(), self._store.total > 0)
        if seen != self._seen:
            self._seen = seen
            self._wake.set()

    def pause(self) -> None:
        """Read nothing while nobody sees it."""
        self._paused = True

    def resume(self) -> None:
        """Read again, at once where that has become due."""
        self._paused = False
        if self._missed:
            self._missed = False
            self._wake.set()

    def read_now(self) -> None:
        """Read again, also where that was refused."""
        self._refused.clear()
        self._wake.set()

    async def run(self, source: UsagePort, namespaces: Callable[[], Namespaces]) -> None:
        """Read from one cluster until cancelled."""
        from k8s_sandbox_tui.provider.errors import ForbiddenError, NotFoundError, SandboxError

        failures = 0
        while True:
            self._wake.clear()
            wait: float | None = None
            if self._paused:
                self._missed = True
            elif self._shows() and self._store.total:
                try:
                    used = await self._read(source, namespaces())
                except (NotFoundError, ForbiddenError) as error:
                    self._give(())
                    self._tell(f"No CPU and memory: {error}")
                except SandboxError:
                    # The top line tells of lost connections; this will come back with them.
                    wait = EVERY
                    failures += 1
                    if failures >= PATIENCE:
                        self._give(())
                else:
                    wait = EVERY
                    failures = 0
                    self._give(used)
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _read(self, source: UsagePort, namespaces: Namespaces) -> Sequence[SandboxUsage]:
        """What is used in all of them. One of several that refuses is told once, and takes nothing from the others."""
        from k8s_sandbox_tui.provider.errors import ForbiddenError

        if len(namespaces) < 2:
            return await source.list_usage(namespaces=namespaces)
        used: list[SandboxUsage] = []
        for namespace in namespaces:
            if namespace in self._refused:
                continue
            try:
                used += await source.list_usage(namespaces=(namespace,))
            except ForbiddenError as error:
                self._refused.add(namespace)
                if self._refused.issuperset(namespaces):
                    self._refused.clear()
                    raise
                self._tell(f"No CPU and memory in {namespace}: {error}")
        return used

    def _give(self, used: Iterable[SandboxUsage]) -> None:
        by_name = {(one.namespace, one.name): one for one in used}
        changed: list[Row] = []
        for row in self._store.every:
            info = row.info
            usage = by_name.get((info.namespace, info.name))
            if usage is not None and usage.measured_at < info.created_at:
                usage = None  # of another Pod that had this name
            if usage != row.usage:
                row.usage = usage
                changed.append(row)
        if changed:
            self._store.used_more(changed)
            self._changed()
