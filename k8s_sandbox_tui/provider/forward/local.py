"""The sockets on this machine: listeners, and the connections that they take."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import os
import socket
import struct
import sys
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.errors import ForwardError, InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable

_BACKLOG: Final = 512
_READ: Final = 64 * 1024
_WRITE_BUFFER: Final = 256 * 1024
"""Bytes for a client that reads slowly; beyond them its server in the sandbox has to wait."""

_LOCALHOST: Final = ("127.0.0.1", "::1")


def check_host(host: str) -> str:
    """Returns what can be listened on: an address of this machine, or `localhost` for both loopback addresses.

    Raises:
        InvalidArgumentError: It is neither.
    """
    if host == "localhost":
        return host
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        raise InvalidArgumentError(
            f"{host!r} is not an address.", hint="Give one of this machine, such as 127.0.0.1, or localhost."
        ) from None


def listen(host: str, port: int) -> list[socket.socket]:
    """Listening sockets, at least one.

    Args:
        host: What `check_host` has returned.
        port: The local port; 0: any that is free.

    Raises:
        ForwardError: The address or port cannot be had.
    """
    if host != "localhost":
        return [_listen(host, port)]
    first, second = _LOCALHOST
    listeners = [_listen(first, port)]
    with contextlib.suppress(ForwardError):
        # Beside the other, where there is IPv6 and nobody else has the port there: as kubectl does.
        listeners.append(_listen(second, listeners[0].getsockname()[1]))
    return listeners


def _listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        made = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise _cannot_listen(address, port, error) from error
    try:
        if sys.platform != "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
        made.listen(_BACKLOG)
        made.settimeout(0)
    except OSError as error:
        made.close()
        raise _cannot_listen(address, port, error) from error
    return made


def _cannot_listen(address: str, port: int, error: OSError) -> ForwardError:
    where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    if error.errno == errno.EADDRINUSE:
        return ForwardError(f"{where} is in use.", hint="Choose another local port, or 0 for any that is free.")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return ForwardError(
            f"This user may not listen on {where}.", hint="Ports below 1024 are the system's: choose one above."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return ForwardError(
            f"{address} is not an address of this machine.", hint="Choose one of its own, such as 127.0.0.1."
        )
    reason = os.strerror(error.errno) if error.errno else str(error)
    return ForwardError(f"Nothing can listen on {where}: {reason}.")


async def accept(listener: socket.socket, take: Callable[[LocalConnection], None]) -> asyncio.Server:
    """Takes connections until the server is closed."""

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        take(LocalConnection(reader, writer))

    return await asyncio.start_server(connected, sock=listener, limit=_READ)


class LocalConnection:
    """A connection that was taken."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        writer.transport.set_write_buffer_limits(high=_WRITE_BUFFER)

    @property
    def peer(self) -> str:
        """Who connected: address and port."""
        name: tuple[str, int] | None = self._writer.get_extra_info("peername")
        if not name:
            return ""
        return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"

    async def read(self) -> bytes:
        """The next bytes; empty when the client has ended its half.

        Raises:
            OSError: The client has broken the connection.
        """
        return await self._reader.read(_READ)

    async def write(self, data: bytes) -> None:
        """Writes; waits while the client does not read.

        Raises:
            OSError: The client has broken the connection.
        """
        self._writer.write(data)
        await self._writer.drain()

    def end(self) -> None:
        """Ends this half."""
        if not self._writer.is_closing():
            # The client may have gone already.
            with contextlib.suppress(OSError):
                self._writer.write_eof()

    async def flush(self) -> None:
        """Closes it when all is written, or the client has gone."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    def reset(self) -> None:
        """Breaks it, so that the client cannot take it for an end in order."""
        if self._writer.is_closing():
            self._writer.transport.abort()
            return
        connected: socket.socket | None = self._writer.get_extra_info("socket")
        if connected is not None:
            with contextlib.suppress(OSError):
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()
