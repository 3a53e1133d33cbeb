"""The fields of the create form that hold amounts: how many, how long, how much; read, or with the reason why not."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.durations import LONGEST, parse_span
from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.quantity import parse_quantity

if TYPE_CHECKING:
    from decimal import Decimal

MOST_COPIES = 100
"""How many sandboxes one form makes: more are a script's work."""

_UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_COPIES = re.compile(r"\d{1,6}", re.ASCII)


def copies_of(text: str) -> int:
    """How many sandboxes are wanted; 0 where the text does not say."""
    text = text.strip()
    if not text:
        return 1
    return int(text) if _COPIES.fullmatch(text) else 0


def copies_reason(text: str, *, named: bool) -> str:
    """Why so many cannot be made; empty when they can.

    Args:
        text: As typed.
        named: Whether one exact name was given, which only one can have.
    """
    copies = copies_of(text)
    if not copies:
        return "A whole number, from 1 on"
    if copies > MOST_COPIES:
        return f"At most {MOST_COPIES} at once"
    return "Several need a random ending to their name" if copies > 1 and named else ""


def span_text(span: timedelta) -> str:
    """A span as it is typed, to the second."""
    left = max(int(span.total_seconds()), 1)
    words: list[str] = []
    for unit, seconds in _UNITS.items():
        amount, left = divmod(left, seconds)
        if amount:
            words.append(f"{amount}{unit}")
    return " ".join(words)


def span_reason(text: str) -> str:
    """Why the text is no lifetime; empty when it is one, or empty."""
    if not text.strip():
        return ""
    span = parse_span(text)
    if span is None:
        return "Write it as 30m, 2h or 1d 12h"
    if span <= timedelta():
        return "More than nothing"
    return "At most ten years" if span > LONGEST else ""


def amounts_reason(request: str, limit: str) -> str:
    """Why a request and its limit, as typed, cannot be; empty when they can."""
    amounts: list[Decimal] = []
    for what, text in (("request", request), ("limit", limit)):
        if not text:
            continue
        try:
            amounts.append(parse_quantity(what, text)[1])
        except InvalidArgumentError:
            return f"The {what} is not a quantity: 0.5, 250m, 512Mi, 2Gi"
    if len(amounts) == 2 and amounts[0] > amounts[1]:
        return "More is kept free than may be used"
    return ""
