"""The typed objects as OpenAPI schemas, for `kubectl explain` and `apply`."""

from __future__ import annotations

import inspect as source
from typing import TYPE_CHECKING

from msgspec import inspect

from k8s_sandbox_tui.local_cluster.objects.list_keys import SETS, keys_of
from k8s_sandbox_tui.local_cluster.objects.roles import GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIXES = {"": "io.k8s.api.core.v1.", GROUP: "io.k8s.api.rbac.v1."}
"""What schemas' names begin with, by group."""
_SCALARS: dict[type[inspect.Type], str] = {
    inspect.BoolType: "boolean",
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.StrType: "string",
}


def schemas_of(models: Iterable[type], prefix: str) -> dict[str, dict[str, object]]:
    """The schemas of these kinds and of all that they are made of, by name."""
    found: dict[str, dict[str, object]] = {}
    for model in models:
        _schema(inspect.type_info(model), found, prefix)
    return found


def _schema(info: inspect.Type, found: dict[str, dict[str, object]], prefix: str) -> dict[str, object]:
    if isinstance(info, inspect.StructType):
        name = f"{prefix}{info.cls.__name__}"
        if name not in found:
            # In its place before its fields, which may be made of it.
            schema = found[name] = {"type": "object", "description": source.getdoc(info.cls) or ""}
            schema["properties"] = {field.encode_name: _field(field, found, prefix) for field in info.fields}
        return {"$ref": f"#/components/schemas/{name}"}
    if isinstance(info, inspect.UnionType):
        kinds = [kind for kind in info.types if not isinstance(kind, inspect.NoneType)]
        scalars = [_SCALARS[type(kind)] for kind in kinds if type(kind) in _SCALARS]
        # Such as a quantity, which is written as a number or as text.
        return {"type": "string"} if len(scalars) > 1 else _schema(kinds[0], found, prefix)
    if isinstance(info, inspect.ListType):
        return {"type": "array", "items": _schema(info.item_type, found, prefix)}
    if isinstance(info, inspect.DictType):
        return {"type": "object", "additionalProperties": _schema(info.value_type, found, prefix)}
    kind = _SCALARS.get(type(info))
    # What is handed through without being read may have any fields.
    return {"type": "object", "x-kubernetes-preserve-unknown-fields": True} if kind is None else {"type": kind}


def _field(field: inspect.Field, found: dict[str, dict[str, object]], prefix: str) -> dict[str, object]:
    schema = _schema(field.type, found, prefix)
    if "$ref" in schema:
        # Nothing may stand beside a reference in OpenAPI 3.0.
        return {"allOf": [schema], "default": {}}
    if schema.get("type") == "array":
        return schema | _joined(field.encode_name, field.type)
    return schema


def _joined(name: str, kind: inspect.Type) -> dict[str, object]:
    """How a list is joined with another one, for clients that make patches."""
    if name in SETS:
        return {"x-kubernetes-patch-strategy": "merge", "x-kubernetes-list-type": "set"}
    item = kind.item_type if isinstance(kind, inspect.ListType) else None
    names = {field.encode_name for field in item.fields} if isinstance(item, inspect.StructType) else set[str]()
    keys = keys_of(name, names)
    if not keys:
        return {"x-kubernetes-list-type": "atomic"}
    return {
        "x-kubernetes-patch-strategy": "merge",
        "x-kubernetes-patch-merge-key": keys[0],
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": list(keys),
    }
