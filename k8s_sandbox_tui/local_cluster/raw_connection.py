"""A request's connection once HTTP is over: bytes in both directions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Mapping

_READ_BYTES = 256 * 1024
_WRITE_BUFFER_BYTES = 512 * 1024
# Seconds that a client has to read the end and leave; one that is cut off sooner could lose what it had not read.
_LINGER = 10.0


def upgraded(headers: Mapping[str, str]) -> web.StreamResponse:
    """The answer to a request whose connection is about to be taken over; the handler has to return it."""
    return web.StreamResponse(status=101, headers={"Connection": "Upgrade", **headers})


class RawConnection:
    """What is left of a request that was answered with 101."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def take(cls, request: web.Request, response: web.StreamResponse) -> RawConnection:
        """Sends the answer and takes the connection over from the web server.

        Raises:
            ConnectionResetError: The client is gone.
        """
        # A body would be taken for the first of what follows.
        await request.read()
        writer = await response.prepare(request)
        if writer is None or request.transport is None:
            raise ConnectionResetError
        request.protocol.keep_alive(False)  # noqa: FBT003 -- aiohttp's own signature
        writer.send_headers()
        await writer.drain()
        transport = request.transport
        reader = asyncio.StreamReader(limit=_READ_BYTES)
        protocol = _TakenOver(reader, request.protocol)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        transport.set_write_buffer_limits(high=_WRITE_BUFFER_BYTES)
        return cls(reader, asyncio.StreamWriter(transport, protocol, reader, asyncio.get_running_loop()))

    async def read(self) -> bytes:
        """What comes next; nothing once the client is gone."""
        try:
            return await self._reader.read(_READ_BYTES)
        except ConnectionError:
            return b""

    def write(self, data: bytes) -> None:
        """Sends without waiting.

        Raises:
            ConnectionResetError: The client is gone.
        """
        if self._writer.is_closing():
            raise ConnectionResetError
        self._writer.write(data)

    async def send(self, data: bytes) -> None:
        """Sends, and returns when there is room for more.

        Raises:
            ConnectionResetError: The client is gone.
        """
        self.write(data)
        await self._writer.drain()

    async def close(self, last: bytes) -> None:
        """Sends this and waits until the client has left, for a while."""
        if not self._writer.is_closing():
            self._writer.write(last)
            try:
                async with asyncio.timeout(_LINGER):
                    while await self.read():
                        continue
            except TimeoutError:
                pass
        self._writer.close()

    def drop(self) -> None:
        """Closes once all is sent."""
        self._writer.close()


class _TakenOver(asyncio.StreamReaderProtocol):
    """Tells the web server, which still counts the connection among its own, when it is lost."""

    def __init__(self, reader: asyncio.StreamReader, owner: asyncio.Protocol) -> None:
        super().__init__(reader)
        self._owner = owner

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._owner.connection_lost(exc)
