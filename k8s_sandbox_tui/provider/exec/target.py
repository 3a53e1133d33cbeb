"""Where a command runs, and what it needs of a connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import ClientWebSocketResponse

    from k8s_sandbox_tui.provider.connection.upgraded import UpgradedConnection

CONTAINER = "sandbox"
"""The container's name in every sandbox, ComputeSDK's."""


@dataclass(frozen=True, slots=True)
class ExecTarget:
    """One container of one Pod; the uid tells it from a later Pod of the same name."""

    namespace: str
    name: str
    uid: str
    container: str = CONTAINER

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        return f"{self.namespace}/{self.name}"

    @property
    def pod_path(self) -> str:
        """The Pod's path on the API server."""
        return f"/api/v1/namespaces/{quote(self.namespace, safe='')}/pods/{quote(self.name, safe='')}"

    @property
    def exec_path(self) -> str:
        """The path of the Pod's exec subresource."""
        return f"{self.pod_path}/exec"


class ExecConnection(Protocol):
    """What commands need of a connection to a cluster; `provider.connection.Connection` fits."""

    without_websockets: set[str]
    """What goes by SPDY because its WebSocket is refused; `upgrade.by_either` keeps it."""

    async def request(self, method: str, path: str, *, timeout: float) -> bytes:
        """Sends one request and returns the body of its answer.

        Raises:
            ApiError: The API server refused.
            TransportError: No answer.
        """
        ...

    async def open_websocket(
        self, path: str, params: Sequence[tuple[str, str]], protocols: Sequence[str], timeout: float
    ) -> ClientWebSocketResponse[Literal[True]]:
        """Upgrades to a WebSocket with the credentials of the connection.

        The socket does not answer pings by itself (`autoping=False`, no heartbeat: pongs must be seen by the driver,
        which alone knows when a missing one means something), does not compress, and has no bound on a message.

        Args:
            path: The path on the API server, without the query.
            params: The query in order; names may repeat.
            protocols: All of them in one `Sec-WebSocket-Protocol` header, the preferred first.
            timeout: Seconds for all of TCP, TLS and the upgrade together.

        Raises:
            ApiError: The upgrade was refused, with the server's explanation.
            TransportError: No answer.
        """
        ...

    async def open_spdy(
        self, path: str, params: Sequence[tuple[str, str]], protocols: Sequence[str], timeout: float
    ) -> UpgradedConnection:
        """Upgrades a POST to SPDY with the credentials of the connection.

        Args:
            path: The path on the API server, without the query.
            params: The query in order; names may repeat.
            protocols: What may be spoken over the streams, the preferred first.
            timeout: Seconds for all of TCP, TLS and the upgrade together.

        Raises:
            ApiError: The upgrade was refused, with the server's explanation.
            TransportError: No answer.
        """
        ...
