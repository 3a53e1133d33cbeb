"""All keys of the main screen, by where they work: for the help, and for the check of a keymap."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.binding import Binding, BindingType

from k8s_sandbox_tui.dashboard.commands import COMMANDS, DESTRUCTIVE
from k8s_sandbox_tui.dashboard.completion.field import CHOOSING
from k8s_sandbox_tui.dashboard.console.commands import CARD_COMMANDS, MOVE_COMMANDS
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.console.prompt import CommandInput
from k8s_sandbox_tui.dashboard.filter_bar import FilterInput
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from k8s_sandbox_tui.dashboard.commands import Command

EVERYWHERE: Mapping[str, str] = {"ctrl+q": "leaves", "ctrl+p": "opens the palette", "ctrl+c": "copies or cancels"}
"""Keys that always do the same, so that there is a way out of everything."""


class BoundKeys(NamedTuple):
    """Some keys and what they do."""

    id: str
    """What a keymap calls it; empty for what is always on these keys."""
    keys: str
    """Textual's names, separated by commas; empty for what only the palette offers."""
    sentence: str
    destructive: bool = False


class KeySection(NamedTuple):
    """Keys that work at the same place."""

    title: str
    entries: list[BoundKeys]
    place: str = ""
    """Where alone they work: at all other places their keys may do something else. Empty for the main screen."""
    typed: bool = False
    """Whether one types there: letters are text."""


def main_keys(keymap: Mapping[str, str] | None = None) -> list[KeySection]:
    """The keys of the main screen and of what is on it.

    Args:
        keymap: Keys by id, where they are not the usual ones; checked before.
    """
    sections = [
        *_grouped(COMMANDS),
        KeySection("In the table", bound(SandboxTable.BINDINGS)),
        KeySection("In the filter", bound(FilterInput.BINDINGS), typed=True),
        KeySection("In the console", bound([*CommandInput.BINDINGS[len(CHOOSING) :], *Console.BINDINGS]), typed=True),
        KeySection("In a list of names", bound(CHOOSING), place="names"),
        *_grouped([*CARD_COMMANDS, *MOVE_COMMANDS], place="cards"),
        KeySection("Everywhere", [BoundKeys("", key, f"{does.capitalize()}.") for key, does in EVERYWHERE.items()]),
    ]
    return with_own(sections, keymap or {})


def with_own(sections: Iterable[KeySection], keymap: Mapping[str, str]) -> list[KeySection]:
    """The sections with the user's own keys in them."""
    return [
        section._replace(entries=[entry._replace(keys=keymap.get(entry.id, entry.keys)) for entry in section.entries])
        for section in sections
    ]


def _grouped(commands: Iterable[Command], *, place: str = "") -> list[KeySection]:
    """Commands by their groups."""
    groups: dict[str, list[BoundKeys]] = {}
    for command in commands:
        entry = BoundKeys(command.id, command.keys, command.help, command.destructive)
        groups.setdefault(command.group, []).append(entry)
    return [KeySection(title, entries, place) for title, entries in groups.items()]


def bound(bindings: Iterable[BindingType]) -> list[BoundKeys]:
    """The keys of a widget."""
    return [
        BoundKeys(
            binding.id or "", binding.key, binding.tooltip or binding.description, destructive=binding.id in DESTRUCTIVE
        )
        if isinstance(binding, Binding)
        else BoundKeys("", binding[0], binding[-1])
        for binding in bindings
    ]
