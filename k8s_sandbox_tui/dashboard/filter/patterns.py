"""Regular expressions that cannot run away: what could take exponential time is refused before it is tried.

Python's `re` cannot be interrupted. So a pattern is read here once more, and the number of
ways to try it on a text is estimated: nothing that is repeated may itself be read in several
ways, and at most two parts may be of any length.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTH = 300
"""Characters of a line that are looked at where two parts of the pattern may be of any length."""

SHORT = 2 * LENGTH
"""Characters of a text that is looked at in one go, also then."""

LONG = 2000
"""Characters that are looked at else."""

MOST_WAYS = LENGTH**2
"""Ways to try a pattern from one place of a text."""

_QUANTIFIER = re.compile(r"([*+?]|\{(\d*)(,?)(\d*)\})[?+]?")


class UnusablePatternError(Exception):
    """A pattern is wrong or could take too long; the message says why."""


def searcher(pattern: str) -> Callable[[str], bool]:
    """A function that says whether a text contains what the pattern describes; case does not matter.

    Raises:
        UnusablePatternError: The pattern is wrong, or could take too long.
    """
    try:
        compiled = re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:
        raise UnusablePatternError(f"/{pattern}/ is not a regular expression: {error}") from None
    ways = _Reader(pattern).ways()
    if ways > MOST_WAYS:
        raise UnusablePatternError("The pattern could take too long: at most two of * and +, please.")
    search = compiled.search
    if ways <= LENGTH * 8:
        return lambda text: search(text[:LONG]) is not None

    def found(text: str) -> bool:
        if len(text) <= SHORT:
            return search(text) is not None
        return any([search(line[:LENGTH]) is not None for line in text.split("\n")])  # noqa: C419 - faster here

    return found


class _Reader:
    """Reads a pattern that `re` has accepted."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def ways(self) -> int:
        """In how many ways the pattern can be tried from one place of a text; cut off beyond the most."""
        return self._alternatives()

    @property
    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _alternatives(self) -> int:
        total = self._sequence()
        while self._next == "|":
            self._at += 1
            total += self._sequence()
        return total

    def _sequence(self) -> int:
        product = 1
        while self._next not in {"", "|", ")"}:
            product = min(product * self._item(), MOST_WAYS + 1)
        return product

    def _item(self) -> int:
        inner = self._atom()
        quantifier = _QUANTIFIER.match(self._pattern, self._at)
        if quantifier is None:
            return inner
        sign, least, comma, most = quantifier.groups()
        if sign not in {"*", "+", "?"} and not (least or most):
            return inner  # a brace that repeats nothing stands for itself
        self._at = quantifier.end()
        if sign == "?":
            return inner + 1
        if sign in {"*", "+"} or (comma and not most):
            if inner > 1:
                raise UnusablePatternError("The pattern could take too long: what is repeated may not vary itself.")
            return LENGTH
        upper = int(most or least)
        if upper > LENGTH:
            raise UnusablePatternError(f"The pattern could take too long: at most {LENGTH} repetitions, please.")
        times = upper - int(least or 0) + 1 if comma else 1
        return min(inner**upper * times, MOST_WAYS + 1)

    def _atom(self) -> int:
        character = self._next
        self._at += 1
        if character == "\\":
            if self._next.isdecimal() and self._next != "0":
                raise UnusablePatternError("A pattern may not refer back to a group.")
            self._at += 1
        elif character == "[":
            self._skip_set()
        elif character == "(":
            return self._group()
        return 1

    def _skip_set(self) -> None:
        if self._next == "^":
            self._at += 1
        if self._next == "]":
            self._at += 1
        while self._next not in {"", "]"}:
            self._at += 2 if self._next == "\\" else 1
        self._at += 1

    def _group(self) -> int:
        if self._next == "?":
            opening = re.compile(r"\?(?::|>|P<\w+>)").match(self._pattern, self._at)
            if opening is None:
                raise UnusablePatternError("A pattern may group with ( ) and (?: ) only.")
            self._at = opening.end()
        ways = self._alternatives()
        self._at += 1
        return ways
