"""How fresh the rows of an inventory are, and the update that it hands out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from k8s_sandbox_tui.provider.errors import SandboxError
from k8s_sandbox_tui.provider.models import SandboxInfo


class Freshness(StrEnum):
    """How current the rows are; with several namespaces, the worst of theirs."""

    LOADING = "loading"
    """The first list is still coming."""
    LIVE = "live"
    """A watch is open: changes arrive as they happen."""
    POLLING = "polling"
    """Listed again at every interval."""
    STALE = "stale"
    """The cluster does not answer; the rows are from the last good answer."""
    DENIED = "denied"
    """The identity may not list Pods here."""


class InventoryUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """What has changed since the update before."""

    upserted: Sequence[SandboxInfo]
    """New or changed rows."""
    removed: Sequence[str]
    """The uids of rows that have gone."""
    complete: bool
    """False while the first pages are still coming."""
    freshness: Freshness
    since: datetime
    """When that freshness began; for STALE, the time of the last good answer."""
    error: SandboxError | None
    """Why, for STALE and DENIED."""
    requests: int
    """Requests that the connection has made so far."""
    denied: Sequence[str] = ()
    """Those of several namespaces whose Pods may not be listed."""
    granted: Freshness | None = None
    """The worst freshness of those that may be listed, where some may and some may not."""
