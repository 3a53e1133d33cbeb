"""A command's streams over a WebSocket: the first byte of each message is its channel."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from k8s_sandbox_tui.local_cluster.remote_command.link import Message
from k8s_sandbox_tui.local_cluster.remote_command.protocol import (
    MAX_MESSAGE_BYTES,
    MAX_PAYLOAD_BYTES,
    Channel,
    Protocol,
    closes_stdin,
)

if TYPE_CHECKING:
    import asyncio

# RFC 6455, 5.2: final binary frame without a mask, length in the next 16 bits; then the channel's byte.
_HEADER = struct.Struct("!BBHB")
_FINAL_BINARY, _LENGTH_IN_16_BITS = 0x82, 126
_WRITE_BUFFER_BYTES = 512 * 1024
_FROM_CLIENT = {Channel.STDIN, Channel.RESIZE}


def new_socket(protocol: Protocol) -> web.WebSocketResponse:
    """The answer to a request that is to become one of these; the handler has to return it."""
    return web.WebSocketResponse(
        protocols=(protocol.value,) if protocol.value else (),
        max_msg_size=MAX_MESSAGE_BYTES,
        compress=False,
        writer_limit=0,
    )


class WebSocketLink:
    """A `Link`."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport, protocol: Protocol) -> None:
        self._socket = socket
        self._transport = transport
        self._protocol = protocol

    @classmethod
    async def open(
        cls, request: web.Request, socket: web.WebSocketResponse, protocol: Protocol, first: Channel
    ) -> WebSocketLink:
        """Answers 101, and says so by an empty message on the channel `first`.

        Raises:
            ConnectionResetError: The client is gone.
        """
        await socket.prepare(request)
        if request.transport is None:
            raise ConnectionResetError
        request.transport.set_write_buffer_limits(high=_WRITE_BUFFER_BYTES)
        link = cls(socket, request.transport, protocol)
        await link.send(first, b"")
        return link

    def frame_header(self, channel: Channel) -> bytes:
        """A frame's head, and the channel."""
        return _HEADER.pack(_FINAL_BINARY, _LENGTH_IN_16_BITS, MAX_PAYLOAD_BYTES + 1, channel)

    def write(self, frames: bytes) -> None:
        """Sends whole frames, without waiting."""
        if self._transport.is_closing():
            raise ConnectionResetError
        self._transport.write(frames)

    async def send(self, channel: Channel, payload: bytes) -> None:
        """Sends a message."""
        await self._socket.send_bytes(bytes((channel,)) + payload)

    async def receive(self) -> Message | None:
        """The next message that means something."""
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                data = message.data.encode()
            elif message.type is WSMsgType.BINARY:
                data = message.data
            else:
                return None
            if closes_stdin(self._protocol, data):
                return Message(Channel.STDIN, b"", ended=True)
            if data and data[0] in _FROM_CLIENT:
                return Message(Channel(data[0]), data[1:])
        return None

    async def close(self) -> None:
        """Closes the WebSocket."""
        await self._socket.close()

    def drop(self) -> None:
        """Closes the connection once all is sent."""
        self._transport.close()
