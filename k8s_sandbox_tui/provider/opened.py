"""A cluster that has been opened, as the launcher hands it to a dashboard or a command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.models import ClusterInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCluster:
    """The provider over one cluster, and what a user should know of that cluster."""

    compute: Compute
    cluster: ClusterInfo
    local: bool = False
    """True for the embedded cluster on this machine."""
    isolation: str = ""
    """How the local cluster's Pods are isolated; empty for other clusters."""
    warning: str = ""
    """A sentence that has to stay on screen; empty when there is nothing to warn of."""


OpenCluster = Callable[[], Awaitable[OpenedCluster]]
"""Opens the cluster that the user chose; raises `SandboxError` with the cause and the next step."""
