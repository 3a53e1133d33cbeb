"""One WebSocket on a Pod's `pods/portforward`: opened by a deadline, kept alive, closed in a moment."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from typing import TYPE_CHECKING, Final, Self

from aiohttp import ClientConnectionError, WSMsgType

from k8s_sandbox_tui.provider.connection.retry import retry_delay
from k8s_sandbox_tui.provider.errors import ApiError, TransportError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Literal

    from aiohttp import ClientWebSocketResponse

    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget
    from k8s_sandbox_tui.provider.forward.patience import ForwardPatience

TUNNEL: Final = "SPDY/3.1+portforward.k8s.io"
"""SPDY in a WebSocket: kubectl's way since Kubernetes 1.31."""

CHANNELS: Final = "v4.channel.k8s.io"
"""A connection for each WebSocket: what kubelets have served since long before."""

PROTOCOLS: Final = (TUNNEL, CHANNELS)
"""In one header: an API server that knows tunnels takes the first, an older one passes the request on to the kubelet,
which takes the second."""

_ENDED: Final = frozenset((WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR))


class Carrier:
    """An open WebSocket. One task receives, any may send."""

    def __init__(self, websocket: ClientWebSocketResponse[Literal[True]], patience: ForwardPatience) -> None:
        self._websocket = websocket
        # Taken now: a WebSocket that the server has closed tells nothing of it any more.
        self._socket: socket.socket | None = websocket.get_extra_info("socket")
        self._patience = patience
        self._ping: Callable[[], Awaitable[None]] = websocket.ping
        self._heard = False
        self._receiving = False
        self._sent_since_heard = False
        self._unanswered = 0
        self._beat: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(patience.ping, self._on_timer)

    @classmethod
    async def open(cls, connection: ExecConnection, target: ExecTarget, port: int, patience: ForwardPatience) -> Self:
        """Opens one. A server of channels connects to the port at once, one of tunnels does not.

        Raises:
            ApiError: The API server refused.
            TransportError: No answer, or not in time.
        """
        params = [("ports", str(port))]
        path = f"{target.pod_path}/portforward"
        deadline = asyncio.get_running_loop().time() + patience.connect
        attempt = 0
        while True:
            attempt += 1
            left = deadline - asyncio.get_running_loop().time()
            try:
                return cls(await connection.open_websocket(path, params, PROTOCOLS, max(left, 0.001)), patience)
            except (ApiError, TransportError) as error:
                # Nothing has been sent into the sandbox: as safe to repeat as a GET.
                delay = retry_delay(error, method="GET", attempt=attempt, jitter=random.random())  # noqa: S311
                if delay is None or asyncio.get_running_loop().time() + delay >= deadline:
                    raise
            await asyncio.sleep(delay)

    @property
    def protocol(self) -> str:
        """Which of the protocols the server took."""
        return self._websocket.protocol or ""

    def ping_with(self, ping: Callable[[], Awaitable[None]]) -> None:
        """Pings by the protocol inside instead: that reaches further than the API server."""
        self._ping = ping

    async def receive(self) -> bytes | None:
        """The next message; None when the connection has ended, however that was."""
        self._receiving = True
        try:
            while True:
                message = await self._websocket.receive()
                self._heard, self._sent_since_heard, self._unanswered = True, False, 0
                if message.type is WSMsgType.BINARY:
                    data: bytes = message.data
                    return data
                if message.type is WSMsgType.PING:
                    await self._quietly(self._websocket.pong(message.data))
                elif message.type in _ENDED:
                    return None
        finally:
            self._receiving = False

    async def send(self, message: bytes) -> None:
        """Sends; waits while the server takes nothing. To a connection that has ended, nothing is sent."""
        self._sent_since_heard = True
        await self._quietly(self._websocket.send_bytes(message))

    async def aclose(self) -> None:
        """Closes it, whatever the server does."""
        self._timer.cancel()
        if self._beat is not None:
            self._beat.cancel()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience.close):
                    await self._websocket.close()
        finally:
            if self._socket is not None:
                # TLS waits for the server's answer to its end, which a dead server never gives.
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    async def _quietly(self, sending: Awaitable[None]) -> None:
        """A write to a connection that has ended is no error of its own: who receives learns of the end."""
        with contextlib.suppress(ClientConnectionError, ConnectionError):
            await sending

    def _on_timer(self) -> None:
        if not self._heard and (self._beat is None or self._beat.done()):
            self._beat = asyncio.create_task(self._check())
        self._heard = False
        self._timer = asyncio.get_running_loop().call_later(self._patience.ping, self._on_timer)

    async def _check(self) -> None:
        """Pings; ends the connection where two pings were not answered although nothing held the server up.

        A server whose Pod takes nothing reads no pings either, and pongs are not seen while nobody receives.
        """
        if self._receiving and not self._sent_since_heard:
            if self._unanswered >= 2:
                await self._websocket.close()
                return
            self._unanswered += 1
        sent = self._sent_since_heard
        await self._quietly(self._ping())
        self._sent_since_heard = sent
