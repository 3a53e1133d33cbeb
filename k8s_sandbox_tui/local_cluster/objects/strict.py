"""Fields that a client sent and the model does not have: `fieldValidation`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec import inspect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonValue


@cache
def _type_info(model: type) -> inspect.Type:
    return inspect.type_info(model)


def unknown_fields(value: JsonValue, model: type) -> list[str]:
    """The paths of all fields in `value` that `model` does not know, as the API server writes them."""
    return list(_unknown(value, _type_info(model), ""))


def _unknown(value: JsonValue, info: inspect.Type, path: str) -> Iterator[str]:
    if isinstance(info, inspect.UnionType):
        for member in info.types:
            if isinstance(member, inspect.StructType | inspect.ListType):
                yield from _unknown(value, member, path)
    elif isinstance(info, inspect.ListType) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown(item, info.item_type, f"{path}[{index}]")
    elif isinstance(info, inspect.StructType) and isinstance(value, dict):
        known = {field.encode_name: field.type for field in info.fields}
        for key, member in value.items():
            where = f"{path}.{key}" if path else key
            if key in known:
                yield from _unknown(member, known[key], where)
            elif path or key not in {"kind", "apiVersion"}:
                yield where
