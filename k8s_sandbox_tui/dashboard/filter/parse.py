"""From what was typed to a filter.

A filter is terms; a sandbox has to pass all of them. Case does not matter, `!` before a term turns it round.

    word            somewhere in name, namespace, status, reason, runtime, image, node, address, key=value
    "two words"     the same, with spaces
    /regex/         the same, as a regular expression
    column:value    contained in one column: name, ns, status, reason, runtime, image, node, ip, meta.KEY, label.KEY
    column=value    exactly; column!=value: not exactly; the value may be quoted, behind `:` also a /regex/
    age>2h          comparisons of age, exit and restarts: < > <= >= : = !=
    is:failed       by status; also finished, starting, alive, held-up
"""

from __future__ import annotations

import operator
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from k8s_sandbox_tui.dashboard.filter.fields import NUMBERS, PRESETS, TEXTS, text_of
from k8s_sandbox_tui.dashboard.filter.model import Filter, Test, haystack
from k8s_sandbox_tui.dashboard.filter.patterns import UnusablePatternError, searcher
from k8s_sandbox_tui.dashboard.looks import HELD_UP, shape_of
from k8s_sandbox_tui.dashboard.table.key_columns import LABEL_KEY
from k8s_sandbox_tui.provider.label_terms import label_term
from k8s_sandbox_tui.provider.labels import RUNTIME_LABEL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from k8s_sandbox_tui.dashboard.filter.model import Passes
    from k8s_sandbox_tui.dashboard.row import Row
    from k8s_sandbox_tui.provider.label_terms import LabelTerm

_COLUMN = re.compile(r"([A-Za-z][A-Za-z0-9._/-]*)(<=|>=|!=|[:=<>])")
_VALUE = re.compile(r'"([^"]*)"?|/((?:[^/\\]|\\.)*)(/(?=\s|$)|$)|(\S*)')

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
    ":": operator.eq, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip


class FilterProblemError(Exception):
    """A filter cannot be used; the message says why."""


class _Value(NamedTuple):
    text: str
    pattern: bool
    end: int


def parse_filter(text: str) -> Filter:
    """Parse what was typed. Where it makes no sense the filter has a `problem` and no tests."""
    tests: list[Test] = []
    names: list[str] = []
    doubts: list[str] = []
    try:
        at = 0
        while at < len(text):
            if text[at].isspace():
                at += 1
                continue
            test, name, end = _term(text, at)
            if test is not None:
                tests.append(test)
                names.append(name)
                doubts.append(_doubt(text[at:end].lstrip("!"), test))
            at = end
    except (FilterProblemError, UnusablePatternError) as error:
        return Filter(text=text, problem=str(error))
    return Filter(
        text=text, tests=tuple(tests), timed="age" in names, costly="/" in names, doubt=next(filter(None, doubts), "")
    )


def _doubt(term: str, test: Test) -> str:
    """A word that looks like a column with a value may be one with a slip in it; but images have colons too."""
    column = _COLUMN.match(term)
    if column is None or column.end() == len(term) or test.word != term.casefold():
        return ""
    name = column[1]
    meant = get_close_matches(name.casefold(), [*TEXTS, *NUMBERS, "is"], n=1)
    if meant:
        return f"{column[0]} begins no column. {meant[0]}{column[2]} perhaps?"
    return f"{column[0]} begins no column; there are {', '.join((*TEXTS, *NUMBERS))}, meta.KEY."


def _term(text: str, at: int) -> tuple[Test | None, str, int]:
    """A term, the column it names (`/` for a pattern), and where it ends."""
    negated = text[at] == "!"
    start = at = at + negated
    column = _COLUMN.match(text, at)
    if column is not None:
        name, sign = column.groups()
        value = _value(text, column.end())
        test = _column_test(name, sign, value, text[start : value.end])
        if test is not None:
            turned = negated is not (sign == "!=")
            label = "/" if value.pattern else name.casefold()
            waits = value.text == "" and sign != "="
            test = msgspec.structs.replace(test, negated=turned, asks=_asks(name, sign, value, equal=not turned))
            return None if waits else test, label, value.end
    value = _value(text, at)
    if not value.text:
        return None, "", max(value.end, at + 1)
    if value.pattern:
        return Test(_found(searcher(value.text), haystack), negated), "/", value.end
    word = value.text.casefold()
    return Test(_contains(word, haystack), negated, word), "", value.end


def _asks(name: str, sign: str, value: _Value, *, equal: bool) -> LabelTerm | None:
    """What of labels says the same: servers tell capital letters apart, and know labels alone."""
    if value.pattern or not value.text or sign not in {"=", "!="}:
        return None
    lowered = name.casefold()
    if lowered == "runtime":
        return label_term(RUNTIME_LABEL, value.text.lower(), equal=equal)
    if lowered.startswith(LABEL_KEY):
        return label_term(name[len(LABEL_KEY) :], value.text, equal=equal)
    return None


def _contains(wanted: str, text: Callable[[Row], str]) -> Passes:
    """Whether a text, which has to be casefolded, contains something."""
    return lambda row, _: wanted in text(row)


def _equal(wanted: str, text: Callable[[Row], str]) -> Passes:
    return lambda row, _: text(row) == wanted


def _either(one: Passes, other: Passes) -> Passes:
    return lambda row, now: one(row, now) or other(row, now)


def _found(found: Callable[[str], bool], text: Callable[[Row], str]) -> Passes:
    return lambda row, _: found(text(row))


def _folded(text: Callable[[Row], str]) -> Callable[[Row], str]:
    return lambda row: text(row).casefold()


def _value(text: str, at: int) -> _Value:
    match = _VALUE.match(text, at)
    if match is None:
        return _Value("", pattern=False, end=at)
    quoted, pattern, _, plain = match.groups()
    return _Value(quoted or pattern or plain or "", pattern=bool(pattern), end=match.end())


def _column_test(name: str, sign: str, value: _Value, literal: str) -> Test | None:  # noqa: PLR0911
    """What a named column has to be, without regard to `!`; None where there is no such column."""
    if name.casefold() == "is" and sign == ":":
        return Test(_status_test(value.text))
    if name.casefold() in NUMBERS:
        return Test(_number_test(name.casefold(), sign, value.text))
    text = text_of(name)
    if text is None:
        return None
    if sign in {"<", ">", "<=", ">="}:
        raise FilterProblemError(f"{name} is not a number: {name}:value finds what contains it.")
    if value.pattern:
        return Test(_found(searcher(value.text), text))
    wanted, folded = value.text.casefold(), _folded(text)
    if sign != ":":
        return Test(_equal(wanted, folded))
    if name.casefold() == "node":
        # `node:20` is an image too, and what people type to find it.
        return Test(_either(_contains(wanted, folded), _contains(literal.casefold(), haystack)))
    return Test(_contains(wanted, folded), word=wanted, text=text)


def _status_test(wanted: str) -> Passes:
    """Any preset that begins like this, so that nothing vanishes while it is typed."""
    fitting = [statuses for name, statuses in PRESETS.items() if name.startswith(wanted.casefold())]
    if not fitting:
        raise FilterProblemError(f"is:{wanted} is not one of {' '.join(PRESETS)}.")
    exact = PRESETS.get(wanted.casefold())
    statuses = exact if exact is not None else frozenset[str]().union(*fitting)
    if HELD_UP in statuses:
        return lambda row, _: row.info.status in statuses or shape_of(row.info) in statuses
    return lambda row, _: row.info.status in statuses


def _any(_row: Row, _now: float) -> bool:
    return True


def _number_test(name: str, sign: str, typed: str) -> Passes:
    number, read, example = NUMBERS[name]
    if name == "age" and sign in {":", "=", "!="}:
        raise FilterProblemError("Age is compared: age>2h, age<10m.")
    if not typed:
        return _any
    wanted = read(typed)
    if wanted is None:
        raise FilterProblemError(f"{name}{sign}{typed} makes no sense; write it like {example}.")
    compare = operator.eq if sign == "!=" else _COMPARE[sign]

    def test(row: Row, now: float) -> bool:
        value = number(row, now)
        return value is not None and compare(value, wanted)

    return test
