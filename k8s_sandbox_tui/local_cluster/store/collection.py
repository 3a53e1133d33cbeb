"""All objects of one kind, and their recent history."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import json

from k8s_sandbox_tui.local_cluster.objects.meta import KubeObject, with_version
from k8s_sandbox_tui.local_cluster.objects.status_error import already_exists, not_found
from k8s_sandbox_tui.local_cluster.store.entry import Change, ChangeType, Entry, Key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.local_cluster.store.clock import Clock

T = TypeVar("T", bound=KubeObject)

_HISTORY = 4_096
_SNAPSHOTS = 8


class Collection(Generic[T]):
    """Objects of one kind by namespace and name.

    Changes are kept so that watches can resume; a watch from before the oldest kept
    change has to list again.
    """

    def __init__(self, plural: str, clock: Clock, group: str = "") -> None:
        self.plural = plural
        self.group = group
        self.clock = clock
        self._entries: dict[Key, Entry[T]] = {}
        self._history: deque[Change[T]] = deque()
        self._snapshots: OrderedDict[int, Sequence[Entry[T]]] = OrderedDict()
        self._latest: Sequence[Entry[T]] | None = ()
        self.floor = clock.version
        """The oldest version from which a watch can start."""

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, namespace: str, name: str) -> Entry[T] | None:
        """The object of that name, or None."""
        return self._entries.get((namespace, name))

    def get(self, namespace: str, name: str) -> Entry[T]:
        """The object of that name.

        Raises:
            StatusError: 404.
        """
        entry = self._entries.get((namespace, name))
        if entry is None:
            raise not_found(self.plural, name, self.group)
        return entry

    def create(self, item: T) -> Entry[T]:
        """Stores a new object.

        Raises:
            StatusError: 409, the name is taken.
        """
        key = (item.metadata.namespace, item.metadata.name)
        if key in self._entries:
            raise already_exists(self.plural, item.metadata.name, self.group)
        return self._record("ADDED", item, None)

    def update(self, item: T) -> Entry[T]:
        """Stores the next state of an object; one that changes nothing is no change.

        Raises:
            StatusError: 404.
        """
        previous = self.get(item.metadata.namespace, item.metadata.name)
        if json.encode(item) == previous.body:
            return previous
        return self._record("MODIFIED", item, previous)

    def delete(self, namespace: str, name: str) -> Entry[T]:
        """Removes an object and returns its last state.

        Raises:
            StatusError: 404.
        """
        previous = self.get(namespace, name)
        return self._record("DELETED", previous.object, previous)

    def _record(self, change: ChangeType, item: T, previous: Entry[T] | None) -> Entry[T]:
        version = self.clock.next()
        item = with_version(item, version)
        entry = Entry((item.metadata.namespace, item.metadata.name), version, item, json.encode(item))
        if change == "DELETED":
            del self._entries[entry.key]
        else:
            self._entries[entry.key] = entry
        self._latest = None
        self._history.append(Change(version, change, entry, previous))
        if len(self._history) > _HISTORY:
            self.floor = self._history.popleft().version
        self.clock.announce()
        return entry

    def snapshot(self) -> Sequence[Entry[T]]:
        """All objects now, by namespace and name."""
        if self._latest is None:
            self._latest = [entry for _, entry in sorted(self._entries.items())]
        return self._latest

    def keep_snapshot(self) -> int:
        """Keeps the present state for the following pages of a list; its version is returned."""
        version = self.clock.version
        self._snapshots[version] = self.snapshot()
        self._snapshots.move_to_end(version)
        while len(self._snapshots) > _SNAPSHOTS:
            self._snapshots.popitem(last=False)
        return version

    def snapshot_at(self, version: int) -> Sequence[Entry[T]] | None:
        """The state at `version` where it is still kept, or None."""
        return self.snapshot() if version == self.clock.version else self._snapshots.get(version)

    def changes_after(self, version: int) -> Sequence[Change[T]] | None:
        """All changes after `version`, oldest first; None when some of them are no longer kept."""
        if version < self.floor:
            return None
        changes: list[Change[T]] = []
        for change in reversed(self._history):
            if change.version <= version:
                break
            changes.append(change)
        changes.reverse()
        return changes
