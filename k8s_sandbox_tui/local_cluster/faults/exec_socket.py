"""A command's WebSocket with a fault."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from k8s_sandbox_tui.local_cluster.exec_protocol import Channel
from k8s_sandbox_tui.local_cluster.faults.exec_fault import ExecFault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiohttp import WSMessage
    from aiohttp.abc import AbstractStreamWriter

# Of an output, so many bytes come one by one; the rest in messages whose length is odd.
_SINGLE_BYTES = 256
_ODD = 4097
_STATUS_PARTS = 3
_ENDS = {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}
_SLOW_READ = 0.2


def faulty_socket(fault: ExecFault) -> Callable[..., web.WebSocketResponse]:
    """What makes the WebSockets on which this happens."""
    return partial(_FaultySocket, fault)


def split_message(fault: ExecFault, message: bytes) -> list[bytes]:
    """The messages that one becomes: none, itself, or several on its channel."""
    channel, payload = message[:1], message[1:]
    is_status = channel[0] == Channel.STATUS
    if is_status and fault is ExecFault.NO_STATUS:
        return []
    if is_status and fault is ExecFault.SPLIT_STATUS:
        size = -(-len(payload) // _STATUS_PARTS) or 1
        return [channel + payload[start : start + size] for start in range(0, len(payload), size)]
    if not is_status and payload and fault is ExecFault.SPLIT_OUTPUT:
        head, rest = payload[:_SINGLE_BYTES], payload[_SINGLE_BYTES:]
        parts = [head[index : index + 1] for index in range(len(head))]
        parts += [rest[start : start + _ODD] for start in range(0, len(rest), _ODD)]
        return [channel + part for part in parts]
    return [message]


class _FaultySocket(web.WebSocketResponse):
    def __init__(
        self, fault: ExecFault, *, protocols: Sequence[str], max_msg_size: int, compress: bool, writer_limit: int
    ) -> None:
        super().__init__(protocols=protocols, max_msg_size=max_msg_size, compress=compress, writer_limit=writer_limit)
        self._fault = fault
        self._connection: asyncio.Transport | None = None

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        writer = await super().prepare(request)
        self._connection = request.transport
        return writer

    async def send_bytes(self, data: bytes | bytearray | memoryview, compress: int | None = None) -> None:
        message = bytes(data)
        is_status = message[:1] == bytes((Channel.STATUS,))
        if self._fault is ExecFault.FREEZE and is_status:
            # Nobody else reads any more.
            await self._until_gone()
        elif self._fault is ExecFault.FREEZE and len(message) > 1:
            # Whoever reads for the command ends this when the client leaves.
            await asyncio.Event().wait()
        if self._fault is ExecFault.DROP_BEFORE_STATUS and is_status:
            self._drop()
        for part in split_message(self._fault, message):
            await super().send_bytes(part, compress)
        if self._fault is ExecFault.DROP_AFTER_STATUS and is_status:
            self._drop()

    async def receive(self, timeout: float | None = None) -> WSMessage:
        if self._fault is ExecFault.SLOW_READER:
            await asyncio.sleep(_SLOW_READ)
        return await super().receive(timeout)

    async def _until_gone(self) -> None:
        while (await super().receive()).type not in _ENDS:
            continue
        raise ConnectionResetError

    def _drop(self) -> None:
        # What was sent goes out first; that is what a client is to cope with.
        if self._connection is not None:
            self._connection.close()
        raise ConnectionResetError
