"""Types and values of settings as a person writes them in the file."""

from __future__ import annotations

import json
import re
from typing import cast, get_args

import msgspec
from msgspec import inspect

LONGEST = 40
"""Characters of a wrong value that are shown."""


def toml_value(value: object) -> str:
    """A value as TOML writes it.

    Raises:
        TypeError: It has a type that settings do not have.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            return toml_text(value)
        case list() | tuple():
            return f"[{', '.join([toml_value(item) for item in msgspec.convert(value, list[object])])}]"
        case _:
            raise TypeError(type(value))


def toml_key(key: str) -> str:
    """A key as TOML writes it: bare where that is allowed."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml_text(key)


def toml_text(text: str) -> str:
    """A text as TOML writes it: JSON's escapes are TOML's too, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def shown(value: object) -> str:
    """A value from the file, short and on one line."""
    try:
        text = toml_value(value)
    except TypeError:
        text = "a table" if isinstance(value, dict) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def allowed(kind: object) -> str:
    """What a setting of this type may be, for the end of a sentence."""
    return _words(inspect.type_info(kind))


def example_of(kind: object) -> object:
    """The example that a type brings along; None when it has none."""
    metas = [extra for extra in get_args(kind) if isinstance(extra, msgspec.Meta)]
    examples = [example for meta in metas for example in cast("list[object]", meta.examples or [])]
    return examples[0] if examples else None


def _words(info: inspect.Type) -> str:  # noqa: PLR0911 - a table of types
    match info:
        case inspect.Metadata():
            return _words(info.type)
        case inspect.UnionType():
            return " or ".join([_words(one) for one in info.types if not isinstance(one, inspect.NoneType)])
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return f"a whole number{_range(info)}"
        case inspect.FloatType():
            return f"a number{_range(info)}"
        case inspect.StrType():
            return "a text"
        case inspect.LiteralType():
            quoted = [toml_value(value) for value in info.values]
            return quoted[0] if len(quoted) == 1 else f"one of {', '.join(quoted)}"
        case inspect.VarTupleType() | inspect.ListType():
            return "a list of texts"
        case inspect.DictType():
            return "a table of texts"
        case _:
            return "a table"


def _range(info: inspect.IntType | inspect.FloatType) -> str:
    return f" from {info.ge} to {info.le}" if info.ge is not None and info.le is not None else ""
