"""One object as the store keeps it: the value, and its JSON ready to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from k8s_sandbox_tui.local_cluster.objects.meta import KubeObject

T_co = TypeVar("T_co", bound=KubeObject, covariant=True)
ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]
Key = tuple[str, str]
"""Namespace (empty for objects that have none) and name."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry(Generic[T_co]):
    """A state of an object; every change makes a new one.

    Attributes:
        key: Namespace and name.
        version: Its `resourceVersion`.
        object: The value.
        body: Its JSON without `kind` and `apiVersion`, as it stands in a list.
    """

    key: Key
    version: int
    object: T_co
    body: bytes

    @property
    def labels(self) -> dict[str, str]:
        """The object's labels."""
        return self.object.metadata.labels

    def typed_body(self, type_meta: bytes) -> bytes:
        """The JSON with `kind` and `apiVersion` in front; `type_meta` is `{"kind":…,"apiVersion":…`."""
        return type_meta + b"," + self.body[1:]


@dataclass(frozen=True, slots=True, eq=False)
class Change(Generic[T_co]):
    """One step in the history of a collection."""

    version: int
    type: ChangeType
    entry: Entry[T_co]
    previous: Entry[T_co] | None
