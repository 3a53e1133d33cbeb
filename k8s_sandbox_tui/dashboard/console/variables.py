"""`export` and `unset` on their own: variables that last for a sandbox, and values that are kept off the screen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

MASK = "•••"

SHORT_LIVED = "its variables ended with it: only plain ones last, as in export A=b"

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
# What every shell takes as it stands: no expansion, no escape, no second command.
_VALUE = r"""[A-Za-z0-9_./:@%+,=-]*|'[^'\0]*'|"[^"$`\\!\0]*\""""
_ASSIGNMENT = re.compile(rf"\s+({_NAME})=({_VALUE})(?=\s|$)")
_UNSET = re.compile(rf"unset((?:\s+{_NAME})+)\s*")
# What is opened and not closed goes to the end: looking for the end again at each assignment would take for ever.
_ANY_ASSIGNMENT = re.compile(
    rf"""(?<![\w$./-])({_NAME})=((?:'[^']*'?|"(?:\\.|[^"\\])*"?|\$\([^)]*\)?|\\.|[^\s'"\\;&|<>()])+)""", re.DOTALL
)
_SECRET = re.compile(
    "TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|PRIVATE|ACCESS_?KEY|(?:^|_)(?:KEY|PWD|AUTH)$", re.IGNORECASE
)
_LEAST = 4
"""Characters of a value that is looked for in commands: shorter ones stand everywhere."""


class VariableChange(NamedTuple):
    """What a line changes. With neither it asks for what there is."""

    values: Mapping[str, str]
    removed: frozenset[str] = frozenset()

    @property
    def asks(self) -> bool:
        """Whether it is `export` alone."""
        return not self.values and not self.removed


def read_change(line: str) -> VariableChange | None:
    """What a line that only exports or unsets variables changes; None for any other line, which is the shell's.

    Only values that mean what they say are read: without expansion, and quoted as a whole or not at all.
    """
    line = line.strip()
    if line in {"export", "export -p"}:
        return VariableChange({})
    if unset := _UNSET.fullmatch(line):
        return VariableChange({}, frozenset(unset[1].split()))
    if not line.startswith("export"):
        return None
    position = len("export")
    values: dict[str, str] = {}
    while match := _ASSIGNMENT.match(line, position):
        value = match[2]
        values[match[1]] = value[1:-1] if value[:1] in {"'", '"'} else value
        position = match.end()
    return VariableChange(values) if values and position == len(line) else None


def looks_lasting(line: str) -> bool:
    """Whether somebody may think that a line's variables last, though it is the shell's and ends with it."""
    return re.match(rf"\s*(?:export\s+{_NAME}|unset\s+{_NAME}|{_NAME}=\S*\s*$)", line) is not None


def masked(command: str) -> str:
    """The command for the screen, without the values of exports, and of variables that are called like secrets."""
    return _hidden(command, MASK)


def redacted(command: str, values: Mapping[str, str]) -> str:
    """The command for the history on disk: the same, and values that were exported before are their variables again.

    Args:
        command: As it was typed.
        values: What was exported in its sandbox.
    """
    command = _hidden(command, "")
    for name, value in sorted(values.items(), key=lambda item: -len(item[1])):
        if len(value) >= _LEAST:
            command = command.replace(value, f"${name}")
    return command


def _hidden(command: str, mask: str) -> str:
    exports = re.match(r"\s*export\s", command) is not None

    def hide(match: re.Match[str]) -> str:
        secret = exports or (_SECRET.search(match[1]) is not None and not match[2].startswith("$"))
        return f"{match[1]}={mask}" if secret else match[0]

    return _ANY_ASSIGNMENT.sub(hide, command) if "=" in command else command
