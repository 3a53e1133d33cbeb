"""One connection to one cluster: requests, streams and WebSockets with credentials, deadlines and typed errors."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import aiohttp

from k8s_sandbox_tui.provider.connection.absence import Absence
from k8s_sandbox_tui.provider.connection.api_server import ApiServer, Params
from k8s_sandbox_tui.provider.connection.credentials import credentials_for
from k8s_sandbox_tui.provider.connection.failures import Refusal, api_error, transport_error
from k8s_sandbox_tui.provider.connection.lines import lines_of
from k8s_sandbox_tui.provider.connection.login import login_hint
from k8s_sandbox_tui.provider.connection.pool import Pool
from k8s_sandbox_tui.provider.connection.retry import retry_delay
from k8s_sandbox_tui.provider.connection.server_clock import ServerClock
from k8s_sandbox_tui.provider.connection.session import closing_told
from k8s_sandbox_tui.provider.errors import ApiError, AuthenticationError, TransportError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
    from typing import Literal

    from k8s_sandbox_tui.provider.connection.credential import Credential, CredentialSource
    from k8s_sandbox_tui.provider.connection.kubeconfig import ClusterTarget
    from k8s_sandbox_tui.provider.connection.lines import Lines
    from k8s_sandbox_tui.provider.connection.upgraded import UpgradedConnection

REQUEST_SECONDS = 30.0
STREAM_IDLE_SECONDS = 330.0

_Answer = TypeVar("_Answer")


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
        self.absence = Absence()
        """When the API server could last not be connected to."""
        self.without_websockets: set[str] = set()
        """What goes by SPDY because its WebSocket is refused, in the words of `exec.upgrade`, which keeps it."""
        self._api = ApiServer(target)
        self._credentials = credentials or credentials_for(target.cluster, target.user)
        self._pool = Pool()
        self._closed = False

    @property
    def server(self) -> str:
        """The API server's URL."""
        return self._api.url

    async def prepare(self) -> None:
        """Fetches credentials and loads certificates; sends no request to the API server.

        Raises:
            ConfigError: They cannot be had or used.
        """
        credential = await self._credentials.get()
        self._api.tls(credential)

    async def aclose(self) -> None:
        """Closes every connection; streams and WebSockets that are open end with an error."""
        self._closed = True
        await self._credentials.aclose()
        await self._pool.aclose()

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
        headers = [("Accept", accept), ("Accept-Encoding", self._api.encoding)]
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
                    **self._api.address(credential, path, params, headers),
                    data=body,
                    allow_redirects=False,
                ) as response,
            ):
                self.clock.note(response.headers)
                with closing_told(response):
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
    ) -> AsyncGenerator[AsyncIterator[Lines]]:
        """Opens a watch: an iterator of whole lines, as many as have arrived together, with their line ends.

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
                    **self._api.address(credential, path, params, headers),
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=timeout, sock_read=idle_timeout),
                )

        response = await self._authenticated(send)
        self.clock.note(response.headers)
        try:
            yield lines_of(response, self._api.url)
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
                    **self._api.address(credential, path, params),
                    protocols=protocols,
                    autoping=heartbeat is not None,
                    heartbeat=heartbeat,
                    max_msg_size=0,
                )

        websocket = await self._authenticated(send)
        if protocols and websocket.protocol is None:
            await websocket.close()
            raise TransportError(
                f"{self._api.url} took none of the protocols {', '.join(protocols)}.",
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
                **self._api.address(credential, path, params, spdy_headers(protocols)),
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
            return UpgradedConnection.take(response, protocols, self._api.url)

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
            failure = transport_error(error, self._api.url)
            if not failure.sent:
                self.absence.note()
            raise failure from error

    def _open_session(self) -> aiohttp.ClientSession:
        if self._closed:
            raise TransportError(f"The connection to {self._api.url} has been closed.", sent=False)
        return self._pool.open()
