"""Server-side apply on JSON values: what somebody wants, over what there is. Source: `structured-merge-diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import json

from k8s_sandbox_tui.local_cluster.objects.list_keys import ATOMIC, KEY_DEFAULTS, SETS, keys_of, names_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue


def joined(live: JsonObject, wanted: JsonObject) -> JsonObject:
    """The object with all that is wanted in it."""
    return live | {name: _joined(live.get(name), member, name) for name, member in wanted.items()}


def _joined(live: JsonValue, wanted: JsonValue, field: str) -> JsonValue:
    if isinstance(live, dict) and isinstance(wanted, dict) and field not in ATOMIC:
        return joined(live, wanted)
    if isinstance(live, list) and isinstance(wanted, list):
        if field in SETS:
            return [*live, *(item for item in wanted if item not in live)]
        if keys := keys_of(field, names_in([*live, *wanted])):
            known = _by_key(live, keys)
            more = {at: _joined(known.get(at), item, "") for at, item in _by_key(wanted, keys).items()}
            return list((known | more).values())
    return wanted


def _by_key(items: Sequence[JsonValue], keys: Sequence[str]) -> dict[bytes, JsonValue]:
    return {
        json.encode([item.get(key, KEY_DEFAULTS.get(key)) for key in keys]): item
        for item in items
        if isinstance(item, dict)
    }
