"""Connections by Kubernetes' port-forward: tunnels where the API server has them or SPDY, else a WebSocket for each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.forward.carrier import Carrier
from k8s_sandbox_tui.provider.forward.channel import ChannelError
from k8s_sandbox_tui.provider.forward.channels import PortChannel
from k8s_sandbox_tui.provider.forward.model import ForwardWay
from k8s_sandbox_tui.provider.forward.tunnel import Tunnel, TunnelChannel
from k8s_sandbox_tui.provider.forward.wire import TUNNEL

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.forward.channel import Channel
    from k8s_sandbox_tui.provider.forward.destination import Destination

_MOST_IDLE: Final = 32


class PortForwardWay:
    """Makes connections, and keeps the tunnels of those that have ended for the next ones."""

    via = ForwardWay.PORT_FORWARD

    def __init__(self, destination: Destination) -> None:
        """Asks nothing yet."""
        self._to = destination
        self._idle: dict[Tunnel, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Finds out whether it can be done; no connection to the port is made, but by an API server before 1.31.

        Raises:
            ApiError: The API server refuses port-forward.
            TransportError: It does not answer.
            SandboxGoneError: The sandbox has gone.
        """
        carrier = await Carrier.open(self._to.connection, self._to.target, self._to.port, self._to.patience)
        try:
            await self._to.watch.confirm()
        except BaseException:
            await carrier.aclose()
            raise
        if carrier.protocol == TUNNEL:
            await self._keep(self._tunnel(carrier))
        else:
            await carrier.aclose()

    async def open(self) -> Channel:
        """Makes a connection.

        Raises:
            ChannelError: It cannot be made.
            SandboxError: The API server refuses or does not answer, or the sandbox has gone.
        """
        while self._idle:
            # The last one: the others may go idle for long enough to be closed.
            tunnel, timer = self._idle.popitem()
            timer.cancel()
            try:
                return await self._through(tunnel)
            except ChannelError as error:
                if not error.unused:
                    raise
        carrier = await Carrier.open(self._to.connection, self._to.target, self._to.port, self._to.patience)
        try:
            return await self._first(carrier)
        except BaseException:
            await carrier.aclose()
            raise

    async def aclose(self) -> None:
        """Closes the tunnels that are kept; those of connections go with them."""
        self._closed = True
        for tunnel, timer in self._idle.items():
            timer.cancel()
            self._close(tunnel)
        self._idle.clear()
        if self._closing:
            await asyncio.wait(self._closing)

    async def _first(self, carrier: Carrier) -> Channel:
        """The first connection over a carrier: nothing is passed to a Pod that has not been recognised."""
        confirming = asyncio.create_task(self._to.watch.confirm())
        try:
            if carrier.protocol == TUNNEL:
                channel: Channel = await self._tunnel(carrier).connect(self._keep)
            else:
                channel = ports = PortChannel(carrier, port=self._to.port, sandbox_id=self._to.sandbox_id)
                await ports.connect()
            await confirming
        finally:
            confirming.cancel()
            await asyncio.wait({confirming})
        return channel

    async def _through(self, tunnel: Tunnel) -> TunnelChannel:
        try:
            return await tunnel.connect(self._keep)
        except BaseException:
            await tunnel.aclose()
            raise

    def _tunnel(self, carrier: Carrier) -> Tunnel:
        return Tunnel(
            carrier,
            port=self._to.port,
            sandbox_id=self._to.sandbox_id,
            tells_end=self._to.watch.tells_end,
            patience=self._to.patience,
        )

    async def _keep(self, tunnel: Tunnel) -> None:
        if tunnel.usable and not self._closed and len(self._idle) < _MOST_IDLE:
            timer = asyncio.get_running_loop().call_later(self._to.patience.idle, self._drop, tunnel)
            self._idle[tunnel] = timer
        else:
            await tunnel.aclose()

    def _drop(self, tunnel: Tunnel) -> None:
        if self._idle.pop(tunnel, None) is not None:
            self._close(tunnel)

    def _close(self, tunnel: Tunnel) -> None:
        closing = asyncio.create_task(tunnel.aclose())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
