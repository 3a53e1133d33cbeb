"""Quantities of Kubernetes: `250m`, `1Gi`, `2`; read exactly.

The grammar is that of `k8s.io/apimachinery/pkg/api/resource`: a number with a suffix of powers of two (`Ki` to
`Ei`), of powers of ten (`n` to `E`), or an exponent.
"""

from __future__ import annotations

import re
from decimal import Decimal

from k8s_sandbox_tui.provider.errors import InvalidArgumentError

Quantity = str | int | float
"""As Kubernetes takes it: text as in a manifest, or a plain number of cores or bytes."""

_FORM = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?|[eE][+-]?\d{1,3})", re.ASCII)
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}


def parse_quantity(what: str, quantity: object) -> tuple[str, Decimal]:
    """The text to send and the amount, in cores or bytes.

    Args:
        what: Whose quantity it is, for the error.
        quantity: Text or a number; not negative.

    Raises:
        InvalidArgumentError: It is none, or it is negative.
    """
    if isinstance(quantity, bool) or not isinstance(quantity, str | int | float):
        raise _invalid(what, quantity)
    text = quantity if isinstance(quantity, str) else str(quantity)
    match = _FORM.fullmatch(text)
    if match is None:
        raise _invalid(what, quantity)
    number, suffix = Decimal(match[1]), match[2]
    if suffix in _BINARY:
        amount = number * _BINARY[suffix]
    else:
        amount = number.scaleb(_DECIMAL[suffix] if suffix in _DECIMAL else int(suffix[1:]))
    if amount < 0:
        raise InvalidArgumentError(f"{what} of {quantity!r} is less than nothing.")
    return text, amount


def _invalid(what: str, quantity: object) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"{quantity!r} is not a quantity for {what}.", hint="It looks like 2, 0.5, 250m, 512Mi or 4Gi."
    )
