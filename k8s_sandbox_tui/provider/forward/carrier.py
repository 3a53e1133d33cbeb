"""One connection to a Pod's `pods/portforward`: opened by a deadline, kept alive, closed in a moment."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from typing import TYPE_CHECKING, Self

from k8s_sandbox_tui.provider.connection.retry import retry_delay
from k8s_sandbox_tui.provider.errors import ApiError, AuthenticationError, TransportError
from k8s_sandbox_tui.provider.exec.upgrade import by_either
from k8s_sandbox_tui.provider.forward.wire import PROTOCOLS, SPDY_PROTOCOLS, SpdyWire, WebSocketWire
from k8s_sandbox_tui.provider.unreachable_node import explained

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget
    from k8s_sandbox_tui.provider.forward.patience import ForwardPatience
    from k8s_sandbox_tui.provider.forward.wire import Wire


class Carrier:
    """An open connection. One task receives, any may send."""

    def __init__(self, wire: Wire, patience: ForwardPatience) -> None:
        self._wire = wire
        self._patience = patience
        self._ping: Callable[[], Awaitable[None]] = wire.ping
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
        key = f"{target.namespace} pods/portforward"
        deadline = asyncio.get_running_loop().time() + patience.connect

        def left() -> float:
            return max(deadline - asyncio.get_running_loop().time(), 0.001)

        async def by_websocket() -> Wire:
            return WebSocketWire(await connection.open_websocket(path, params, PROTOCOLS, left()))

        async def by_spdy() -> Wire:
            return SpdyWire(await connection.open_spdy(path, params, SPDY_PROTOCOLS, left()))

        attempt = 0
        while True:
            attempt += 1
            try:
                return cls(await by_either(connection, key, by_websocket, by_spdy), patience)
            except (ApiError, TransportError) as error:
                # Nothing has been sent into the sandbox: as safe to repeat as a GET.
                delay = retry_delay(error, method="GET", attempt=attempt, jitter=random.random())  # noqa: S311
                if delay is None or asyncio.get_running_loop().time() + delay >= deadline:
                    if isinstance(error, ApiError) and not isinstance(error, AuthenticationError):
                        raise explained(error, target.sandbox_id) from None
                    raise
            await asyncio.sleep(delay)

    @property
    def protocol(self) -> str:
        """Which of the protocols the server took."""
        return self._wire.protocol

    def ping_with(self, ping: Callable[[], Awaitable[None]]) -> None:
        """Pings by the protocol inside instead: that reaches further than the API server."""
        self._ping = ping

    async def receive(self) -> bytes | None:
        """The next message; None when the connection has ended, however that was."""
        self._receiving = True
        try:
            while (message := await self._wire.receive()) is not None:
                self._heard, self._sent_since_heard, self._unanswered = True, False, 0
                if message:
                    return message
            return None
        finally:
            self._receiving = False

    async def send(self, message: bytes) -> None:
        """Sends; waits while the server takes nothing. To a connection that has ended, nothing is sent."""
        self._sent_since_heard = True
        await self._wire.send(message)

    async def aclose(self) -> None:
        """Closes it, whatever the server does."""
        self._timer.cancel()
        if self._beat is not None:
            self._beat.cancel()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience.close):
                    await self._wire.close()
        finally:
            if self._wire.socket is not None:
                # TLS waits for the server's answer to its end, which a dead server never gives.
                with contextlib.suppress(OSError):
                    self._wire.socket.shutdown(socket.SHUT_RDWR)

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
                await self._wire.close()
                return
            self._unanswered += 1
        sent = self._sent_since_heard
        await self._ping()
        self._sent_since_heard = sent
