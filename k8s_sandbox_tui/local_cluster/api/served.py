"""A resource together with its objects and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from k8s_sandbox_tui.local_cluster.store.resources import T

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.api.table import Printer
    from k8s_sandbox_tui.local_cluster.store.collection import Collection
    from k8s_sandbox_tui.local_cluster.store.resources import Resource


@dataclass(frozen=True, slots=True)
class Served(Generic[T]):
    """One kind of object, as the handlers need it."""

    resource: Resource[T]
    collection: Collection[T]
    printer: Printer[T]
