"""One connection to one cluster: requests, streams and WebSockets with credentials, deadlines and typed errors."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypedDict, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from k8s_sandbox_tui.provider.connection.certificates import ClientCertificate, tls_context
from k8s_sandbox_tui.provider.connection.credentials import credentials_for, impersonation_headers
from k8s_sandbox_tui.provider.connection.failures import Refusal, api_error, transport_error
from k8s_sandbox_tui.provider.connection.kubeconfig_schema import is_true
from k8s_sandbox_tui.provider.connection.login import login_hint
from k8s_sandbox_tui.provider.connection.proxy import is_loopback, proxy_for, proxy_from_kubeconfig
from k8s_sandbox_tui.provider.connection.retry import retry_delay
from k8s_sandbox_tui.provider.connection.server_clock import ServerClock
from k8s_sandbox_tui.provider.connection.session import new_session
from k8s_sandbox_tui.provider.errors import (
    ApiError,
    AuthenticationError,
    InvalidKubeconfigError,
    TransportError,
)

if TYPE_CHECKING:
    import ssl
    from typing import Literal

    from k8s_sandbox_tui.provider.connection.credential import Credential, CredentialSource
    from k8s_sandbox_tui.provider.connection.kubeconfig import ClusterTarget
    from k8s_sandbox_tui.provider.connection.upgraded import UpgradedConnection

REQUEST_SECONDS = 30.0
STREAM_IDLE_SECONDS = 330.0
_TURNS = 4
"""Of the loop, in which sockets that were shut down learn of it and are closed: the loop may end after that."""

LONGEST_LINE = 32 * 1024 * 1024

Params = Sequence[tuple[str, str]]
_Answer = TypeVar("_Answer")


class _Way(TypedDict):
    """How a request gets to the API server, in aiohttp's words."""

    ssl: ssl.SSLContext | bool
    server_hostname: str | None
    proxy: str | None


class Connection:
    """Speaks with one API server as one user. No request is made before the first call.

    It belongs to the event loop of its first call. `requests` counts what has been sent, for a request rate.
    """

    def __init__(self, target: ClusterTarget, credentials: CredentialSource | None = None) -> None:
        """Checks what can be checked without a request.

        Args:
            target: The cluster and the user.
            credentials: In the place of those that the user's entry asks for.

        Raises:
            ConfigError: The kubeconfig's cluster or user cannot be used.
        """
        self.target = target
        self.requests = 0
        self.clock = ServerClock()
        """The API server's time, as its answers tell it."""
        self.without_websockets: set[str] = set()
        """What goes by SPDY because its WebSocket is refused, in the words of `exec.upgrade`, which keeps it."""
        self._server = target.cluster.server.rstrip("/")
        parts = urlsplit(self._server)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise InvalidKubeconfigError(
                f"The server {self._server!r} of the kubeconfig is not an http or https URL.",
                hint="It looks like https://host:6443.",
            )
        self._secure = parts.scheme == "https"
        self._credentials = credentials or credentials_for(target.cluster, target.user)
        self._impersonation = impersonation_headers(target.user)
        if target.cluster.proxy_url:
            self._proxy: str | None = proxy_from_kubeconfig(target.cluster.proxy_url)
        else:
            self._proxy = proxy_for(self._server, os.environ)
        compress = not is_loopback(parts.hostname) and not is_true(target.cluster.disable_compression)
        self._encoding = "gzip" if compress else "identity"
        self._session: aiohttp.ClientSession | None = None
        self._tls: tuple[ClientCertificate | None, ssl.SSLContext] | None = None
        self._closed = False

    @property
    def server(self) -> str:
        """The API server's URL."""
        return self._server

    async def prepare(self) -> None:
        """Fetches credentials and loads certificates; sends no request to the API server.

        Raises:
            ConfigError: They cannot be had or used.
        """
        credential = await self._credentials.get()
        self._tls_for(credential)

    async def aclose(self) -> None:
        """Closes every connection; streams and WebSockets that are open end with an error."""
        self._closed = True
        await self._credentials.aclose()
        if self._session is not None:
            await self._session.close()
            for _ in range(_TURNS):
                await asyncio.sleep(0)

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Params = (),
        body: bytes | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        timeout: float = REQUEST_SECONDS,
    ) -> bytes:
        """Sends one request and returns the body of its answer.

        Sent again after failures where that is safe, within the deadline, and once with new credentials after a 401.

        Args:
            method: The HTTP method.
            path: The path below the server's URL, with its segments quoted.
            params: The query, in this order; a name may repeat.
            body: The body, encoded already.
            content_type: Of the body.
            accept: The content type to ask for.
            timeout: Seconds for everything together.

        Raises:
            ApiError: The API server refused; a subclass says how.
            TransportError: No answer; `sent` is true where it may have been carried out all the same.
            ConfigError: Credentials cannot be had.
        """
        headers = [("Accept", accept), ("Accept-Encoding", self._encoding)]
        if body is not None:
            headers.append(("Content-Type", content_type))
        deadline = time.monotonic() + timeout
        attempt = 0

        async def send(credential: Credential) -> bytes:
            session = self._open_session()
            remaining = max(deadline - time.monotonic(), 0.001)
            async with (
                asyncio.timeout(remaining),
                session.request(
                    method,
                    self._url(path, params),
                    data=body,
                    headers=self._headers(credential, headers),
                    **self._way_for(credential),
                    allow_redirects=False,
                ) as response,
            ):
                self.clock.note(response.headers)
                return await response.read()

        while True:
            attempt += 1
            try:
                return await self._authenticated(send)
            except (ApiError, TransportError) as error:
                delay = retry_delay(error, method=method, attempt=attempt, jitter=random.random())  # noqa: S311
                if delay is None or time.monotonic() + delay >= deadline:
                    raise
            await asyncio.sleep(delay)

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        *,
        params: Params = (),
        accept: str = "application/json",
        timeout: float = REQUEST_SECONDS,
        idle_timeout: float = STREAM_IDLE_SECONDS,
    ) -> AsyncGenerator[AsyncIterator[list[bytes]]]:
        """Opens a watch: an iterator of the lines that arrived together, without their line ends.

        The iterator ends when the server ends the stream.

        Args:
            path: The path below the server's URL.
            params: The query.
            accept: The content type to ask for.
            timeout: Seconds until the answer has begun.
            idle_timeout: Seconds without a byte after which the connection counts as lost.

        Raises:
            ApiError: The API server refused.
            TransportError: The connection could not be made, or broke while reading.
            ConfigError: Credentials cannot be had.
        """
        # Compressed watches are held back until a block is full, by some proxies.
        headers = [("Accept", accept), ("Accept-Encoding", "identity")]

        async def send(credential: Credential) -> aiohttp.ClientResponse:
            session = self._open_session()
            async with asyncio.timeout(timeout):
                return await session.get(
                    self._url(path, params),
                    headers=self._headers(credential, headers),
                    **self._way_for(credential),
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=timeout, sock_read=idle_timeout),
                )

        response = await self._authenticated(send)
        self.clock.note(response.headers)
        try:
            yield self._lines(response)
        finally:
            response.close()

    async def open_websocket(
        self,
        path: str,
        params: Params,
        protocols: Sequence[str],
        timeout: float = REQUEST_SECONDS,
        *,
        heartbeat: float | None = None,
    ) -> aiohttp.ClientWebSocketResponse[Literal[True]]:
        """Opens a WebSocket with the same credentials, proxy and certificates as other requests.

        Messages are not compressed and have no limit of size.

        Args:
            path: The path below the server's URL.
            params: The query, in this order; a name may repeat.
            protocols: Subprotocols to offer, best first; the server has to take one of them.
            timeout: Seconds until the WebSocket is open.
            heartbeat: Seconds between pings; the connection counts as lost when half as long passes without
                an answer. None: no pings, and the caller sees and answers pings and pongs itself.

        Raises:
            ApiError: The API server refused the upgrade, with its explanation.
            TransportError: The connection could not be made, or the server took none of the protocols.
            ConfigError: Credentials cannot be had.
        """

        async def send(credential: Credential) -> aiohttp.ClientWebSocketResponse[Literal[True]]:
            session = self._open_session()
            async with asyncio.timeout(timeout):
                return await session.ws_connect(
                    self._url(path, params),
                    protocols=protocols,
                    headers=self._headers(credential, ()),
                    **self._way_for(credential),
                    autoping=heartbeat is not None,
                    heartbeat=heartbeat,
                    max_msg_size=0,
                )

        websocket = await self._authenticated(send)
        if protocols and websocket.protocol is None:
            await websocket.close()
            raise TransportError(
                f"{self._server} took none of the protocols {', '.join(protocols)}.",
                sent=True,
                hint="A proxy in between may not pass WebSockets on.",
            )
        return websocket

    async def open_spdy(
        self, path: str, params: Params, protocols: Sequence[str], timeout: float = REQUEST_SECONDS
    ) -> UpgradedConnection:
        """Upgrades a POST to SPDY, with the same credentials, proxy and certificates as other requests.

        Args:
            path: The path below the server's URL.
            params: The query, in this order; a name may repeat.
            protocols: What to offer to speak over the streams, best first; the server has to take one of them.
            timeout: Seconds until the upgrade is done.

        Raises:
            ApiError: The API server refused the upgrade, with its explanation.
            TransportError: The connection could not be made, or the server agreed to none of that.
            ConfigError: Credentials cannot be had.
        """
        # Most who connect never need it.
        from k8s_sandbox_tui.provider.connection.upgraded import UpgradedConnection, spdy_headers

        async def post(credential: Credential) -> aiohttp.ClientResponse:
            return await self._open_session().post(
                self._url(path, params),
                headers=self._headers(credential, spdy_headers(protocols)),
                **self._way_for(credential),
                allow_redirects=False,
            )

        async def send(credential: Credential) -> UpgradedConnection:
            async with asyncio.timeout(timeout):
                try:
                    response = await post(credential)
                except aiohttp.ServerDisconnectedError:
                    # One that was kept, closed by the server: proxies of Kubernetes (`UpgradeAwareHandler`) do so after
                    # an upgrade that was refused. Nothing begins before there are streams.
                    response = await post(credential)
            return UpgradedConnection.take(response, protocols, self._server)

        return await self._authenticated(send)

    async def _authenticated(self, send: Callable[[Credential], Awaitable[_Answer]]) -> _Answer:
        """Sends with the present credential, and after a 401 once more with another one, if there is another."""
        credential = await self._credentials.get()
        try:
            return await self._typed(send, credential)
        except AuthenticationError:
            renewed = await self._credentials.renew(credential)
            if renewed is None:
                raise
        return await self._typed(send, renewed)

    async def _typed(self, send: Callable[[Credential], Awaitable[_Answer]], credential: Credential) -> _Answer:
        """Sends, and raises the provider's errors in place of aiohttp's."""
        self.requests += 1
        try:
            return await send(credential)
        except Refusal as refusal:
            self.clock.note(refusal.headers)
            target = self.target
            login = login_hint(target.user, target.cluster, target.context)
            raise api_error(refusal, login=login) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise transport_error(error, self._server) from error

    async def _lines(self, response: aiohttp.ClientResponse) -> AsyncIterator[list[bytes]]:

        rest = b""
        try:
            async for chunk in response.content.iter_any():
                *lines, rest = (rest + chunk).split(b"\n")
                if lines:
                    yield lines
                if len(rest) > LONGEST_LINE:
                    raise TransportError(f"{self._server} sent a line of more than {LONGEST_LINE} bytes.", sent=True)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise transport_error(error, self._server) from error
        if rest:
            yield [rest]

    def _open_session(self) -> aiohttp.ClientSession:

        if self._closed:
            raise TransportError(f"The connection to {self._server} has been closed.", sent=False)
        if self._session is None:
            self._session = new_session()
        return self._session

    def _url(self, path: str, params: Params) -> URL:
        query = urlencode(list(params), quote_via=quote)
        return URL(f"{self._server}{path}?{query}" if query else f"{self._server}{path}", encoded=True)

    def _headers(self, credential: Credential, more: Sequence[tuple[str, str]]) -> CIMultiDict[str]:
        headers = CIMultiDict[str](more)
        if credential.authorization:
            headers.add("Authorization", credential.authorization)
        for name, value in self._impersonation:
            headers.add(name, value)
        return headers

    def _way_for(self, credential: Credential) -> _Way:
        hostname = self.target.cluster.tls_server_name or None
        return {"ssl": self._tls_for(credential), "server_hostname": hostname, "proxy": self._proxy}

    def _tls_for(self, credential: Credential) -> ssl.SSLContext | bool:
        """The TLS settings for this credential; made anew when its certificate has changed."""
        if not self._secure:
            return True
        if self._tls is None or self._tls[0] != credential.certificate:
            self._tls = (credential.certificate, tls_context(self.target.cluster, credential.certificate))
        return self._tls[1]
