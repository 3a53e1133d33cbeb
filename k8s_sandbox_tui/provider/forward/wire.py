"""What carries a port-forward: a WebSocket, or a connection upgraded to SPDY where that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from aiohttp import WSMsgType

from k8s_sandbox_tui.provider.connection.websocket_sending import quietly, send_messages

if TYPE_CHECKING:
    import socket
    from typing import Literal

    from aiohttp import ClientWebSocketResponse

    from k8s_sandbox_tui.provider.connection.upgraded import UpgradedConnection

TUNNEL: Final = "SPDY/3.1+portforward.k8s.io"
"""SPDY in a WebSocket: kubectl's way since Kubernetes 1.31."""

CHANNELS: Final = "v4.channel.k8s.io"
"""A connection for each WebSocket: what kubelets have served since long before."""

PROTOCOLS: Final = (TUNNEL, CHANNELS)
"""In one header: an API server that knows tunnels takes the first, an older one passes the request on to the kubelet,
which takes the second."""

SPDY_PROTOCOLS: Final = ("portforward.k8s.io",)
"""Over SPDY without a WebSocket: kubectl's way before 1.31."""

_ENDED: Final = frozenset((WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR))


class Wire(Protocol):
    """Messages there and back. What is sent to one that has ended goes nowhere."""

    @property
    def socket(self) -> socket.socket | None:
        """The connection's, also when it is closed; None where there is none to be had."""
        ...

    @property
    def protocol(self) -> str:
        """How connections are carried by it: `TUNNEL` or `CHANNELS`."""
        ...

    async def receive(self) -> bytes | None:
        """The next message, empty where it is for the wire itself; None at the end, however that was."""
        ...

    async def send(self, message: bytes) -> None:
        """Sends; waits while the server takes nothing."""
        ...

    async def ping(self) -> None:
        """Asks for an answer, where the wire itself can."""
        ...

    async def close(self) -> None:
        """Closes it; who receives learns of it."""
        ...


class WebSocketWire:
    """A WebSocket, of either protocol."""

    def __init__(self, websocket: ClientWebSocketResponse[Literal[True]]) -> None:
        self._websocket = websocket
        # Taken now: a WebSocket that the server has closed tells nothing of it any more.
        self.socket: socket.socket | None = websocket.get_extra_info("socket")
        self.protocol = websocket.protocol or ""

    async def receive(self) -> bytes | None:
        """The next message."""
        message = await self._websocket.receive()
        if message.type is WSMsgType.BINARY:
            data: bytes = message.data
            return data
        if message.type is WSMsgType.PING:
            await quietly(self._websocket.pong(message.data))
        return None if message.type in _ENDED else b""

    async def send(self, message: bytes) -> None:
        """Sends."""
        await send_messages(self._websocket, (message,))

    async def ping(self) -> None:
        """Pings the API server."""
        await quietly(self._websocket.ping())

    async def close(self) -> None:
        """Closes it; waits for the server's half of that."""
        await self._websocket.close()


class SpdyWire:
    """The bytes of a tunnel, without a WebSocket around them."""

    protocol = TUNNEL

    def __init__(self, upgraded: UpgradedConnection) -> None:
        self._upgraded = upgraded
        self.socket: socket.socket | None = upgraded.socket

    async def receive(self) -> bytes | None:
        """What comes next."""
        return await self._upgraded.read() or None

    async def send(self, message: bytes) -> None:
        """Sends."""
        await self._upgraded.send(message)

    async def ping(self) -> None:
        """Does nothing: the tunnel pings by itself."""

    async def close(self) -> None:
        """Closes it."""
        self._upgraded.close()
