"""The three kinds of patch, on JSON values. Sources: RFC 7386, RFC 6902, and Kubernetes' strategic merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.objects.list_keys import SETS, keys_of, names_in
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError, bad_request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue


def merge_patch(target: JsonValue, patch: JsonValue) -> JsonValue:
    """RFC 7386: objects are joined, null removes, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def strategic_merge(target: JsonValue, patch: JsonValue, field: str = "") -> JsonValue:
    """Kubernetes' own: as a merge patch, but lists of named things are joined by name.

    Raises:
        StatusError: 400, a directive is not known.
    """
    if isinstance(patch, list):
        return _merge_lists(target if isinstance(target, list) else [], patch, field)
    if not isinstance(patch, dict):
        return patch
    directive = patch.get("$patch")
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    if directive == "delete":
        return {}
    if directive not in {None, "merge"}:
        raise bad_request(f"Unknown patch type: {directive}")
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if key.startswith("$"):
            _apply_directive(result, key, value)
        elif value is None:
            result.pop(key, None)
        else:
            result[key] = strategic_merge(result.get(key), value, key)
    return result


def _apply_directive(result: JsonObject, key: str, value: JsonValue) -> None:
    """Takes values out of a plain list; the other directives say nothing that a merge does not do."""
    directive, _, name = key.partition("/")
    known = result.get(name)
    if directive == "$deleteFromPrimitiveList" and isinstance(known, list) and isinstance(value, list):
        result[name] = [item for item in known if item not in value]


def _merge_lists(target: list[JsonValue], patch: list[JsonValue], field: str) -> list[JsonValue]:
    if field in SETS:
        return [*target, *(item for item in patch if item not in target)]
    keys = keys_of(field, names_in(patch))
    if not keys:
        return patch
    key = keys[0]
    result = list(target)
    for item in patch:
        if not isinstance(item, dict):
            return patch
        place = _place(result, key, item.get(key))
        directive = item.get("$patch")
        if directive == "replace" and key not in item:
            return [member for member in patch if member is not item]
        if directive == "delete":
            if place is not None:
                del result[place]
        elif place is None:
            result.append(strategic_merge({}, item))
        else:
            result[place] = strategic_merge(result[place], item)
    return result


def _place(items: Sequence[JsonValue], key: str, wanted: JsonValue) -> int | None:
    for index, item in enumerate(items):
        if isinstance(item, dict) and item.get(key) == wanted:
            return index
    return None


def json_patch(target: JsonValue, operations: JsonValue) -> JsonValue:
    """RFC 6902.

    Raises:
        StatusError: 400, the patch is malformed; 422, a path or test does not fit the object.
    """
    if not isinstance(operations, list):
        raise bad_request("error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch")
    for operation in operations:
        if not isinstance(operation, dict):
            raise bad_request("error decoding patch: an operation is not an object")
        target = _apply(target, operation)
    return target


def _apply(target: JsonValue, operation: JsonObject) -> JsonValue:
    name, path = operation.get("op"), _pointer(operation.get("path"))
    match name:
        case "add" | "replace":
            if name == "replace":
                _get(target, path)
            return _put(target, path, operation.get("value"), insert=name == "add")
        case "remove":
            return _remove(target, path)
        case "test":
            if _get(target, path) != operation.get("value"):
                raise _unprocessable(f"testing path {operation.get('path')} value failed")
            return target
        case "copy" | "move":
            source = _pointer(operation.get("from"))
            value = _get(target, source)
            if name == "move":
                target = _remove(target, source)
            return _put(target, path, value, insert=True)
        case _:
            raise bad_request(f"Unexpected kind: {name}")


def _pointer(path: JsonValue) -> list[str]:
    if not isinstance(path, str) or (path and not path.startswith("/")):
        raise bad_request("error decoding patch: a path is missing or malformed")
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _get(target: JsonValue, path: Sequence[str]) -> JsonValue:
    for part in path:
        if isinstance(target, dict) and part in target:
            target = target[part]
        elif isinstance(target, list) and part.isdigit() and int(part) < len(target):
            target = target[int(part)]
        else:
            raise _missing(path)
    return target


def _put(target: JsonValue, path: Sequence[str], value: JsonValue, *, insert: bool) -> JsonValue:
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(target, dict):
        if rest and head not in target:
            raise _missing(path)
        return {**target, head: _put(target.get(head), rest, value, insert=insert)}
    if isinstance(target, list):
        if not rest and insert:
            index = len(target) if head == "-" else _index(head, len(target) + 1, path)
            return [*target[:index], value, *target[index:]]
        index = _index(head, len(target), path)
        return [*target[:index], _put(target[index], rest, value, insert=insert), *target[index + 1 :]]
    raise _missing(path)


def _remove(target: JsonValue, path: Sequence[str]) -> JsonValue:
    if not path:
        return {}
    head, rest = path[0], path[1:]
    if isinstance(target, dict) and head in target:
        if rest:
            return {**target, head: _remove(target[head], rest)}
        return {key: value for key, value in target.items() if key != head}
    if isinstance(target, list):
        index = _index(head, len(target), path)
        middle = [_remove(target[index], rest)] if rest else []
        return [*target[:index], *middle, *target[index + 1 :]]
    raise _missing(path)


def _index(text: str, length: int, path: Sequence[str]) -> int:
    if not text.isdigit() or int(text) >= length:
        raise _missing(path)
    return int(text)


def _missing(path: Sequence[str]) -> StatusError:
    return _unprocessable(f"the path /{'/'.join(path)} is missing: missing value")


def _unprocessable(why: str) -> StatusError:
    return StatusError(422, "Invalid", f"the server rejected our request due to an error in our request: {why}")
