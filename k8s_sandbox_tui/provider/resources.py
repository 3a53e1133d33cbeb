"""What a sandbox may use and what is kept free for it: requests and limits, with ComputeSDK's numbers as defaults."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, cast, get_args

import msgspec

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.quantity import Quantity, parse_quantity

if TYPE_CHECKING:
    from decimal import Decimal

ResourceName = Literal["cpu", "memory", "ephemeral-storage"]
"""Kubernetes' names of what a container uses."""

ResourceAmounts = Mapping[ResourceName, Quantity | None]
"""Amounts by name; None stands for none at all, where leaving the name out stands for the default."""

DEFAULT_REQUESTS: dict[ResourceName, str] = {"cpu": "250m", "memory": "256Mi"}
DEFAULT_LIMITS: dict[ResourceName, str] = {"cpu": "1", "memory": "1Gi"}
_NAMES: tuple[ResourceName, ...] = get_args(ResourceName)


class Resources(msgspec.Struct, frozen=True, gc=False):
    """Requests and limits of a container, as text; names that are missing have none."""

    requests: dict[str, str] = {}
    limits: dict[str, str] = {}


NO_RESOURCES = Resources()
_Amounts = dict[ResourceName, "tuple[str, Decimal]"]


def make_resources(requests: ResourceAmounts | None, limits: ResourceAmounts | None) -> Resources:
    """Requests and limits of a new sandbox.

    A default gives way to what was asked for: a limit below the default request takes the request down with it,
    a request above the default limit takes the limit up.

    Raises:
        InvalidArgumentError: A name or a quantity cannot be, or a request is above its limit.
    """
    asked, capped = _read("request", requests), _read("limit", limits)
    wanted: _Amounts = {}
    allowed: _Amounts = {}
    for name in _NAMES:
        request = asked[name] if name in asked else _default(DEFAULT_REQUESTS, name)
        limit = capped[name] if name in capped else _default(DEFAULT_LIMITS, name)
        if request is not None and limit is not None and request[1] > limit[1]:
            if name in asked and name in capped:
                raise InvalidArgumentError(
                    f"The request of {request[0]} {name} is above its limit of {limit[0]}.",
                    hint="A request is what is kept free, a limit what may be used at most.",
                )
            if name in asked:
                limit = request
            else:
                request = limit
        if request is not None:
            wanted[name] = request
        if limit is not None:
            allowed[name] = limit
    return Resources(_texts(wanted), _texts(allowed))


class _Wire(msgspec.Struct):
    requests: dict[str, str] | None = None
    limits: dict[str, str] | None = None


_DECODER = msgspec.json.Decoder(_Wire)


@lru_cache(maxsize=1024)
def resources_of(raw: bytes) -> Resources:
    """Requests and limits from a container's JSON; equal ones are one object, however many Pods have them.

    Nothing where they do not fit the schema: they are shown, nothing depends on them.
    """
    try:
        wire = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return NO_RESOURCES
    return Resources(wire.requests or {}, wire.limits or {})


def _read(kind: str, amounts: ResourceAmounts | None) -> dict[ResourceName, tuple[str, Decimal] | None]:
    given = cast("object", {} if amounts is None else amounts)
    if not isinstance(given, Mapping):
        raise InvalidArgumentError(f"{given!r} is not a mapping of {kind}s.", hint='It looks like {"memory": "2Gi"}.')
    read: dict[ResourceName, tuple[str, Decimal] | None] = {}
    for name, quantity in cast("Mapping[object, object]", given).items():
        known: ResourceName | None = next((one for one in _NAMES if one == name), None)
        if known is None:
            raise InvalidArgumentError(
                f"A {kind} of {name!r} is not supported.", hint=f"What can be set is {', '.join(_NAMES)}."
            )
        read[known] = None if quantity is None else parse_quantity(f"the {kind} of {known}", quantity)
    return read


def _default(defaults: Mapping[ResourceName, str], name: ResourceName) -> tuple[str, Decimal] | None:
    return parse_quantity(name, defaults[name]) if name in defaults else None


def _texts(amounts: _Amounts) -> dict[str, str]:
    return {name: text for name, (text, _) in amounts.items()}
