"""The two ways in which kubectl's SPDY comes: inside a WebSocket, and by itself as before 1.31."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.raw_connection import RawConnection

TUNNEL_PROTOCOL = "SPDY/3.1+portforward.k8s.io"
"""The WebSocket's subprotocol."""
STREAM_PROTOCOL = "portforward.k8s.io"
"""What is spoken over SPDY."""
_PROTOCOL_ERROR_CLOSE = 1002


class WebSocketWire:
    """A `Wire`: the bytes of its messages are one stream."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def read(self) -> bytes:
        """The bytes of the next message that has some."""
        async for message in self._socket:
            if message.type is WSMsgType.BINARY and message.data:
                data: bytes = message.data
                return data
        return b""

    async def send(self, data: bytes) -> None:
        """Sends a message."""
        await self._socket.send_bytes(data)

    async def end(self, *, sane: bool) -> None:
        """Closes the WebSocket."""
        await self._socket.close(code=1000 if sane else _PROTOCOL_ERROR_CLOSE)


class RawWire:
    """A `Wire`: the connection itself."""

    def __init__(self, connection: RawConnection) -> None:
        self._connection = connection

    async def read(self) -> bytes:
        """What comes next."""
        return await self._connection.read()

    async def send(self, data: bytes) -> None:
        """Sends."""
        await self._connection.send(data)

    async def end(self, *, sane: bool) -> None:  # noqa: ARG002 -- there is no word for it
        """Closes the connection."""
        self._connection.drop()
