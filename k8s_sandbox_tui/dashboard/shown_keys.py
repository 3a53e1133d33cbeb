"""The keys that buttons and sentences name: the user's own, where the keymap has moved them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from k8s_sandbox_tui.dashboard.commands import COMMANDS
from k8s_sandbox_tui.dashboard.key_names import UNBOUND, key_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.app import App
    from textual.dom import DOMNode
    from textual.screen import Screen

    KeyOf = Callable[[str], str]
    """The key of a command, by its id."""

PALETTE = "^P"
"""How to get at what has no key of its own."""


def command_key(keymap: Mapping[str, str], command_id: str) -> str:
    """The first key of a command, as people write it; that of the palette where it has none."""
    command = next(command for command in COMMANDS if command.id == command_id)
    return first_key(command.with_keys(keymap).keys) or PALETTE


def first_key(keys: str) -> str:
    """The first of some keys, separated by commas, as people write it; empty where there is none to press."""
    first = keys.partition(",")[0]
    return key_name(first) if first and first != UNBOUND else ""


def binding_key(screen: DOMNode, binding_id: str) -> str:
    """The first key that does something on this screen now, as people write it; empty where none does."""
    active = cast("Screen[object]", screen).active_bindings
    for binding in [one.binding for one in active.values()]:
        if binding.id == binding_id and binding.key != UNBOUND:
            return cast("App[object]", screen.app).get_key_display(binding)
    return ""


def with_key(label: str, screen: DOMNode, binding_id: str) -> str:
    """What a button says: its word, and the key that does the same."""
    key = binding_key(screen, binding_id)
    return f"{label} ({key})" if key else label
