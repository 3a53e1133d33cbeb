"""The pool of connections: an aiohttp session that leaves bodies raw and turns refusals into one exception."""

from __future__ import annotations

import socket
from collections.abc import Generator  # noqa: TC003 - a signature of a decorated generator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from k8s_sandbox_tui.provider.connection.failures import Refusal
from k8s_sandbox_tui.provider.daemon_thread import in_daemon_thread

if TYPE_CHECKING:
    from aiohttp import ClientHandlerType

CONNECT_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 30.0
ERROR_BODY_BYTES = 64 * 1024
USER_AGENT = "k8s-sandbox-tui"


def new_session() -> aiohttp.ClientSession:
    """A session without limits of its own: each call brings its deadline, and 200 execs may run at once."""
    connector = aiohttp.TCPConnector(
        limit=0,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        resolver=DaemonResolver(),
        socket_factory=_watchful_socket,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        headers={"User-Agent": USER_AGENT},
        middlewares=(_raise_refusals,),
    )


async def _raise_refusals(request: aiohttp.ClientRequest, handler: ClientHandlerType) -> aiohttp.ClientResponse:
    """Reads the body of a refusal while it can be had: a failed upgrade is given up without it otherwise."""
    response = await handler(request)
    if response.status < 300:
        return response
    body = await response.content.read(ERROR_BODY_BYTES)
    while len(body) < ERROR_BODY_BYTES and not response.content.at_eof():
        body += await response.content.read(ERROR_BODY_BYTES - len(body))
    response.release()
    raise Refusal(response.status, response.headers, body)


@contextmanager
def closing_told(response: aiohttp.ClientResponse) -> Generator[None]:
    """Around reading: where the connection was closed before, aiohttp raises a bare RuntimeError in place of its error.

    Raises:
        ClientConnectionError: The connection is closed.
    """
    try:
        yield
    except RuntimeError as error:
        protocol = None if response.connection is None else response.connection.protocol
        if protocol is not None and protocol.connected:
            raise
        raise aiohttp.ClientConnectionError(str(error)) from None


_AddressInfo = tuple[int, int, int, str, tuple[str | int, ...]]


def _watchful_socket(address: _AddressInfo) -> socket.socket:
    """A socket that notices within a minute that its peer is gone, also while nothing is sent."""
    made = socket.socket(*address[:3])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        option = getattr(socket, name, None)
        if isinstance(option, int):
            made.setsockopt(socket.IPPROTO_TCP, option, value)
    return made


class DaemonResolver(AbstractResolver):
    """Looks names up in threads that nobody waits for.

    asyncio's own look-ups run in a pool that is joined at exit, so that a name server which does not answer
    would keep the process alive.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host."""
        return await in_daemon_thread(partial(_addresses, host, port, family), name=f"resolve {host}")

    async def close(self) -> None:
        """Nothing to release."""


def _addresses(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    results: list[ResolveResult] = []
    for found_family, _, protocol, _, address in socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
    ):
        results.append(
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=int(address[1]),
                family=found_family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
        )
    return results
