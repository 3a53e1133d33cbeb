"""Values as JavaScript's `JSON.stringify` writes them, so that either provider can read what the other wrote."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import cast

from k8s_sandbox_tui.provider.errors import InvalidArgumentError

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def stringify(value: object) -> str:
    """The text of a value (ECMA-262, JSON.stringify): compact, non-ASCII as is, NaN and infinity as null.

    Raises:
        InvalidArgumentError: It is, or holds, something that JSON has no form for, or refers to itself.
    """
    try:
        return _write(value)
    except RecursionError:
        raise InvalidArgumentError("The value refers to itself, or is nested too deeply for JSON.") from None


def _write(value: object) -> str:
    match value:
        case None | bool():
            return json.dumps(value)
        case str():
            return _quoted(value)
        case int():
            return str(int(value))
        case float():
            return number(value)
        case Mapping():
            mapping = cast("Mapping[object, object]", value)
            return "{" + ",".join(f"{_quoted(_key(key))}:{_write(item)}" for key, item in mapping.items()) + "}"
        case list() | tuple():
            items = cast("list[object] | tuple[object, ...]", value)
            return "[" + ",".join(_write(item) for item in items) + "]"
        case _:
            raise InvalidArgumentError(f"A {type(value).__name__} has no form in JSON.")


def number(value: float) -> str:
    """A float as ECMA-262 `Number::toString` writes it: `1` for 1.0, `1e+21`, `1e-7`."""
    if math.isnan(value) or math.isinf(value):
        return "null"
    if value == 0:
        return "0"
    # repr gives the shortest digits that read back as the same number, which is ECMA-262's rule too.
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    point = len(whole) - leading + int(exponent or 0)
    digits = digits.rstrip("0")
    return ("-" if value < 0 else "") + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    exponent = point - 1
    mantissa = digits if count == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{'+' if exponent > 0 else '-'}{abs(exponent)}"


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise InvalidArgumentError(f"The key {key!r} is not text; JSON has no other keys.")
    return key


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
