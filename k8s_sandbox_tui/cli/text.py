"""Text from a cluster, made harmless for a terminal.

Anybody who can create a Pod chooses what stands in its image, labels, annotations and messages; an escape
sequence in there must not reach the terminal. What is not printable is shown as an escape in plain text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def printable(text: str) -> str:
    r"""Returns `text` on one line: blanks for line breaks and tabs, `\x1b` and the like for all other controls."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def shown_path(path: str) -> str:
    r"""Returns a path as printable text; bytes in it that are not UTF-8 are shown as `\xff`."""
    return printable(path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))


def terminal_safe_json(document: str) -> str:
    r"""Returns the same JSON with every unprintable character written as `\uXXXX`.

    JSON demands that for the C0 controls alone; C1 controls and direction marks act on terminals too.
    """
    return re.sub(r"[^\x20-\x7e\n]", _json_escaped, document)


def width(text: str) -> int:
    """Returns the number of terminal columns that printable text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def cut(text: str, columns: int) -> str:
    """Returns `text`, shortened with an ellipsis where it is wider than `columns`."""
    if width(text) <= columns:
        return text
    kept: list[str] = []
    room = columns - 1
    for character in text:
        room -= _columns(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + "…" if columns > 0 else ""


def pad(text: str, columns: int) -> str:
    """Returns `text` with blanks up to `columns`."""
    return text + " " * (columns - width(text))


def _escaped(character: str) -> str:
    if character in "\t\n\r" or unicodedata.category(character) == "Zs":
        return " "
    return ascii(character)[1:-1]


def _json_escaped(match: re.Match[str]) -> str:
    character = match[0]
    if character.isprintable():
        return character
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def rfc3339(moment: datetime | None) -> str:
    """Returns a moment as RFC 3339 has it, in UTC to the second; nothing for none."""
    return "" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
