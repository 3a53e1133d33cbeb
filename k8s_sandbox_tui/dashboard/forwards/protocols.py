"""What the dashboard needs of a forward; the provider's `PortForward` fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.forward.model import ForwardState, ForwardWay


class ForwardHandle(Protocol):
    """A port of a sandbox on this machine."""

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        ...

    @property
    def remote_port(self) -> int:
        """The port in the sandbox."""
        ...

    @property
    def local_host(self) -> str:
        """The address here."""
        ...

    @property
    def local_port(self) -> int:
        """The port here."""
        ...

    @property
    def url(self) -> str:
        """As a browser takes it."""
        ...

    @property
    def via(self) -> ForwardWay:
        """How connections get into the sandbox."""
        ...

    @property
    def state(self) -> ForwardState:
        """Whether it takes connections."""
        ...

    @property
    def reason(self) -> str:
        """Why the sandbox has gone."""
        ...

    @property
    def last_error(self) -> str:
        """What went wrong with a connection last."""
        ...

    @property
    def live_connections(self) -> int:
        """Open connections."""
        ...

    @property
    def total_connections(self) -> int:
        """Connections so far."""
        ...

    @property
    def bytes_sent(self) -> int:
        """Bytes into the sandbox."""
        ...

    @property
    def bytes_received(self) -> int:
        """Bytes from the sandbox."""
        ...

    async def wait_closed(self) -> ForwardState:
        """Wait for its end."""
        ...

    async def aclose(self) -> None:
        """End it."""
        ...


class ForwardSource(Protocol):
    """A sandbox whose ports can be forwarded; the provider's `Sandbox` is one."""

    async def forward_port(self, remote_port: int, *, local_port: int = 0) -> ForwardHandle:
        """Listen here for a port of it; `SandboxError` where that cannot be."""
        ...
