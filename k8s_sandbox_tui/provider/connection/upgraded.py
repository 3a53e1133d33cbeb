"""A request's connection once the server has agreed to speak SPDY on it: bytes in both directions, no HTTP any more.

It is taken over from aiohttp, so that proxies, certificates and credentials are those of every other request.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Final, Self

from k8s_sandbox_tui.provider.errors import NotUpgradedError, TransportError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import ClientResponse

SPDY: Final = "SPDY/3.1"
PROTOCOL_HEADER: Final = "X-Stream-Protocol-Version"
"""What is spoken over the streams: a header for each that is offered, and one with the server's choice."""

_READ_BYTES: Final = 256 * 1024
_SWITCHING_PROTOCOLS: Final = 101


def spdy_headers(protocols: Sequence[str]) -> list[tuple[str, str]]:
    """The headers that ask for SPDY with one of these protocols, the preferred one first."""
    asked = [("Connection", "Upgrade"), ("Upgrade", SPDY)]
    return asked + [(PROTOCOL_HEADER, protocol) for protocol in protocols]


class UpgradedConnection:
    """The connection. One task reads, any may send."""

    def __init__(
        self,
        response: ClientResponse,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        handler: _TakenOver,
        protocol: str,
    ) -> None:
        self.protocol = protocol
        """Which of the protocols the server took."""
        self._response = response
        self._reader = reader
        self._writer = writer
        self._handler = handler
        # Taken now: a transport that is closed tells nothing of it any more.
        self.socket: socket.socket | None = writer.get_extra_info("socket")

    @classmethod
    def take(cls, response: ClientResponse, protocols: Sequence[str], server: str) -> Self:
        """Takes over the connection of an answer.

        Args:
            response: The answer, whose body has not been read.
            protocols: Those that were offered.
            server: The API server's URL, for messages.

        Raises:
            NotUpgradedError: The answer is no agreement to SPDY.
            TransportError: It is one, but to none of the protocols.
        """
        connection = response.connection
        handler = None if connection is None else connection.protocol
        transport = None if connection is None else connection.transport
        agreed = response.status == _SWITCHING_PROTOCOLS and response.headers.get("Upgrade", "").lower() == SPDY.lower()
        if not agreed:
            response.close()
            raise NotUpgradedError(f"{server} did not agree to SPDY: HTTP {response.status}.")
        if handler is None or transport is None:
            # Its parser in Python takes no upgrade for one but that to a WebSocket.
            raise TransportError(
                "The connection cannot be taken over for SPDY: aiohttp runs without its compiled parts.",
                sent=True,
                hint="Install aiohttp with them, or have the verb get granted, which WebSockets need.",
            )
        protocol = response.headers.get(PROTOCOL_HEADER, "")
        if protocol not in protocols:
            response.close()
            raise TransportError(f"{server} took none of the protocols {', '.join(protocols)} over SPDY.", sent=True)
        reader = asyncio.StreamReader(limit=_READ_BYTES)
        taken = _TakenOver(reader, handler)
        # What came right behind the answer is handed over with this, as to aiohttp's own WebSockets.
        handler.set_parser(taken, None)
        transport.set_protocol(taken)
        taken.connection_made(transport)
        writer = asyncio.StreamWriter(transport, taken, reader, asyncio.get_running_loop())
        return cls(response, reader, writer, taken, protocol)

    async def read(self) -> bytes:
        """What comes next; nothing at the end, however that was. What is not read is not taken from the server."""
        try:
            return await self._reader.read(_READ_BYTES)
        except ConnectionError:
            return b""

    def write(self, data: bytes) -> None:
        """Sends without waiting; to a connection that has ended, nothing is sent."""
        if not self._writer.is_closing():
            self._writer.write(data)

    async def send(self, data: bytes) -> None:
        """Sends; waits while the server takes nothing. To a connection that has ended, nothing is sent."""
        self.write(data)
        with contextlib.suppress(ConnectionError):
            await self._writer.drain()

    def close(self) -> None:
        """Closes it once all is sent; who reads, reads the end now."""
        self._response.close()
        self._handler.feed_eof()

    def cut(self) -> None:
        """Ends it whatever the server does: TLS waits for an answer to its end, which a dead server never gives."""
        self.close()
        if self.socket is not None:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)


class _TakenOver(asyncio.StreamReaderProtocol):
    """The protocol of the connection from now on.

    aiohttp's own could go on, but there one who gives up waiting until he may write ends the waiting of all others.
    """

    def __init__(self, reader: asyncio.StreamReader, owner: asyncio.Protocol) -> None:
        super().__init__(reader)
        self._reader = reader
        self._owner = owner
        self._ended = False

    def data_received(self, data: bytes) -> None:
        """Takes bytes; those that TLS finds while it closes have no reader any more."""
        if data and not self._ended:
            self._reader.feed_data(data)

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """The same, from aiohttp: without an error, and without a rest."""
        self.data_received(data)
        return False, b""

    def feed_eof(self) -> None:
        """Ends the reading."""
        self._ended = True
        self._reader.feed_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells aiohttp too, which counts the connection among its own."""
        super().connection_lost(exc)
        self._owner.connection_lost(exc)
