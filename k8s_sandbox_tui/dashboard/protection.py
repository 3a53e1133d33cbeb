"""Which contexts are marked protected in the settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def is_protected(context: str, patterns: Iterable[str]) -> bool:
    """Whether a context fits one of the patterns; `*` stands for any text, `?` for one character."""
    return any(re.fullmatch(_expression(pattern), context, re.DOTALL) for pattern in patterns)


def _expression(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
