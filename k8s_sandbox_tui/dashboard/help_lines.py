"""The lines of the help: keys with what they do, and the signs of the statuses."""

from __future__ import annotations

import textwrap
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from k8s_sandbox_tui.dashboard.commands import COMMANDS
from k8s_sandbox_tui.dashboard.key_names import keys_text
from k8s_sandbox_tui.dashboard.looks import HELD_UP, LOOKS
from k8s_sandbox_tui.dashboard.shown_keys import PALETTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from k8s_sandbox_tui.dashboard.line_list import Line
    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.main_keys import BoundKeys, KeySection

INDENT = 2
KEYS = 16
"""Cells for the keys."""

SENTENCE = 50
"""Cells for what they do, where there is room: it fits 80 columns with the keys."""

LEAST = 10
"""Cells for the same on the narrowest terminal."""

MEANINGS: Mapping[str, str] = {
    "failed": "ended with an error, or cannot start",
    "unknown": "its node does not answer",
    "pending": "waits for a node",
    "starting": "its image is pulled, its container is made",
    "stopping": "is being destroyed",
    "running": "takes commands",
    "stopped": "ended by itself",
    HELD_UP: "it does not start, for the reason that is shown",
}
"""What the statuses mean."""

_COMMANDS = frozenset(command.id for command in COMMANDS)


class HelpLine(NamedTuple):
    """A line, and the id of the command that it is about; empty where it is about none."""

    parts: Line
    command: str = ""


def help_lines(sections: Iterable[KeySection], glyphs: Glyphs, width: int) -> list[HelpLine]:
    """All lines, none of them longer than a width, as far as there is room for a few letters.

    Args:
        sections: The keys, by where they work.
        glyphs: The signs of the statuses.
        width: Cells.
    """
    sentence = max(LEAST, min(SENTENCE, width - INDENT - KEYS))
    lines: list[HelpLine] = []
    for section in sections:
        lines.append(HelpLine([(section.title, "title")]))
        for entry in section.entries:
            lines.extend(_entry_lines(entry, sentence))
        lines.append(HelpLine([]))
    lines.append(HelpLine([("Status", "title")]))
    words = [(status, look.word, status) for status, look in LOOKS.items()]
    for status, word, tone in [*words, (HELD_UP, "with a reason", "failed")]:
        sign = f"{glyphs.sign(status)} {word}"
        for left, right in zip_longest([sign], _wrapped(MEANINGS[status], sentence), fillvalue=""):
            lines.append(HelpLine([(_first_column(left), tone), (right, "text")]))
    return lines


def _entry_lines(entry: BoundKeys, sentence: int) -> Iterator[HelpLine]:
    keys = _wrapped(keys_text(entry.keys) or PALETTE, KEYS - 1)
    command = entry.id if entry.id in _COMMANDS else ""
    for left, right in zip_longest(keys, _wrapped(entry.sentence, sentence), fillvalue=""):
        yield HelpLine([(_first_column(left), "key"), (right, "text")], command)


def _first_column(text: str) -> str:
    return f"{'':{INDENT}}{text:<{KEYS}}"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width) if len(text) > width else [text]
