"""`v4.channel.k8s.io`: how Python's clients forward ports, a connection to each port over one WebSocket.

Port number i of the query has channel 2i for data and 2i+1 for errors; the first message on each is the port, as two
bytes, the lower first. There is no half-close. Source: `portforward/websocket.go` of the kubelet.
"""

from __future__ import annotations

import asyncio
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from k8s_sandbox_tui.local_cluster.portforward.connection import DialError
from k8s_sandbox_tui.local_cluster.portforward.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.local_cluster.portforward.tunnel import Dial

PROTOCOL = "v4.channel.k8s.io"
_PORT = struct.Struct("<H")


async def serve_channels(socket: web.WebSocketResponse, ports: Sequence[int], dial: Dial) -> None:
    """Returns when the client is gone, or all the Pod's connections have ended."""
    inboxes = [Inbox() for _ in ports]
    for index, port in enumerate(ports):
        for channel in (2 * index, 2 * index + 1):
            await socket.send_bytes(bytes((channel,)) + _PORT.pack(port))
    receiving = asyncio.create_task(_receive(socket, inboxes))
    forwarding = asyncio.gather(
        *(_forward(socket, index, port, inboxes[index], dial) for index, port in enumerate(ports))
    )
    try:
        await asyncio.wait((receiving, forwarding), return_when=asyncio.FIRST_COMPLETED)
    finally:
        receiving.cancel()
        forwarding.cancel()
        with suppress(asyncio.CancelledError):
            await forwarding
    with suppress(ConnectionResetError):
        await socket.close()


async def _receive(socket: web.WebSocketResponse, inboxes: Sequence[Inbox]) -> None:
    async for message in socket:
        if message.type is WSMsgType.BINARY and message.data:
            data: bytes = message.data
            index, is_error = divmod(data[0], 2)
            if is_error or index >= len(inboxes) or len(data) == 1:
                continue
            if not await inboxes[index].put(data[1:]):
                return


async def _forward(socket: web.WebSocketResponse, index: int, port: int, inbox: Inbox, dial: Dial) -> None:
    try:
        connection = await dial(port)
    except DialError as error:
        with suppress(ConnectionResetError):
            await socket.send_bytes(bytes((2 * index + 1,)) + str(error).encode())
        return
    sending = asyncio.create_task(inbox.empty_into(connection))
    channel = bytes((2 * index,))

    async def output(payload: bytes) -> None:
        await socket.send_bytes(channel + payload)

    try:
        await connection.receive(output)
    finally:
        sending.cancel()
        connection.close()
