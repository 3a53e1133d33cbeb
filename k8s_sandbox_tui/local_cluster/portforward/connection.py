"""One TCP connection to a port of a Pod."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    OpenSocket = Callable[[socket.AddressFamily], Awaitable[socket.socket]]
    Output = Callable[[bytes], Awaitable[object]]

_READ_BYTES = 64 * 1024
# Of what the Pod has not taken yet; beyond it, its client has to wait.
_HIGH_WATER = 1024 * 1024
_TIMEOUT = 10.0
_LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


class DialError(Exception):
    """The port cannot be reached; the message says why."""


class PodConnection:
    """A connection, with both of its halves."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        writer.transport.set_write_buffer_limits(high=_HIGH_WATER)

    async def send(self, data: bytes) -> None:
        """Sends to the Pod, which may have closed; waits while it takes too little."""
        if self._writer.is_closing():
            return
        self._writer.write(data)
        try:
            await self._writer.drain()
        except ConnectionError:
            # The Pod's end of it has gone; its other half says so.
            return

    def send_eof(self) -> None:
        """Tells the Pod that nothing more comes."""
        if not self._writer.is_closing() and self._writer.can_write_eof():
            self._writer.write_eof()

    async def receive(self, output: Output) -> None:
        """Hands on what the Pod sends until it has closed its half."""
        try:
            while data := await self._reader.read(_READ_BYTES):
                await output(data)
        except ConnectionResetError:
            # As the end: a forwarded connection has no other word for it.
            return

    def close(self) -> None:
        """Closes both halves at once."""
        self._writer.close()


async def dial(port: int, pod: str, openers: Sequence[OpenSocket]) -> PodConnection:
    """Connects to a port of a Pod, as a container runtime does: on the loopback that its processes have.

    Args:
        port: The port.
        pod: The Pod's uid, for the message.
        openers: What opens sockets of the networks that the Pod's containers have.

    Raises:
        DialError: Nothing listens there.
    """
    why: list[str] = []
    for opener in openers:
        for family, address in _LOOPBACK:
            try:
                async with asyncio.timeout(_TIMEOUT):
                    return await _connect(await opener(family), address, port)
            except TimeoutError:
                why.append(f"dial {address}: no answer within {_TIMEOUT:g} s")
            except OSError as error:
                why.append(f"dial {address}: {os.strerror(error.errno).lower() if error.errno else error}")
    tried = ", ".join(dict.fromkeys(why))
    raise DialError(f"error forwarding port {port} to pod {pod}, uid : failed to connect to localhost:{port}: {tried}")


async def _connect(opened: socket.socket, address: str, port: int) -> PodConnection:
    try:
        opened.settimeout(0)
        await asyncio.get_running_loop().sock_connect(opened, (address, port))
        return PodConnection(*await asyncio.open_connection(sock=opened))
    except BaseException:
        opened.close()
        raise
