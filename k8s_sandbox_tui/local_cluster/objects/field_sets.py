"""The fields of an object as a set of paths, as server-side apply compares and owns them.

Source: `structured-merge-diff` (`fieldpath`), and the fields that the API server takes out of such sets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import json

from k8s_sandbox_tui.local_cluster.objects.list_keys import ATOMIC, KEY_DEFAULTS, SETS, keys_of, names_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue

Element = tuple[str, str]
"""`f` and a field's name, `k` and the keys of a list's member, or `v` and a plain member of a list."""
Path = tuple[Element, ...]

_SERVERS_OWN = (
    *((("f", name),) for name in ("apiVersion", "kind", "status")),
    *(
        (("f", "metadata"), ("f", name))
        for name in (
            "name",
            "namespace",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "managedFields",
        )
    ),
)


def fields_of(value: JsonObject) -> dict[Path, bytes]:
    """The paths of all that can be owned in an object, and what stands there."""
    found: dict[Path, bytes] = {}
    for name, member in value.items():
        _collect(member, name, (("f", name),), found)
    return {path: there for path, there in found.items() if not any(path[: len(own)] == own for own in _SERVERS_OWN)}


def _collect(value: JsonValue, field: str, at: Path, found: dict[Path, bytes]) -> None:
    if isinstance(value, dict) and value and field not in ATOMIC:
        for name, member in value.items():
            _collect(member, name, (*at, ("f", name)), found)
    elif isinstance(value, list) and (keys := keys_of(field, names_in(value))):
        for item in value:
            if isinstance(item, dict):
                here = (*at, _key(item, keys))
                found[here] = b""
                for name, member in item.items():
                    _collect(member, name, (*here, ("f", name)), found)
    elif isinstance(value, list) and field in SETS:
        found.update({(*at, _plain(item)): b"" for item in value})
    else:
        found[at] = json.encode(value, order="sorted")


def _key(item: JsonObject, keys: Sequence[str]) -> Element:
    told = (f"{key}={json.encode(item.get(key, KEY_DEFAULTS.get(key))).decode()}" for key in keys)
    return "k", ",".join(told)


def _plain(item: JsonValue) -> Element:
    return "v", json.encode(item).decode()


def changed(old: Mapping[Path, bytes], new: Mapping[Path, bytes]) -> set[Path]:
    """What is new in `new`, or other than in `old`."""
    return {path for path, there in new.items() if old.get(path) != there}


def with_prefixes(paths: Iterable[Path]) -> set[Path]:
    """The paths, and those of all that they are in."""
    return {path[:length] for path in paths for length in range(1, len(path) + 1)}


def without(value: JsonObject, paths: set[Path]) -> JsonObject:
    """The object without these fields, and without what has nothing in it for that."""
    return _members_without(value, (), paths)


def _members_without(value: JsonObject, at: Path, paths: set[Path]) -> JsonObject:
    left: JsonObject = {}
    for name, member in value.items():
        here = (*at, ("f", name))
        if here in paths:
            continue
        rest = _without(member, name, here, paths)
        if rest or not isinstance(member, dict | list) or not member:
            left[name] = rest
    return left


def _without(value: JsonValue, field: str, at: Path, paths: set[Path]) -> JsonValue:
    if isinstance(value, dict) and field not in ATOMIC:
        return _members_without(value, at, paths)
    if isinstance(value, list) and (keys := keys_of(field, names_in(value))):
        return [
            _members_without(item, (*at, _key(item, keys)), paths) if isinstance(item, dict) else item
            for item in value
            if not isinstance(item, dict) or (*at, _key(item, keys)) not in paths
        ]
    if isinstance(value, list) and field in SETS:
        return [item for item in value if (*at, _plain(item)) not in paths]
    return value


def path_text(path: Path) -> str:
    """The path as the API server writes it: `.spec.containers[name="c"].image`."""
    forms = {"f": ".{}", "k": "[{}]", "v": "[={}]"}
    return "".join(forms[kind].format(text) for kind, text in path)
