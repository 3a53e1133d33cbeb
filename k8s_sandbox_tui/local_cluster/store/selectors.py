"""Label and field selectors: text in, a test over labels or fields out.

The grammar and the errors are those of `k8s.io/apimachinery/pkg/labels` and `…/fields`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from k8s_sandbox_tui.local_cluster.objects import names
from k8s_sandbox_tui.local_cluster.objects.status_error import bad_request

Operator = Literal["in", "notin", "exists", "!", "gt", "lt"]
_SYMBOL = re.compile(r"\s*(==|!=|=|!|\(|\)|,|<|>|[^\s=!(),<>]+)")
_PUNCTUATION = {"=", "==", "!=", "!", "(", ")", ",", "<", ">"}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One part of a label selector."""

    key: str
    operator: Operator
    values: frozenset[str] = frozenset()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with these labels fulfils it."""
        value = labels.get(self.key)
        match self.operator:
            case "in":
                return value is not None and value in self.values
            case "notin":
                return value is None or value not in self.values
            case "exists":
                return value is not None
            case "!":
                return value is None
            case "gt" | "lt":
                return value is not None and self._compare(value)

    def _compare(self, value: str) -> bool:
        bound = int(next(iter(self.values)))
        try:
            number = int(value)
        except ValueError:
            return False
        return number > bound if self.operator == "gt" else number < bound


class _Parser:
    """A recursive descent over the tokens of a label selector."""

    def __init__(self, text: str) -> None:
        self._symbols = _SYMBOL.findall(text)
        self._next = 0

    def parse(self) -> list[Requirement]:
        requirements: list[Requirement] = []
        while self._peek():
            requirements.append(self._requirement())
            symbol = self._take()
            if symbol == "":
                break
            if symbol != ",":
                raise bad_request(f"unable to parse requirement: found '{symbol}', expected: ',' or 'end of string'")
            if not self._peek():
                raise bad_request("unable to parse requirement: found '', expected: identifier after ','")
        return requirements

    def _peek(self) -> str:
        return self._symbols[self._next] if self._next < len(self._symbols) else ""

    def _take(self) -> str:
        symbol = self._peek()
        self._next += 1
        return symbol

    def _requirement(self) -> Requirement:
        if self._peek() == "!":
            self._take()
            return Requirement(self._key(), "!")
        key = self._key()
        symbol = self._take()
        match symbol:
            case "" | ",":
                self._next -= 1
                return Requirement(key, "exists")
            case "=" | "==":
                return Requirement(key, "in", frozenset({self._value(key)}))
            case "!=":
                return Requirement(key, "notin", frozenset({self._value(key)}))
            case "<" | ">":
                return Requirement(key, "gt" if symbol == ">" else "lt", frozenset({self._integer(key)}))
            case "in" | "notin":
                return Requirement(key, symbol, self._set(key))
            case _:
                expected = "in, notin, =, ==, !=, gt, lt"
                raise bad_request(f"unable to parse requirement: found '{symbol}', expected: {expected}")

    def _key(self) -> str:
        symbol = self._take()
        if symbol in _PUNCTUATION or not symbol:
            raise bad_request(f"unable to parse requirement: found '{symbol}', expected: identifier")
        wrong = names.qualified_name(symbol)
        if wrong:
            raise bad_request(f'unable to parse requirement: <nil>: Invalid value: "{symbol}": {"; ".join(wrong)}')
        return symbol

    def _value(self, key: str) -> str:
        symbol = self._peek()
        if symbol in {"", ","}:
            return ""
        self._take()
        if symbol in _PUNCTUATION:
            raise bad_request(f"unable to parse requirement: found '{symbol}', expected: identifier")
        return _checked(key, symbol)

    def _integer(self, key: str) -> str:
        value = self._value(key)
        if not re.fullmatch(r"-?\d+", value):
            rule = "for 'Gt', 'Lt' operators, the value must be an integer"
            raise bad_request(f'unable to parse requirement: values[0][{key}]: Invalid value: "{value}": {rule}')
        return value

    def _set(self, key: str) -> frozenset[str]:
        opening = self._take()
        if opening != "(":
            raise bad_request(f"unable to parse requirement: found '{opening}' expected: '('")
        values: set[str] = set()
        while True:
            symbol = self._take()
            if symbol in {",", ")"}:
                # Nothing between two commas stands for the empty value.
                values.add("")
            elif symbol in _PUNCTUATION or not symbol:
                raise bad_request(f"unable to parse requirement: found '{symbol}', expected: ',', ')' or identifier")
            else:
                values.add(_checked(key, symbol))
                symbol = self._take()
            if symbol == ")":
                return frozenset(values)
            if symbol != ",":
                raise bad_request(f"unable to parse requirement: found '{symbol}', expected: ',' or ')'")


def _checked(key: str, value: str) -> str:
    wrong = names.label_value(value)
    if wrong:
        raise bad_request(
            f'unable to parse requirement: values[0][{key}]: Invalid value: "{value}": {"; ".join(wrong)}'
        )
    return value


LabelTest = Callable[[Mapping[str, str]], bool]


def label_selector(text: str) -> LabelTest | None:
    """The test that a label selector stands for; None: everything matches.

    Raises:
        StatusError: 400, the selector is malformed.
    """
    requirements = _Parser(text).parse()
    if not requirements:
        return None
    if len(requirements) == 1 and requirements[0].operator == "in" and len(requirements[0].values) == 1:
        # By far the most frequent form, `key=value`, over thousands of objects.
        key, (value,) = requirements[0].key, requirements[0].values
        return lambda labels: labels.get(key) == value
    return lambda labels: all(requirement.matches(labels) for requirement in requirements)


@dataclass(frozen=True, slots=True)
class FieldTerm:
    """One part of a field selector."""

    field: str
    value: str
    equal: bool


def field_selector(text: str) -> list[FieldTerm]:
    """The terms of a field selector, all of which must hold.

    Raises:
        StatusError: 400, the selector is malformed.
    """
    terms: list[FieldTerm] = []
    for part in re.split(r"(?<!\\),", text):
        if not part:
            continue
        match = re.fullmatch(r"([^=!]*)(!=|==|=)(.*)", part, re.DOTALL)
        if match is None:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{part}'")
        field, operator, value = match.groups()
        terms.append(FieldTerm(field, re.sub(r"\\([\\,=])", r"\1", value), operator != "!="))
    return terms
