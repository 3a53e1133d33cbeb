"""What changes among the sandboxes, one change at a time: the inventory for scripts."""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING, Self

import msgspec

from k8s_sandbox_tui.provider.errors import ApiError, InvalidArgumentError, TransportError
from k8s_sandbox_tui.provider.freshness import Freshness, InventoryUpdate
from k8s_sandbox_tui.provider.inventory import Inventory
from k8s_sandbox_tui.provider.models import SandboxInfo

if TYPE_CHECKING:
    from types import TracebackType

    from k8s_sandbox_tui.provider.access import ClusterAccess
    from k8s_sandbox_tui.provider.selection import Selection


class ChangeKind(StrEnum):
    """What has happened to a sandbox, as seen by somebody who watches a selection of them."""

    ADDED = "added"
    """It is there: from the beginning, newly made, or newly as it was selected."""
    MODIFIED = "modified"
    REMOVED = "removed"
    """It has gone, is no longer as it was selected, or may no longer be seen."""


class SandboxChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change."""

    kind: ChangeKind
    info: SandboxInfo
    """The sandbox after the change; as it was last seen, where it has gone."""
    previous: SandboxInfo | None = None
    """As it was before, for `MODIFIED` and `REMOVED`."""


class SandboxWatch:
    """Changes, as an async iterator. Use it as an async context manager, or call `aclose`: it has tasks of its own.

    Changes to one sandbox that come faster than they are taken become one. A sandbox that was made and has gone
    in the meantime is not mentioned.
    """

    def __init__(self, access: ClusterAccess, selection: Selection, *, refresh_interval: float) -> None:
        """Makes no request; see `SandboxCollection.watch`.

        Raises:
            InvalidArgumentError: The selection has an age, which changes without any event, or the interval is wrong.
        """
        if selection.older_than is not None or selection.newer_than is not None:
            raise InvalidArgumentError("An age cannot be watched.", hint="Leave older_than and newer_than out.")
        self._access = access
        self._selection = selection
        self._inventory = Inventory(
            access,
            namespaces=selection.namespaces,
            refresh_interval=refresh_interval,
            watch=True,
            label_selector=selection.asked_labels,
        )
        self._rows: dict[str, SandboxInfo] = {}
        self._pending: deque[SandboxChange] = deque()

    async def __aenter__(self) -> Self:
        """Begins to list."""
        await self._inventory.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends everything."""
        await self.aclose()

    async def aclose(self) -> None:
        """Ends the watch; who waits for a change gets the end of the iteration."""
        await self._inventory.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SandboxChange:
        """The next change.

        Raises:
            ForbiddenError: Listing Pods is not allowed; a later call tries again.
            SandboxError: What will not pass by itself, such as an unusable kubeconfig.
        """
        while not self._pending:
            update = await anext(self._inventory)
            self._take(update)
            if not self._pending:
                _raise_what_stays(update)
        return self._pending.popleft()

    def _take(self, update: InventoryUpdate) -> None:
        for info in update.upserted:
            if not self._meant(info):
                self._remove(info.uid, info)
                continue
            previous = self._rows.get(info.uid)
            self._rows[info.uid] = info
            kind = ChangeKind.ADDED if previous is None else ChangeKind.MODIFIED
            self._pending.append(SandboxChange(kind=kind, info=info, previous=previous))
        for uid in update.removed:
            self._remove(uid)

    def _meant(self, info: SandboxInfo) -> bool:
        return self._selection.has(info, info.created_at)

    def _remove(self, uid: str, info: SandboxInfo | None = None) -> None:
        known = self._rows.pop(uid, None)
        if known is not None:
            self._pending.append(SandboxChange(kind=ChangeKind.REMOVED, info=info or known, previous=known))


def _raise_what_stays(update: InventoryUpdate) -> None:
    """Raises the error of an update, unless it may pass: then the inventory tries again by itself."""
    error = update.error
    if error is None:
        return
    if update.freshness is Freshness.DENIED or not isinstance(error, ApiError | TransportError):
        raise error
