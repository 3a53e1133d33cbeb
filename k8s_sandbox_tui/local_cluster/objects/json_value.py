"""JSON as Python sees it, for the few places that handle objects of any shape."""

from __future__ import annotations

from typing import TypeAlias, cast

import msgspec

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"
JsonObject: TypeAlias = "dict[str, JsonValue]"


def decode(data: bytes) -> JsonValue:
    """Parses `data`.

    Raises:
        msgspec.DecodeError: it is not JSON.
    """
    return cast("JsonValue", msgspec.json.decode(data))


def without_nulls(value: JsonValue) -> JsonValue:
    """`value` without object members that are null: to the API server, null is the same as absent."""
    if isinstance(value, dict):
        return {key: without_nulls(member) for key, member in value.items() if member is not None}
    if isinstance(value, list):
        return [without_nulls(member) for member in value]
    return value
