"""Quantities: `250m`, `1Gi`, `2`. Parsed exactly, written in canonical form.

The form follows `k8s.io/apimachinery/pkg/api/resource`: the largest suffix of the
quantity's own family that leaves a whole number.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from math import ceil

# The expression that the API server quotes in its refusal.
PATTERN = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"

_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_FORM = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?|[eE][+-]?[0-9]{1,3})")


class QuantityError(ValueError):
    """It is not a quantity."""


def _parts(text: str) -> tuple[Decimal, str]:
    match = _FORM.fullmatch(text)
    if match is None:
        raise QuantityError(f"quantities must match the regular expression '{PATTERN}'")
    number, suffix = match.groups()
    try:
        value = Decimal(number)
    except InvalidOperation as error:
        raise QuantityError(f"quantities must match the regular expression '{PATTERN}'") from error
    return value, suffix


def parse(value: str | float) -> Decimal:
    """The amount: cores or bytes.

    Raises:
        QuantityError: it is not a quantity.
    """
    number, suffix = _parts(str(value))
    if suffix in _BINARY:
        return number * _BINARY[suffix]
    if suffix in _DECIMAL:
        return number.scaleb(_DECIMAL[suffix])
    return number.scaleb(int(suffix[1:]))


def canonical(value: str | float) -> str:
    """The quantity as the API server writes it back: `1000m` is `1`, `1024Mi` is `1Gi`.

    Raises:
        QuantityError: it is not a quantity.
    """
    text = str(value)
    suffix = _parts(text)[1]
    amount = parse(value)
    if amount == 0:
        return "0"
    if suffix in _BINARY and abs(amount) >= 1024 and amount == amount.to_integral_value():
        return _binary(int(amount))
    if suffix[:1] in {"e", "E"} and suffix != "E":
        return _scaled(amount, exponent=True)
    return _scaled(amount, exponent=False)


def _binary(amount: int) -> str:
    for suffix, size in reversed(_BINARY.items()):
        if amount % size == 0:
            return f"{amount // size}{suffix}"
    return str(amount)


def _scaled(amount: Decimal, *, exponent: bool) -> str:
    # Nothing finer than nano exists; the API server rounds up.
    nano = ceil(amount.scaleb(9))
    for suffix, power in reversed(_DECIMAL.items()):
        step = 10 ** (power + 9)
        if nano % step == 0:
            if exponent:
                return f"{nano // step}e{power}" if power else str(nano // step)
            return f"{nano // step}{suffix}"
    return str(nano)
