"""What managers have applied to objects, so that the next apply knows what they do not want any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.objects.apply_patch import apply_over

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue

MOST_OBJECTS = 4096


class AppliedObjects:
    """By uid and manager. Of more than `MOST_OBJECTS` objects, those applied longest ago are forgotten."""

    def __init__(self) -> None:
        self._by_uid: dict[str, dict[str, JsonObject]] = {}

    def over(self, live: JsonObject, uid: str, manager: str, wanted: JsonObject) -> JsonValue:
        """The object as it is once this is applied."""
        known = self._by_uid.get(uid, {})
        others = [each for name, each in known.items() if name != manager]
        return apply_over(live, wanted, known.get(manager, {}), others)

    def keep(self, uid: str, manager: str, wanted: JsonObject) -> None:
        """Notes what was applied."""
        self._by_uid[uid] = self._by_uid.pop(uid, {}) | {manager: wanted}
        if len(self._by_uid) > MOST_OBJECTS:
            del self._by_uid[next(iter(self._by_uid))]
