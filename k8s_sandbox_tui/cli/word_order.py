"""Tells the verb of a command line, options for all verbs and the command to run apart, before argparse reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_JOBS_START = ["jobs", "start"]
OPTIONS_WITH_VALUE = frozenset(
    {"--kubeconfig", "--context", "-n", "--namespace", "--url-template", "--refresh", "--selector"}
)
_FLAGS = frozenset({"--local", "--read-only"})
_WITH_ITS_VALUE = r"-n[^-]|--(kubeconfig|context|namespace|url-template|refresh|selector)="


def verb_at(argv: Sequence[str]) -> int:
    """Returns the place of the verb, or of what stands where one should; the length where nothing does."""
    position = 0
    while position < len(argv) and argv[position].startswith("-") and argv[position] != "--":
        position += 2 if argv[position] in OPTIONS_WITH_VALUE else 1
    return min(position, len(argv))


def split_at_separator(argv: Sequence[str]) -> tuple[list[str], list[str] | None]:
    """Splits `exec … -- CMD ARG…` and `jobs start … -- CMD ARG…` at their first `--`.

    argparse would take a later `--` out of the command as well; a command must arrive as it was typed.

    Returns:
        What argparse is to read, and the command: None where the verb is neither of these or there is no `--`.
    """
    arguments = list(argv)
    position = verb_at(arguments)
    takes_command = arguments[position : position + 1] == ["exec"] or arguments[position : position + 2] == _JOBS_START
    if not takes_command or "--" not in arguments[position:]:
        return arguments, None
    separator = arguments.index("--", position)
    return arguments[:separator], arguments[separator + 1 :]


def with_global_options_first(argv: Sequence[str]) -> list[str]:
    """Moves the options for all verbs from behind the verb, where kubectl has them, to before it.

    What begins with `-` is no value for argparse, so that such an option cannot be the value of another one.
    """
    position = verb_at(argv)
    first, rest = list(argv[:position]), list(argv[position : position + 1])
    tokens = list(argv[position + 1 :])
    while tokens and tokens[0] != "--":
        token = tokens.pop(0)
        if token in OPTIONS_WITH_VALUE and tokens and not tokens[0].startswith("-"):
            first += [token, tokens.pop(0)]
        elif token in _FLAGS or re.match(_WITH_ITS_VALUE, token):
            first.append(token)
        else:
            rest.append(token)
    return first + rest + tokens
