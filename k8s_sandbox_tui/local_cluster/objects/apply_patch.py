"""Server-side apply on JSON values: what one manager wants, over what there is. Source: `structured-merge-diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import json

from k8s_sandbox_tui.local_cluster.objects.list_keys import KEY_DEFAULTS, SETS, keys_of, names_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue


def apply_over(live: JsonObject, wanted: JsonObject, last: JsonObject, others: Sequence[JsonObject]) -> JsonValue:
    """The object as a manager wants it.

    Args:
        live: The object as it is.
        wanted: What the manager applies now.
        last: What it applied before; of this, what neither it nor `others` want any more goes.
        others: What other managers applied last.
    """
    return _joined(_without(live, last, [wanted, *others], ""), wanted, "")


def _joined(live: JsonValue, wanted: JsonValue, field: str) -> JsonValue:
    if isinstance(live, dict) and isinstance(wanted, dict):
        return live | {name: _joined(live.get(name), member, name) for name, member in wanted.items()}
    if isinstance(live, list) and isinstance(wanted, list):
        if field in SETS:
            return [*live, *(item for item in wanted if item not in live)]
        if keys := keys_of(field, names_in([*live, *wanted])):
            known = _by_key(live, keys)
            joined = {at: _joined(known.get(at), item, "") for at, item in _by_key(wanted, keys).items()}
            return list((known | joined).values())
    return wanted


def _without(live: JsonValue, last: JsonValue, wanted: Sequence[JsonValue], field: str) -> JsonValue:
    """What is left of `live` when what was wanted, and is not wanted by anybody now, has gone; None: nothing."""
    if isinstance(live, dict) and isinstance(last, dict):
        return _members_without(live, last, [each for each in wanted if isinstance(each, dict)])
    if isinstance(live, list) and isinstance(last, list):
        lists = [each for each in wanted if isinstance(each, list)]
        if field in SETS:
            return [item for item in live if item not in last or any(item in each for each in lists)]
        if keys := keys_of(field, names_in(live)):
            before, now = _by_key(last, keys), [_by_key(each, keys) for each in lists]
            return [
                _without(item, before[at], [each[at] for each in now if at in each], "") if at in before else item
                for at, item in _by_key(live, keys).items()
                if at not in before or any(at in each for each in now)
            ]
    return live if wanted else None


def _members_without(live: JsonObject, last: JsonObject, wanted: Sequence[JsonObject]) -> JsonObject:
    left: JsonObject = {}
    for name, member in live.items():
        if name not in last:
            left[name] = member
            continue
        holders = [each[name] for each in wanted if name in each]
        rest = _without(member, last[name], holders, name)
        # Of an object or a list of things, what others have put in stays.
        if holders or rest:
            left[name] = rest
    return left


def _by_key(items: Sequence[JsonValue], keys: Sequence[str]) -> dict[bytes, JsonValue]:
    return {
        json.encode([item.get(key, KEY_DEFAULTS.get(key)) for key in keys]): item
        for item in items
        if isinstance(item, dict)
    }
