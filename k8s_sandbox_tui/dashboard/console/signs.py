"""The characters that the console draws around commands and their output."""

from __future__ import annotations

from typing import NamedTuple


class Signs(NamedTuple):
    """One cell each."""

    rail: str = "│"
    """Before each line of output."""
    chosen: str = "┃"
    """The same, where the card is the chosen one."""
    foot: str = "└"
    stderr: str = "!"
    prompt: str = "$"
    folded: str = "▸"
    menu: str = "≡"
    cut_left: str = "«"
    """Text goes on to the left."""
    cut_right: str = "»"
    ellipsis: str = "…"


UNICODE = Signs()
ASCII = Signs(
    rail="|", chosen="#", foot="`", folded="+", menu="=", cut_left="<", cut_right=">", ellipsis="~"
)  # fmt: skip
