"""What every Kubernetes object has: metadata, and the forms of time.

Field order is that of the API server's answers. A field that Go omits when empty has its
empty value as default and is omitted too; one that is a Go pointer may be `UNSET`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

T = TypeVar("T", bound="KubeObject")


class KubeStruct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", gc=False):
    """Base of all wire structs."""


class OwnerReference(KubeStruct, frozen=True, kw_only=True):
    """Another object that this one belongs to; kept for clients, nothing is collected by it."""

    api_version: str = msgspec.field(default_factory=str)
    kind: str = msgspec.field(default_factory=str)
    name: str = msgspec.field(default_factory=str)
    uid: str = msgspec.field(default_factory=str)
    controller: bool | UnsetType = UNSET
    block_owner_deletion: bool | UnsetType = UNSET


class ObjectMeta(KubeStruct, frozen=True, kw_only=True):
    """`metadata` of an object."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: str | UnsetType = UNSET
    deletion_timestamp: str | UnsetType = UNSET
    deletion_grace_period_seconds: int | UnsetType = UNSET
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: list[OwnerReference] = []
    finalizers: list[str] = []

    @property
    def deleting(self) -> bool:
        """True once the object is to be deleted, within its grace period."""
        return self.deletion_timestamp is not UNSET


class KubeObject(KubeStruct, frozen=True, kw_only=True):
    """Anything the store can hold."""

    metadata: ObjectMeta = msgspec.field(default_factory=ObjectMeta)


def with_version(item: T, version: int) -> T:
    """A copy of an object with another `resourceVersion`."""
    return replace(item, metadata=replace(item.metadata, resource_version=str(version)))


class ServerTime:
    """How far the server's clock is ahead of the machine's: not at all, but where a test wants it."""

    def __init__(self) -> None:
        self.skew = timedelta()


SERVER_TIME = ServerTime()


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC) + SERVER_TIME.skew


def timestamp(moment: datetime) -> str:
    """`metav1.Time`: RFC 3339 in whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_timestamp(moment: datetime) -> str:
    """`metav1.MicroTime`: RFC 3339 with microseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_timestamp(text: str) -> datetime:
    """The moment that a `metav1.Time` or `MicroTime` names.

    Raises:
        ValueError: it is not RFC 3339.
    """
    return datetime.fromisoformat(text)
