"""`cd` on its own: the one command whose effect has to outlast it."""

from __future__ import annotations

import shlex
from typing import NamedTuple

_OPERATORS = frozenset("();<>|&")
MAX_PATH = 4096
"""Bytes of a path, as Linux has it (`PATH_MAX`)."""

LONGEST = 4 * MAX_PATH
"""Characters of the longest `cd`, quotes and all; `shlex` takes minutes for what fills a megabyte."""


class Place(NamedTuple):
    """Where the commands of a sandbox start. Empty is the container's own working directory."""

    cwd: str = ""
    previous: str = ""
    """Where they started before, for `cd -`."""


def is_cd(command: str) -> bool:
    """Whether a command line is nothing but `cd` with at most one directory."""
    if len(command) > LONGEST or "\n" in command.strip():
        return False
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:
        return False
    if not words or words[0] != "cd" or len(words) > 3 or (len(words) == 3 and words[1] != "--"):
        return False
    return not any(set(word) <= _OPERATORS for word in words if word)


def probe(command: str) -> str:
    """The command line that goes there and prints where that is, or fails as `cd` fails."""
    return f"{command.strip()} >/dev/null && pwd"


def start_of(command: str, place: Place) -> str:
    """The directory in which the probe has to start; empty where it makes no difference.

    An absolute target does without: so one gets out of a directory that is gone.
    """
    words = command.split()
    target = words[-1].lstrip("\"'") if len(words) > 1 else ""
    return "" if not target or target[0] in "/~" else place.cwd


def moved(place: Place, printed: bytes) -> Place | None:
    """The place after the probe printed a directory; None when that is not a path that can be used."""
    try:
        path = printed.removesuffix(b"\n").decode()
    except UnicodeDecodeError:
        return None
    if not path.startswith("/") or "\0" in path or "\n" in path:
        return None
    return Place(path, place.cwd)
