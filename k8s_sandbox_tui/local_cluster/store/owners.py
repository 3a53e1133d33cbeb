"""Who has set which field of which object: for server-side apply, which lets nobody overwrite others unasked.

Source: `structured-merge-diff` (`merge.Updater`) and the field managers of the API machinery.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.local_cluster.objects.apply_patch import joined
from k8s_sandbox_tui.local_cluster.objects.field_sets import Path, changed, fields_of, with_prefixes, without
from k8s_sandbox_tui.local_cluster.objects.json_value import decode

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject

MOST_OBJECTS = 4096
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
# The only manager that may take over without asking what kubectl itself applied before servers did.
_KUBECTL = "kubectl"
# What the node writes into a Pod's annotations belongs to nobody.
_NODES_OWN = "local.computesdk.io/"


@dataclass(frozen=True, slots=True, order=True)
class Manager:
    """Somebody who sets fields, by applying them or by other writes."""

    name: str
    applies: bool


@dataclass(slots=True)
class _Owned:
    """Who owns what in one object.

    Attributes:
        creator: Whoever created it otherwise than by applying, and owns what nobody else has set; None: nobody.
        taken: What the creator does not own, or not any more.
    """

    creator: Manager | None = None
    taken: set[Path] = field(default_factory=set[Path])
    sets: dict[Manager, set[Path]] = field(default_factory=dict[Manager, set[Path]])

    def by(self, present: set[Path]) -> dict[Manager, set[Path]]:
        """What each manager owns of these fields."""
        found = {manager: paths & present for manager, paths in self.sets.items()}
        if self.creator is not None:
            found[self.creator] = (present - self.taken) | found.get(self.creator, set())
        return found


class FieldOwners:
    """By uid. Of more than `MOST_OBJECTS` objects, those written longest ago are forgotten: they belong to nobody."""

    def __init__(self) -> None:
        self._by_uid: dict[str, _Owned] = {}

    def created(self, uid: str, manager: str) -> None:
        """Notes who created an object."""
        self._keep(uid, _Owned(creator=Manager(manager, applies=False)))

    def updated(self, uid: str, manager: str, old: JsonObject, new: JsonObject) -> None:
        """Notes who changed an object otherwise than by applying: what is changed is theirs alone."""
        before, after = fields_of(old), fields_of(new)
        set_now, gone = changed(before, after), before.keys() - after.keys()
        if not set_now and not gone:
            return
        owned, writer = self._by_uid.get(uid, _Owned()), Manager(manager, applies=False)
        self._take(owned, writer, set_now | gone)
        owned.sets[writer] = (owned.sets.get(writer, set()) | set_now) - gone
        self._keep(uid, owned)

    def applied(self, uid: str, manager: str, wanted: JsonObject, old: JsonObject, new: JsonObject) -> None:
        """Notes who applied what: all of it is theirs; what it changes is nobody else's any more."""
        before, after = fields_of(old), fields_of(new)
        owned, writer = self._by_uid.get(uid, _Owned()), Manager(manager, applies=True)
        self._take(owned, writer, changed(before, after) | (before.keys() - after.keys()))
        owned.sets[writer] = set(fields_of(wanted))
        self._keep(uid, owned)

    def over(self, live: JsonObject, uid: str, manager: str, wanted: JsonObject) -> JsonObject:
        """The object once this is applied: without what the manager applied before, and nobody wants any more."""
        owned, writer = self._by_uid.get(uid, _Owned()), Manager(manager, applies=True)
        by_others = owned.by(set(fields_of(live)))
        mine = by_others.pop(writer, set())
        kept = with_prefixes(set(fields_of(wanted)).union(*by_others.values()))
        return joined(without(live, mine - kept), wanted)

    def conflicts(self, uid: str, manager: str, old: JsonObject, new: JsonObject) -> list[tuple[Manager, Path]]:
        """What an apply would change that is others'; all that kubectl may take over left out."""
        before = fields_of(old)
        set_now = changed(before, fields_of(new))
        allowed = _by_client_side_apply(old, before) if manager == _KUBECTL else set[Path]()
        found = self._by_uid.get(uid, _Owned()).by(set_now & before.keys())
        return sorted(
            (owner, path)
            for owner, paths in found.items()
            for path in paths - allowed
            if owner != Manager(manager, applies=True) and not path[-1][1].startswith(_NODES_OWN)
        )

    def _take(self, owned: _Owned, writer: Manager, paths: set[Path]) -> None:
        owned.taken |= paths
        for manager in [manager for manager in owned.sets if manager != writer]:
            owned.sets[manager] -= paths

    def _keep(self, uid: str, owned: _Owned) -> None:
        self._by_uid.pop(uid, None)
        self._by_uid[uid] = owned
        if len(self._by_uid) > MOST_OBJECTS:
            del self._by_uid[next(iter(self._by_uid))]


def _by_client_side_apply(live: JsonObject, present: dict[Path, bytes]) -> set[Path]:
    """What `kubectl apply` has noted to be its own, and is still as it wanted it. Source: `lastAppliedManager`."""
    meta = live.get("metadata")
    annotations = meta.get("annotations") if isinstance(meta, dict) else None
    noted = annotations.get(_LAST_APPLIED) if isinstance(annotations, dict) else None
    try:
        last = decode(noted.encode()) if isinstance(noted, str) else {}
    except msgspec.DecodeError:
        return set()
    fields = fields_of(last) if isinstance(last, dict) else {}
    return {path for path, there in fields.items() if present.get(path) == there}
