"""The settings file with every key and what it means, made from the settings themselves."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.dashboard.key_names import key_name
from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.dashboard.settings.words import allowed, example_of, toml_key, toml_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HEAD = """\
# Settings of the dashboard. All of them are commented out here: take the # away from a key that is to differ.
# The program reads this file when it starts, and never writes to it.
"""

WIDTH = 110
"""Characters of a line of explanation."""


def default_document() -> str:
    """The commented file: it sets nothing."""
    return "\n".join([HEAD, *_lines(Settings)])


def _lines(kind: type[msgspec.Struct]) -> Iterator[str]:
    meanings = field_docstrings(kind)
    for field in msgspec.structs.fields(kind):
        yield from [f"# {line}" for line in textwrap.wrap(meanings[field.name], WIDTH - 2)]
        if isinstance(field.default, msgspec.Struct):
            yield from [f"[{field.encode_name}]", "", *_lines(type(field.default))]
            continue
        if field.name == "keymap":
            yield from [f"[{field.encode_name}]", "", *_keymap_lines()]
            continue
        example = example_of(field.type)
        value = example if field.default in {None, "", ()} else field.default
        yield f"# It may be {allowed(field.type)}."
        yield f"# {field.encode_name} = {toml_value(value)}"
        yield ""


def _keymap_lines() -> Iterator[str]:
    """All commands with the keys they have."""
    from k8s_sandbox_tui.dashboard.dialogue_keys import dialogue_keys
    from k8s_sandbox_tui.dashboard.main_keys import main_keys

    told: set[str] = set()
    for section in [*main_keys(), *dialogue_keys()]:
        # What works at two places has one name.
        named = list({entry.id: entry for entry in reversed(section.entries) if entry.id not in told | {""}}.values())
        named.reverse()
        told.update([entry.id for entry in named])
        if named:
            yield f"# {section.title}"
        for entry in named:
            keys = ",".join([key_name(key) for key in entry.keys.split(",") if key])
            yield f"# {f'{toml_key(entry.id)} = {toml_value(keys)}':<32} # {entry.sentence}"
        if named:
            yield ""


def field_docstrings(kind: type[msgspec.Struct]) -> Mapping[str, str]:
    """The docstring behind each field of a struct, on one line; by the field's name."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    body = [
        statement for definition in tree.body if isinstance(definition, ast.ClassDef) for statement in definition.body
    ]
    meanings: dict[str, str] = {}
    for field, after in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            meanings[field.target.id] = " ".join(str(after.value.value).split())
    return meanings
