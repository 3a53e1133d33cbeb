"""How many cells text takes that the sanitiser has let through."""

from __future__ import annotations

import re

from rich.cells import cell_len

_NARROW = re.compile("[ -~\u00a0-\u00ac\u00ae-\u00ff\ufffd]+")
"""Characters of one cell each: what most lines, and nearly all of what is no text, are made of."""


def cells_of(text: str) -> int:
    """Cells of a text without control and invisible characters; as `cell_len`, which looks at each character."""
    if text.isascii():
        return len(text)
    others = _NARROW.sub("", text)
    return len(text) - len(others) + (cell_len(others) if others else 0)
