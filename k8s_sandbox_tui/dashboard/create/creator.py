"""What the create dialogue needs of the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta

    from k8s_sandbox_tui.provider.models import CreateProgress, Runtime
    from k8s_sandbox_tui.provider.resources import ResourceName
    from k8s_sandbox_tui.provider.security import SecurityProfile


class CreatedSandbox(Protocol):
    """What the flow needs to know of a sandbox."""

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        ...


SandboxT_co = TypeVar("SandboxT_co", bound=CreatedSandbox, covariant=True)


class SandboxCreator(Protocol[SandboxT_co]):
    """The one verb of the provider's sandbox collection that creating needs.

    It deletes the half-made Pod when it fails or is cancelled.
    """

    async def create(
        self,
        *,
        envs: Mapping[str, str] | None = None,
        metadata: Mapping[str, object] | None = None,
        runtime: Runtime | None = None,
        image: str | None = None,
        name: str | None = None,
        namespace: str | None = None,
        requests: Mapping[ResourceName, str] | None = None,
        limits: Mapping[ResourceName, str] | None = None,
        lifetime: timedelta | None = None,
        security_profile: SecurityProfile | None = None,
        on_progress: Callable[[CreateProgress], None] | None = None,
    ) -> SandboxT_co:
        """Create a sandbox and wait until it runs."""
        ...
