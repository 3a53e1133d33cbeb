"""What looking inside asks the provider for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.looking import SandboxEvent
    from k8s_sandbox_tui.provider.models import SandboxInfo


class InsidePort(Protocol):
    """What the screen asks the provider's sandbox for."""

    async def get_info(self) -> SandboxInfo:
        """The sandbox as it is now."""
        ...

    async def get_pod(self) -> dict[str, object]:
        """The whole Pod."""
        ...

    async def get_events(self) -> list[SandboxEvent]:
        """What happened, oldest first."""
        ...

    async def get_log(self, *, tail_lines: int = 1000, previous: bool = False) -> bytes:
        """The end of the log."""
        ...
