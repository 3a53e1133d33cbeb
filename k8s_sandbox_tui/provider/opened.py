"""A cluster that has been opened, as the launcher hands it to a dashboard or a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.provider.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.models import ClusterInfo


class ConsentNeededError(SandboxError):
    """The cluster can be opened only if the user takes a risk.

    Attributes:
        risk: What to agree to, in a sentence or two.
        agree: Remembers that the user does; what failed with this then works. It may block for a moment, and raise
            `SandboxError`.
    """

    def __init__(self, risk: str, agree: Callable[[], None], *, hint: str = "") -> None:
        super().__init__(risk, hint=hint)
        self.risk = risk
        self.agree = agree


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCluster:
    """The provider over one cluster, and what a user should know of that cluster."""

    compute: Compute
    cluster: ClusterInfo
    local: bool = False
    """True for the embedded cluster on this machine."""
    isolation: str = ""
    """How the local cluster's Pods are isolated; empty for other clusters."""
    limits: str = ""
    """What holds their resources back there; empty for other clusters."""
    network: str = ""
    """Which network they have there; empty for other clusters."""
    warning: str = ""
    """A sentence that has to stay on screen; empty when there is nothing to warn of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterWish:
    """Which cluster to open, where it is another one than the command line names."""

    context: str = ""
    """A context of the same kubeconfig; empty for the local cluster, or where there are no contexts."""
    local: bool = False
    """The cluster on this machine."""


class OpenCluster(Protocol):
    """Opens a cluster that the user chose; raises `SandboxError` with the cause and the next step."""

    def __call__(self, wish: ClusterWish | None = None, /) -> Awaitable[OpenedCluster]:
        """Open the cluster of the command line, or the one that is wished for."""
        ...
