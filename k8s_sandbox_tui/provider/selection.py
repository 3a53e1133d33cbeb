"""Which sandboxes are meant: by namespace, labels, runtime, metadata, status and age."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

import msgspec

from k8s_sandbox_tui.provider.config import check_runtime
from k8s_sandbox_tui.provider.durations import Duration, check_duration
from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.ids import check_namespace
from k8s_sandbox_tui.provider.labels import MANAGED_SELECTOR, METADATA_PREFIX, RUNTIME_LABEL
from k8s_sandbox_tui.provider.manifest import metadata_annotations
from k8s_sandbox_tui.provider.models import Runtime, SandboxStatus
from k8s_sandbox_tui.provider.pod_fields import check_selector

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.models import SandboxInfo

Statuses = SandboxStatus | str | Iterable[SandboxStatus | str]


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the sandboxes. Made by `select`; every value checked."""

    namespaces: tuple[str, ...] | None = None
    """None: the configured one; empty: all."""
    labels: dict[str, str] = {}
    runtime: str = ""
    metadata: dict[str, str] = {}
    """As annotations have it."""
    statuses: frozenset[SandboxStatus] = frozenset()
    """Empty: any."""
    older_than: timedelta | None = None
    newer_than: timedelta | None = None

    @property
    def asked_labels(self) -> str:
        """What the API server tells apart of sandboxes; empty where that is nothing."""
        wanted = dict(self.labels)
        if self.runtime:
            wanted[RUNTIME_LABEL] = self.runtime
        return ",".join([f"{key}={value}" for key, value in wanted.items()])

    @property
    def label_selector(self) -> str:
        """The same, of Pods."""
        return f"{MANAGED_SELECTOR},{self.asked_labels}" if self.asked_labels else MANAGED_SELECTOR

    @property
    def field_selector(self) -> str:
        """What the API server tells apart of the status: a sandbox that runs is in no other phase."""
        return "status.phase=Running" if self.statuses == frozenset({SandboxStatus.RUNNING}) else ""

    def has(self, info: SandboxInfo, now: datetime) -> bool:
        """Whether a sandbox is meant, however it was found.

        Args:
            info: The sandbox.
            now: The time by the API server's clock.
        """
        return (
            (not self.statuses or info.status in self.statuses)
            and (not self.runtime or info.runtime == self.runtime)
            and all(info.labels.get(key) == value for key, value in self.labels.items())
            and all(info.metadata.get(key) == value for key, value in self.metadata.items())
            and (self.older_than is None or now - info.created_at > self.older_than)
            and (self.newer_than is None or now - info.created_at < self.newer_than)
        )


def select(
    *,
    namespace: str | None = None,
    namespaces: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    metadata: Mapping[str, object] | None = None,
    runtime: Runtime | None = None,
    status: Statuses | None = None,
    older_than: Duration | None = None,
    newer_than: Duration | None = None,
) -> Selection:
    """Sandboxes for which all of this is true; whatever is left out may be anything.

    Args:
        namespace: Those of this namespace; the configured one when both this and `namespaces` are left out.
        namespaces: Those of these namespaces; `()`: of all.
        labels: Those with these labels.
        metadata: Those with this metadata; values compare as `create` keeps them.
        runtime: Those with this runtime.
        status: Those in this status, or one of these.
        older_than: Those made longer ago than this, in milliseconds or as a timedelta.
        newer_than: Those made less long ago.

    Raises:
        InvalidArgumentError: A value cannot be.
    """
    return Selection(
        namespaces=_namespaces(namespace, namespaces),
        labels=check_selector("label", labels or {}),
        metadata={
            key.removeprefix(METADATA_PREFIX): value for key, value in metadata_annotations(metadata or {}).items()
        },
        runtime=check_runtime(runtime) if runtime else "",
        statuses=_statuses(status),
        older_than=None if older_than is None else check_duration("older_than", older_than),
        newer_than=None if newer_than is None else check_duration("newer_than", newer_than),
    )


def check_namespaces(namespaces: Sequence[str]) -> tuple[str, ...]:
    """The namespaces, each once.

    Raises:
        InvalidArgumentError: One is no namespace's name, or all of them are one text.
    """
    if isinstance(namespaces, str):
        raise InvalidArgumentError("namespaces is one text.", hint="Give a list of names, () for all namespaces.")
    return tuple(check_namespace(namespace) for namespace in dict.fromkeys(namespaces))


def _namespaces(namespace: str | None, namespaces: Sequence[str] | None) -> tuple[str, ...] | None:
    if namespace and namespaces is not None:
        raise InvalidArgumentError("Both namespace and namespaces are given.", hint="Leave one of them out.")
    if namespaces is not None:
        return check_namespaces(namespaces)
    return (check_namespace(namespace),) if namespace else None


def _statuses(status: Statuses | None) -> frozenset[SandboxStatus]:
    given = () if status is None else (status,) if isinstance(status, str) else status
    known = {one.value: one for one in SandboxStatus}
    found: set[SandboxStatus] = set()
    for one in cast("Iterable[object]", given):
        if not isinstance(one, str) or one not in known:
            raise InvalidArgumentError(f"{one!r} is not a status.", hint=f"There are: {', '.join(known)}.")
        found.add(known[one])
    return frozenset(found)
