"""What a client has sent for a Pod that has not taken it yet."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.portforward.connection import PodConnection

_MESSAGES = 64
PATIENCE = 30.0
"""Seconds. While one connection of a tunnel waits for its Pod all others do, so not for ever."""


class Inbox:
    """A queue of bounded length; an empty message stands for the end."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(_MESSAGES)

    async def put(self, data: bytes) -> bool:
        """Adds a message, waiting while the queue is full; False when the Pod takes nothing for too long."""
        if not self._queue.full():
            self._queue.put_nowait(data)
            return True
        try:
            async with asyncio.timeout(PATIENCE):
                await self._queue.put(data)
        except TimeoutError:
            return False
        return True

    async def empty_into(self, connection: PodConnection) -> None:
        """Sends what comes to the Pod until the end comes."""
        while data := await self._queue.get():
            await connection.send(data)
        connection.send_eof()
