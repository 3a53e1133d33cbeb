"""A sandbox as JSON for programs. Fields are added, never renamed or removed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.cli.text import terminal_safe_json

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.models import SandboxInfo


class SandboxDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of `-o json`. Times are RFC 3339 in UTC; what is not known is null or an empty string."""

    id: str
    name: str
    namespace: str
    uid: str
    provider: str = "k8s"
    status: str
    reason: str
    message: str
    phase: str
    runtime: str
    image: str
    node: str
    pod_ip: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    restarts: int
    exit_code: int | None
    metadata: dict[str, str]
    labels: dict[str, str]
    ports: tuple[int, ...]
    expires_at: datetime | None
    """When a client of this kind destroys it."""
    deadline_at: datetime | None
    """When Kubernetes ends it."""


def document(info: SandboxInfo) -> SandboxDocument:
    """Returns a sandbox in the form of `-o json`."""
    return msgspec.convert(info, SandboxDocument, from_attributes=True)


def to_json(value: object) -> str:
    """Returns indented JSON with a line break at its end, safe to print on a terminal."""
    return terminal_safe_json(msgspec.json.format(msgspec.json.encode(value), indent=2).decode()) + "\n"
