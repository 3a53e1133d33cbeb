"""What an identity may do, asked of the API server before anything is tried."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.provider.errors import ApiError, AuthenticationError, TransportError
from k8s_sandbox_tui.provider.needed_rights import NEEDS, Need
from k8s_sandbox_tui.provider.role import role_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from k8s_sandbox_tui.provider.connection.connection import Connection

_REVIEWS = "/apis/authorization.k8s.io/v1"
AT_ONCE = 4
"""Rights that are asked for one by one at the same time: each takes a connection from what the user waits for."""


class Right(msgspec.Struct, frozen=True, kw_only=True):
    """A verb on a resource, and whether this identity has it."""

    verb: str
    resource: str
    """With its subresource, as Roles have it, and outside the core its group: `pods/exec`, `pods.metrics.k8s.io`."""
    allowed: bool | None
    """None: not known."""
    lost: str
    """What does not work without it, as a sentence."""
    essential: bool
    """Whether ComputeSDK's own functions need it; the others have a lesser way without it."""


class Rights(msgspec.Struct, frozen=True, kw_only=True):
    """What this identity may do in a namespace, of all that this library asks for."""

    namespace: str
    rights: tuple[Right, ...]

    @property
    def missing(self) -> tuple[Right, ...]:
        """Those that it does not have."""
        return tuple(right for right in self.rights if right.allowed is False)

    @property
    def unknown(self) -> tuple[Right, ...]:
        """Those that the API server does not tell of."""
        return tuple(right for right in self.rights if right.allowed is None)

    @property
    def sufficient(self) -> bool | None:
        """Whether all of ComputeSDK's own functions work; None: not known."""
        essential = {right.allowed for right in self.rights if right.essential}
        return False if False in essential else None if None in essential else True

    @property
    def role(self) -> str:
        """YAML of a Role that grants what is missing or unknown; empty when there is nothing to grant."""
        return self._role(right for right in self.rights if right.allowed is not True)

    @property
    def full_role(self) -> str:
        """YAML of a Role that grants all."""
        return self._role(self.rights)

    def _role(self, rights: Iterable[Right]) -> str:
        return role_yaml(self.namespace, [(right.verb, right.resource) for right in rights])


class _Rule(msgspec.Struct, rename="camel"):
    verbs: list[str] = []
    api_groups: list[str] | None = None
    resources: list[str] | None = None
    resource_names: list[str] | None = None


class _RulesStatus(msgspec.Struct, rename="camel"):
    resource_rules: list[_Rule] | None = None
    incomplete: bool = False


class _RulesReview(msgspec.Struct):
    status: _RulesStatus


class _AccessStatus(msgspec.Struct):
    allowed: bool = False


class _AccessReview(msgspec.Struct):
    status: _AccessStatus


_RULES = msgspec.json.Decoder(_RulesReview)
_ACCESS = msgspec.json.Decoder(_AccessReview)


async def review_rights(connection: Connection, namespace: str) -> Rights:
    """Asks what this identity may do.

    Raises:
        AuthenticationError: The credentials are not accepted.
        TransportError: The API server does not answer.
    """
    rules, complete = await _rules(connection, namespace)
    granted = {need: grants(rules, need) for need in NEEDS}
    unsure = [] if complete else [need for need, allowed in granted.items() if not allowed]
    turns = asyncio.Semaphore(AT_ONCE)

    async def ask(need: Need) -> bool | None:
        async with turns:
            return await _may(connection, namespace, need)

    asked = dict(zip(unsure, await asyncio.gather(*map(ask, unsure)), strict=True))
    return Rights(
        namespace=namespace,
        rights=tuple(
            Right(
                verb=need.verb,
                resource=need.full_resource,
                allowed=asked.get(need, allowed),
                lost=need.lost,
                essential=need.essential,
            )
            for need, allowed in granted.items()
        ),
    )


def grants(rules: Iterable[_Rule], need: Need) -> bool:
    """Whether rules grant a right on every object of its kind (rbac/v1 `PolicyRule`)."""
    subresource = need.resource.partition("/")[2]
    return any(
        not rule.resource_names
        and _has(rule.verbs, need.verb)
        and _has(rule.api_groups or (), need.group)
        and (
            _has(rule.resources or (), need.resource)
            or bool(subresource and f"*/{subresource}" in (rule.resources or ()))
        )
        for rule in rules
    )


def _has(granted: Iterable[str], wanted: str) -> bool:
    return any(one in {"*", wanted} for one in granted)


async def _rules(connection: Connection, namespace: str) -> tuple[list[_Rule], bool]:
    """The rules, and whether they are all; none and False where the API server does not tell."""
    body = await _ask(connection, "SelfSubjectRulesReview", {"namespace": namespace})
    try:
        status = _RULES.decode(body).status
    except (msgspec.DecodeError, UnicodeDecodeError):
        return [], False
    return status.resource_rules or [], not status.incomplete


async def _may(connection: Connection, namespace: str, need: Need) -> bool | None:
    """One right; None where the API server does not tell."""
    resource, _, subresource = need.resource.partition("/")
    attributes = {"namespace": namespace, "verb": need.verb, "group": need.group, "resource": resource}
    if subresource:
        attributes["subresource"] = subresource
    body = await _ask(connection, "SelfSubjectAccessReview", {"resourceAttributes": attributes})
    try:
        return _ACCESS.decode(body).status.allowed
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


async def _ask(connection: Connection, kind: str, spec: dict[str, object]) -> bytes:
    """The answer to a review; empty where it is refused."""
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
    path = f"{_REVIEWS}/{kind.lower()}s"
    try:
        return await connection.request("POST", path, body=msgspec.json.encode(review))
    except (AuthenticationError, TransportError):
        raise
    except ApiError:
        return b""
