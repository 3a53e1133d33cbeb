"""Which commands are of no use without a terminal: they draw on the whole screen, or wait for what one types."""

from __future__ import annotations

import re
import shlex

DRAWING = frozenset(
    {
        "atop", "btop", "emacs", "htop", "joe", "lazygit", "links", "lynx", "mc", "micro", "nano", "nnn", "nvim",
        "pico", "ranger", "screen", "tig", "tmux", "top", "vi", "view", "vim", "vimdiff", "w3m", "watch",
    }
)  # fmt: skip
"""Programs that draw on the whole screen."""

ASKING = frozenset(
    {"ash", "bash", "dash", "fish", "ipython", "irb", "lua", "node", "python", "python3", "sh", "su", "zsh"}
)
"""Programs that wait for what one types, unless they are told what to do."""

BATCH = frozenset({"--help", "--version", "-V", "-b", "-bn1", "-h", "-v"})
"""What has such a program print and end."""

LONGEST = 16 * 1024
"""Characters of the longest command line that is looked at: `shlex` takes minutes for a megabyte."""

_SIMPLE = re.compile(r"[^|&;<>()`\n]+")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


def wants_terminal(command: str) -> str:
    """The program of a command line that is of no use without a terminal; empty where there is none."""
    if len(command) > LONGEST or not _SIMPLE.fullmatch(command.strip()):
        return ""
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    while words and _ASSIGNMENT.match(words[0]):
        del words[0]
    if not words:
        return ""
    program, arguments = words[0].rpartition("/")[2], words[1:]
    draws = program in DRAWING and BATCH.isdisjoint(arguments)
    return program if draws or (program in ASKING and not arguments) else ""
