"""A port of a sandbox on this machine, as a script holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from k8s_sandbox_tui.provider.forward.model import ForwardEvent, ForwardState, ForwardWay

if TYPE_CHECKING:
    from types import TracebackType

    from k8s_sandbox_tui.provider.forward.channel import Way
    from k8s_sandbox_tui.provider.forward.forwarder import Forwarder


class PortForward:
    """A port of a sandbox on this machine, until it is closed or the sandbox has gone.

    `Sandbox.forward_port` makes it. An async context manager; belongs to one event loop. Iterate it for what happens at
    it: up to 1,024 events wait to be taken, then the oldest go.
    """

    def __init__(
        self, forwarder: Forwarder, way: Way, *, sandbox_id: str, remote_port: int, local: tuple[str, int]
    ) -> None:
        """Holds what works already."""
        self._forwarder = forwarder
        self._way = way
        self._sandbox_id = sandbox_id
        self._remote_port = remote_port
        self._local = local

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        return self._sandbox_id

    @property
    def remote_port(self) -> int:
        """The port in the sandbox."""
        return self._remote_port

    @property
    def local_host(self) -> str:
        """The address that is listened on here; of `localhost`, the IPv4 one."""
        return self._local[0]

    @property
    def local_port(self) -> int:
        """The port that is listened on here."""
        return self._local[1]

    @property
    def url(self) -> str:
        """`http://<address>:<port>`, as a browser of this machine takes it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.local_host, self.local_host)  # noqa: S104 - compared
        return f"http://{f'[{host}]' if ':' in host else host}:{self.local_port}"

    @property
    def via(self) -> ForwardWay:
        """How connections get into the sandbox."""
        return self._way.via

    @property
    def state(self) -> ForwardState:
        """Whether it takes connections."""
        return self._forwarder.state

    @property
    def reason(self) -> str:
        """Why the sandbox has gone, as a sentence; empty in the other states."""
        return self._forwarder.reason

    @property
    def last_error(self) -> str:
        """What went wrong with a connection last, as a sentence; empty where nothing has."""
        return self._forwarder.counts.last_error

    @property
    def live_connections(self) -> int:
        """Connections that are open, or being made."""
        return self._forwarder.counts.live

    @property
    def total_connections(self) -> int:
        """Connections so far."""
        return self._forwarder.counts.total

    @property
    def failed_connections(self) -> int:
        """Of these, those that could not be made, or broke."""
        return self._forwarder.counts.failed

    @property
    def bytes_sent(self) -> int:
        """Bytes that went into the sandbox."""
        return self._forwarder.counts.sent

    @property
    def bytes_received(self) -> int:
        """Bytes that came from the sandbox."""
        return self._forwarder.counts.received

    async def wait_closed(self) -> ForwardState:
        """Waits for its end, and returns whether it was closed or the sandbox has gone."""
        await self._forwarder.ended.wait()
        return self._forwarder.state

    async def aclose(self) -> None:
        """Stops listening and breaks the connections that are open. May be called again."""
        await self._forwarder.end(ForwardState.CLOSED, "")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        await self.aclose()

    def __aiter__(self) -> Self:
        """What happens at it, as it happens; ends with it."""
        return self

    async def __anext__(self) -> ForwardEvent:
        forwarder = self._forwarder
        while not forwarder.events:
            if forwarder.ended.is_set():
                raise StopAsyncIteration
            forwarder.news.clear()
            await forwarder.news.wait()
        return forwarder.events.popleft()

    def __repr__(self) -> str:
        """Names both ends."""
        return f"PortForward({self.local_host}:{self.local_port} -> {self.sandbox_id}:{self.remote_port})"
