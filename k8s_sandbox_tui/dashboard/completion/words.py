"""Which path stands before the cursor, and how the rest of one is written so that it is that path and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from k8s_sandbox_tui.dashboard.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Callable

NEWLINE_SIGN = "↵"
"""Stands for a line break in a field of one line."""
TAB_SIGN = "⇥"
"""Stands for a tab there."""

_TOKEN = re.compile(
    r"""(?P<break>[ \t\n;|&<>()]+)
    |'(?P<single>[^']*)(?P<single_end>'?)
    |"(?P<double>(?:\\.|[^"\\])*)(?P<double_end>"?)
    |\\(?P<escaped>.)
    |(?P<plain>[^ \t\n;|&<>()'"\\]+)""",
    re.DOTALL | re.VERBOSE,
)
"""The parts of a line, as the shell quotes them (POSIX, XCU 2.2)."""
_EXPANDS = frozenset("$`")
_PATTERNS = frozenset("$`*?[")
_ESCAPE_IN_DOUBLE = re.compile(r'\\([$`"\\])')
_SPECIAL_IN_DOUBLE = re.compile(r'([$`"\\])')
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_PLAIN = re.compile(r"([^A-Za-z0-9_./:@%+,\n\x80-\U0010ffff-])")


def with_signs(text: str) -> str:
    """A text for a field of one line: with signs for line breaks and tabs."""
    return text.replace("\n", NEWLINE_SIGN).replace("\t", TAB_SIGN)


def with_breaks(text: str) -> str:
    """What the text of such a field stands for."""
    return text.replace(NEWLINE_SIGN, "\n").replace(TAB_SIGN, "\t")


class PathWord(NamedTuple):
    """The beginning of a path, without the quotes and backslashes that it is written with."""

    folder: str = ""
    """What stands before the last part, with the slash. `~/` in front is the home directory, `./~/` a name."""
    begin: str = ""
    """What the last part begins with."""
    quote: str = ""
    """The quote that is open at its end."""


class Syntax(NamedTuple):
    """How paths stand in a field."""

    read: Callable[[str], PathWord | None]
    """The path that ends with a text; None where there is none that could be completed."""
    write: Callable[[str, str], str]
    """More of a path as it is written where this quote is open."""
    lines: bool
    """Whether a line break can stand in it."""
    closes: bool
    """Whether something may follow a path: then a blank does."""

    def can_hold(self, name: str) -> bool:
        """Whether a name can be typed here, and is what it looks like."""
        parts = name.split("\n") if self.lines else [name]
        return not {NEWLINE_SIGN, TAB_SIGN} & set(name) and all(harmless(part) == part for part in parts)


def shell_word(text: str) -> PathWord | None:
    """The path that ends with the beginning of a command line; None where only the shell knows what it is.

    A word goes on behind an `=` from anew, so that `of=/dev/ze` and `A=~/x` are completed. Variables, command
    substitutions and patterns are the shell's.
    """
    word: str | None = None
    quote, end = "", 0
    home, known = False, True
    for token in _TOKEN.finditer(text):
        if token.start() != end:
            return None
        quote, end = "", token.end()
        if token["break"]:
            word, home, known = None, False, True
        elif (plain := token["plain"]) is not None:
            before, equals, rest = plain.rpartition("=")
            if equals:
                assigns = word is None and _NAME.fullmatch(before) is not None
                word, home, known = "", assigns and rest.startswith("~"), True
            elif word is None:
                word, home = "", rest.startswith("~")
            known = known and not _PATTERNS.intersection(rest)
            word += rest
        elif (double := token["double"]) is not None:
            quote = "" if token["double_end"] else '"'
            known = known and not _EXPANDS.intersection(_ESCAPE_IN_DOUBLE.sub("", double))
            word = (word or "") + _ESCAPE_IN_DOUBLE.sub(r"\1", double)
        else:
            if (single := token["single"]) is not None and not token["single_end"]:
                quote = "'"
            word = (word or "") + (single if single is not None else token["escaped"])
    if end != len(text) or not known:
        return None
    return _split(word or "", quote, home=home)


def shell_text(text: str, quote: str) -> str:
    """More of a word, such that the shell takes every character of it for itself.

    Args:
        text: Without NUL.
        quote: The quote that is open before it, and stays open.
    """
    if quote == "'":
        return text.replace("'", r"'\''")
    if quote:
        return _SPECIAL_IN_DOUBLE.sub(r"\\\1", text)
    return _NOT_PLAIN.sub(r"\\\1", text).replace("\n", "'\n'")


def _split(word: str, quote: str, *, home: bool) -> PathWord | None:
    folder, slash, begin = word.rpartition("/")
    if home and not folder.startswith("~/") and folder != "~":
        return None  # somebody's home directory, or `~` alone
    if not home and folder.startswith("~"):
        folder = f"./{folder}"
    return PathWord(folder + slash, begin, quote)


def _plain_word(text: str) -> PathWord | None:
    return _split(text, "", home=False)


def _as_it_is(text: str, _quote: str) -> str:
    return text


SHELL = Syntax(shell_word, shell_text, lines=True, closes=True)
"""A command line."""
PLAIN = Syntax(_plain_word, _as_it_is, lines=False, closes=False)
"""A field with nothing but a path in it."""
