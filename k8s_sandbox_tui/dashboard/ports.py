"""What the dashboard needs from the provider, as narrow protocols.

The provider's `Compute` fits `ComputePort` by structure. Each widget asks for the
smallest of these, so that a test can drive it with scripted answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.dashboard.create.creator import SandboxCreator
from k8s_sandbox_tui.dashboard.forwards.protocols import ForwardSource
from k8s_sandbox_tui.dashboard.inside.ports import InsidePort
from k8s_sandbox_tui.dashboard.shell.protocols import TerminalStarter
from k8s_sandbox_tui.dashboard.usage_reader import UsagePort

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from k8s_sandbox_tui.dashboard.console.protocols import BackgroundJob
    from k8s_sandbox_tui.dashboard.copying.protocols import FilesPort
    from k8s_sandbox_tui.provider.config import K8sConfig
    from k8s_sandbox_tui.provider.connection.contexts import ContextInfo
    from k8s_sandbox_tui.provider.destroy_many import DestroyResult, SandboxRef
    from k8s_sandbox_tui.provider.errors import SandboxError
    from k8s_sandbox_tui.provider.models import ClusterInfo, SandboxInfo
    from k8s_sandbox_tui.provider.opened import ClusterWish
    from k8s_sandbox_tui.provider.rights import Rights


class JobsPort(Protocol):
    """The jobs of a sandbox."""

    async def start(
        self, command: str, /, *, cwd: str | None = None, env: Mapping[str, str] | None = None
    ) -> BackgroundJob:
        """Start one; returns when it has begun."""
        ...

    async def list(self) -> Sequence[BackgroundJob]:
        """All of them, the oldest first."""
        ...


class SandboxPort(TerminalStarter, ForwardSource, InsidePort, Protocol):
    """One sandbox: commands run in it, and its ports have URLs."""

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        ...

    @property
    def uid(self) -> str:
        """The Pod's uid."""
        ...

    @property
    def filesystem(self) -> FilesPort:
        """Its files."""
        ...

    @property
    def jobs(self) -> JobsPort:
        """Its jobs."""
        ...

    def get_url(self, port: int, *, protocol: str = "http") -> str:
        """The URL of a port, made from the template."""
        ...


class SandboxesPort(SandboxCreator[SandboxPort], Protocol):
    """The verbs on sandboxes."""

    async def get_by_id(self, sandbox_id: str) -> SandboxPort | None:
        """The sandbox of this id, or None."""
        ...

    async def destroy_many(
        self,
        sandboxes: Sequence[SandboxRef],
        *,
        on_result: Callable[[DestroyResult], None] | None = None,
        keep_going: Callable[[], bool] | None = None,
    ) -> list[DestroyResult]:
        """Destroy those with these uids, several at once; tell of each outcome, skip the rest when told to stop."""
        ...


class InventoryUpdatePort(Protocol):
    """What changed since the update before, and how fresh it is."""

    @property
    def upserted(self) -> Sequence[SandboxInfo]:
        """New or changed sandboxes."""
        ...

    @property
    def removed(self) -> Sequence[str]:
        """The uids of those that are gone."""
        ...

    @property
    def complete(self) -> bool:
        """False while the first pages still come in."""
        ...

    @property
    def freshness(self) -> str:
        """A `Freshness`: loading, live, polling, stale or denied."""
        ...

    @property
    def since(self) -> datetime:
        """When that freshness began; for stale, the last good answer."""
        ...

    @property
    def error(self) -> SandboxError | None:
        """Why it is stale or denied."""
        ...

    @property
    def denied(self) -> Sequence[str]:
        """Those of several namespaces whose sandboxes may not be listed."""
        ...

    @property
    def granted(self) -> str | None:
        """The freshness of the others, where there are both."""
        ...


class InventoryPort(Protocol):
    """The rows, as they change."""

    async def __aenter__(self) -> Self:
        """Start to list and watch."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        """Stop."""
        ...

    def __aiter__(self) -> AsyncIterator[InventoryUpdatePort]:
        """The updates, without end."""
        ...

    def refresh(self) -> None:
        """Ask the cluster again, now."""
        ...

    def pause(self) -> None:
        """Ask for no list before `resume`; a watch may stay open."""
        ...

    def resume(self) -> None:
        """Ask again, at once where that has become due."""
        ...


class ComputePort(UsagePort, Protocol):
    """The provider over one cluster."""

    @property
    def config(self) -> K8sConfig:
        """What new sandboxes are made with."""
        ...

    @property
    def sandbox(self) -> SandboxesPort:
        """The verbs on sandboxes."""
        ...

    @property
    def requests(self) -> int:
        """How many requests it has sent to the API server so far."""
        ...

    def inventory(
        self,
        *,
        namespaces: Sequence[str] | None = None,
        refresh_interval: float = 2.0,
        watch: bool = True,
        label_selector: str = "",
    ) -> InventoryPort:
        """The rows of these namespaces, None for the configured one, that have these labels."""
        ...

    async def rights(self, *, namespace: str | None = None) -> Rights:
        """What one may do in a namespace; what is not told is unknown in it."""
        ...

    async def namespaces(self) -> Sequence[str]:
        """The names of all namespaces; `ForbiddenError` where they may not be listed."""
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...


class OpenedClusterPort(Protocol):
    """An opened cluster, and what a user should know of it (`provider.opened.OpenedCluster`)."""

    @property
    def compute(self) -> ComputePort:
        """The provider over it."""
        ...

    @property
    def cluster(self) -> ClusterInfo:
        """Which cluster it is."""
        ...

    @property
    def local(self) -> bool:
        """True for the embedded cluster on this machine."""
        ...

    @property
    def isolation(self) -> str:
        """How the local cluster's Pods are isolated; empty for other clusters."""
        ...

    @property
    def limits(self) -> str:
        """What holds their resources back there; empty for other clusters."""
        ...

    @property
    def network(self) -> str:
        """Which network they have there; empty for other clusters."""
        ...

    @property
    def warning(self) -> str:
        """A sentence that has to stay on screen; empty when there is none."""
        ...


class OpenClusterPort(Protocol):
    """Opens the cluster that the user chose; raises `SandboxError` with cause and next step."""

    def __call__(self, wish: ClusterWish | None = None, /) -> Awaitable[OpenedClusterPort]:
        """Open the cluster of the command line, or the one that is wished for."""
        ...


class ContextsPort(Protocol):
    """Reads the contexts that one may go to; raises `SandboxError` for a kubeconfig that cannot be read."""

    def __call__(self) -> Awaitable[Sequence[ContextInfo]]:
        """Read them; none where there is no kubeconfig."""
        ...
