"""Sending on a WebSocket to a server that may have gone, by tasks that may be cancelled."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aiohttp import ClientConnectionError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable
    from typing import Literal

    from aiohttp import ClientWebSocketResponse


async def send_messages(websocket: ClientWebSocketResponse[Literal[True]], messages: Iterable[bytes]) -> None:
    """Sends messages one after the other; waits while the server takes nothing. Who is cancelled sends no more of them.

    In a task of its own: all who wait in aiohttp until they may write wait for one future, which a task that is
    cancelled takes with it, and the others are cancelled too.
    """
    wanted = True

    async def send() -> None:
        for message in messages:
            if not wanted:
                return
            await quietly(websocket.send_bytes(message))

    try:
        await asyncio.shield(asyncio.create_task(send()))
    finally:
        wanted = False


async def quietly(sending: Coroutine[None, None, None]) -> None:
    """To a connection that has ended nothing is sent, without an error: who receives learns how it ended."""
    with contextlib.suppress(ClientConnectionError, ConnectionError):
        await sending
