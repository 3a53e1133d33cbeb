"""Passes bytes between a connection here and one in the sandbox until both halves have ended, or one end breaks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.forward.channel import ChannelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.provider.forward.channel import Channel
    from k8s_sandbox_tui.provider.forward.local import LocalConnection
    from k8s_sandbox_tui.provider.forward.patience import ForwardPatience


class ClientGoneError(ChannelError):
    """The client has broken the connection; nothing is wrong with the forward."""


class Relay:
    """One connection, with both of its ends."""

    def __init__(
        self,
        local: LocalConnection,
        channel: Channel,
        patience: ForwardPatience,
        *,
        sent: Callable[[int], None],
        received: Callable[[int], None],
    ) -> None:
        """Passes nothing yet.

        Args:
            local: The end here.
            channel: The end in the sandbox.
            patience: How long to wait.
            sent: Told of the bytes that went into the sandbox.
            received: Told of those that came from it.
        """
        self._local = local
        self._channel = channel
        self._patience = patience
        self._sent = sent
        self._received = received
        self._progress = 0

    async def run(self) -> None:
        """Returns when the connection has ended in order.

        Raises:
            ChannelError: It could not be made, or broke, on either end.
        """
        up = asyncio.create_task(self._up())
        down = asyncio.create_task(self._down())
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            if not down.done() and not _failed(up):
                await self._wait_for_server(down)
            if down.done() and not _failed(down) and not up.done():
                await self._wait_for_client(up)
            for task in (down, up):
                if task.done() and not task.cancelled():
                    task.result()
        finally:
            for task in (up, down):
                task.cancel()
            await asyncio.wait({up, down})

    async def _up(self) -> None:
        try:
            while data := await self._local.read():
                await self._channel.send(data)
                self._sent(len(data))
        except OSError:
            raise ClientGoneError("The client broke the connection.") from None
        await self._channel.send_end()

    async def _down(self) -> None:
        try:
            while data := await self._channel.receive():
                self._progress += 1
                await self._local.write(data)
                self._received(len(data))
        except OSError:
            raise ClientGoneError("The client broke the connection.") from None
        self._local.end()

    async def _wait_for_server(self, down: asyncio.Task[None]) -> None:
        """The client has ended its half. Where the server cannot be told, its silence is the end."""
        progress = -1
        while not down.done() and (self._channel.tells_end or progress != self._progress):
            progress = self._progress
            await asyncio.wait({down}, timeout=None if self._channel.tells_end else self._patience.quiet)
        if not down.done() and not progress:
            raise ChannelError(
                f"The server has not answered for {self._patience.quiet:g} s since the client ended its half: "
                "port-forward cannot tell it of that here, a forward through exec can."
            )

    async def _wait_for_client(self, up: asyncio.Task[None]) -> None:
        """The server has ended its half."""
        if self._channel.outlives_server:
            await asyncio.wait({up})
        else:
            # What the client still sends goes nowhere, but a close before it reads could cost it the answer.
            await asyncio.wait({up}, timeout=self._patience.linger)


def _failed(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None
