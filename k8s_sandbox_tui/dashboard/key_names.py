"""Keys as people write them, and as Textual names them."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from textual.keys import KEY_NAME_REPLACEMENTS, key_to_character

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "enter": "Enter", "escape": "Esc", "space": "Space", "tab": "Tab", "shift+tab": "Shift+Tab", "up": "Up",
    "down": "Down", "left": "Left", "right": "Right", "pageup": "PgUp", "pagedown": "PgDn", "home": "Home",
    "end": "End", "backspace": "Bksp", "delete": "Del", "insert": "Ins", "slash": "/", "question_mark": "?",
    "plus": "+", "minus": "-",
}  # fmt: skip
"""What people write for Textual's names, where that is something else."""

UNBOUND = "unbound"
"""Stands for a key that no terminal sends: the command is in the palette alone."""

FUNCTION_KEYS = frozenset(f"f{number}" for number in range(1, 25))

_RENAMED: Mapping[str, str] = {"slash": "/", "backslash": "\\", "at": "@", "minus": "-", "plus": "+", "underscore": "_"}
"""The characters of the keys that Textual calls otherwise than Unicode does."""

_NAMED = frozenset(key for key in NAMES if "+" not in key) | FUNCTION_KEYS
_MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")

_WRITTEN = {name.lower(): key for key, name in NAMES.items()}

_SAME: Mapping[str, str] = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
"""What terminals cannot tell from another key."""


def key_name(key: str) -> str:
    """A key as people write it: `Enter`, `F8`, `^P`, `^End`, `/`."""
    if key in NAMES:
        return NAMES[key]
    if key.startswith("ctrl+"):
        base = key_name(key.removeprefix("ctrl+"))
        return f"^{base.upper() if len(base) == 1 else base}"
    if key in FUNCTION_KEYS:
        return key.upper()
    if "+" in key:
        modifier, rest = key.split("+", 1)
        return f"{modifier.capitalize()}+{key_name(rest)}"
    return key if len(key) == 1 else _RENAMED.get(key) or key_to_character(key) or key


def keys_text(keys: str) -> str:
    """Keys, separated by commas, as people write them; those that cannot be pressed are left out."""
    return " ".join([key_name(key) for key in keys.split(",") if key and key != UNBOUND])


def read_key(text: str) -> str | None:
    """Textual's name of a key that a person wrote, in any of the ways it is shown or documented; None if it is none."""
    text = text.strip()
    if len(text) > 1 and text.startswith("^"):
        text = f"ctrl+{text[1:]}"
    if text.lower() in _WRITTEN:
        return _WRITTEN[text.lower()]
    *modifiers, base = text.split("+") if not text.endswith("+") else [*text[:-1].rstrip("+").split("+"), "plus"]
    modifiers = [modifier.strip().lower() for modifier in modifiers if modifier]
    if len(set(modifiers)) != len(modifiers) or not set(modifiers) <= set(_MODIFIERS):
        return None
    known = _base(base.strip())
    if known is None:
        return None
    if len(known) == 1 and modifiers:
        # Terminals send the capital letter for shift, and do not tell capitals apart with ctrl.
        if modifiers == ["shift"]:
            return known.upper()
        known = known.lower()
    key = "+".join([*(modifier for modifier in _MODIFIERS if modifier in modifiers), known])
    return _SAME.get(key, key)


def _base(text: str) -> str | None:
    """Textual's name of a key without modifiers."""
    lower = text.lower()
    if lower in _WRITTEN:
        return _WRITTEN[lower]
    if lower in _NAMED:
        return lower
    if len(text) == 1:
        return _character_key(text) if text.isprintable() else None
    return lower if lower in _RENAMED or key_to_character(lower) is not None else None


def _character_key(character: str) -> str | None:
    """Textual's name of the key that types a character; None for those whose name it cannot read back."""
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    key = KEY_NAME_REPLACEMENTS.get(name, name)
    return key if key in _RENAMED or (key and key_to_character(key) == character) else None
