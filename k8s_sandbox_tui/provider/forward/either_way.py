"""Port-forward, and exec where that is refused or does not reach what listens in the sandbox.

Refused: by the API server, for want of a right or of a kubelet that can. Does not reach: gVisor and others have a
network of their own, in which the runtime's port-forward finds nobody (google/gvisor#3811); its error is that of a
port on which nothing listens. So a refused connection is tried through exec before that is said, and where exec gets
through, it is the way from then on.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.errors import (
    ApiError,
    AuthenticationError,
    ForbiddenError,
    ForwardError,
    NotFoundError,
    RateLimitedError,
    SandboxError,
    SandboxGoneError,
)
from k8s_sandbox_tui.provider.forward.channel import ChannelError
from k8s_sandbox_tui.provider.forward.model import ForwardWay

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.provider.forward.channel import Channel
    from k8s_sandbox_tui.provider.forward.exec_way import ExecWay
    from k8s_sandbox_tui.provider.forward.patience import ForwardPatience
    from k8s_sandbox_tui.provider.forward.port_forward_way import PortForwardWay

_REPLAYED: Final = 64 * 1024
"""Bytes that a client may have sent before the refusal is heard, and are then sent by the other way."""


class EitherWay:
    """Makes connections by the first way, by the second where it has to be."""

    def __init__(
        self, first: PortForwardWay, second: ExecWay, patience: ForwardPatience, rerouted: Callable[[str], None]
    ) -> None:
        """Asks nothing yet.

        Args:
            first: Port-forward.
            second: Exec.
            patience: How long to wait.
            rerouted: Told why connections go through exec from now on.
        """
        self.via = ForwardWay.PORT_FORWARD
        self._first = first
        self._second = second
        self._patience = patience
        self._rerouted = rerouted
        self._proven = False
        self._exec_fails = False
        self._doubting = asyncio.Lock()
        self._refused_at = float("-inf")

    async def start(self) -> None:
        """Finds out which way it is.

        Raises:
            ForbiddenError: Neither way is allowed; names the missing rights.
            SandboxError: Neither can be had.
        """
        try:
            await self._first.start()
        except (AuthenticationError, NotFoundError, RateLimitedError):
            raise
        except ApiError as error:
            await self._fall_back(error)

    async def open(self) -> Channel:
        """Makes a connection.

        Raises:
            ChannelError: It cannot be made.
            SandboxError: Neither way can be had, or the sandbox has gone.
        """
        if self.via is ForwardWay.EXEC:
            return await self._second.open()
        try:
            channel = await self._first.open()
        except ForbiddenError as error:
            # The right was taken away meanwhile.
            await self._fall_back(error)
            return await self._second.open()
        return channel if self._proven or self._exec_fails else _Doubted(self, channel)

    def prove(self) -> None:
        """Something came back by port-forward, so it reaches the sandbox."""
        self._proven = True

    async def open_instead(self, refusal: ChannelError) -> Channel:
        """The connection through exec in the place of one that was refused.

        Raises:
            ChannelError: The refusal holds.
        """
        before = time.monotonic()
        async with self._doubting:
            if self.via is not ForwardWay.EXEC:
                if self._proven or self._exec_fails or before - self._refused_at < self._patience.doubt:
                    raise refusal
                return await self._try_second(refusal)
        return await self._second.open()

    async def aclose(self) -> None:
        """Ends both ways."""
        await asyncio.gather(self._first.aclose(), self._second.aclose())

    async def _try_second(self, refusal: ChannelError) -> Channel:
        try:
            channel = await self._second.open()
        except ChannelError as error:
            if error.refused:
                self._refused_at = time.monotonic()
                await self._second.aclose()
            raise refusal from None
        except SandboxError:
            self._exec_fails = True
            raise refusal from None
        self._go_by_second("port-forward does not reach the sandbox's network")
        return channel

    async def _fall_back(self, error: ApiError) -> None:
        try:
            await self._second.start()
        except (ForbiddenError, ForwardError) as other:
            raise _neither(error, other) from None
        except SandboxGoneError:
            raise
        except SandboxError:
            raise error from None
        self._go_by_second(error.message.rstrip("."))

    def _go_by_second(self, why: str) -> None:
        self.via = ForwardWay.EXEC
        self._rerouted(why)


def _neither(error: ApiError, other: SandboxError) -> SandboxError:
    """The error where port-forward is refused and exec is no way either."""
    message = f"{error.message.rstrip('.')}; and through exec: {other.message}"
    if not isinstance(error, ForbiddenError):
        return ForwardError(message, hint=other.hint)
    return ForbiddenError(
        message,
        reason=error.reason,
        hint="A Role with the verb 'create' on 'pods/portforward' grants it; with the same on 'pods/exec' "
        "it works through a program in the sandbox (Python, Node.js or nc).",
        verb=error.verb,
        resource=error.resource,
        namespace=error.namespace,
    )


class _Doubted:
    """A connection by port-forward, made again through exec where it is refused: nothing of it has been delivered."""

    def __init__(self, ways: EitherWay, channel: Channel) -> None:
        self._ways = ways
        self._channel = channel
        self._sending = asyncio.Lock()
        self._sent: list[bytes] | None = []
        self._sent_bytes = 0
        self._sent_end = False

    @property
    def tells_end(self) -> bool:
        """As the connection itself."""
        return self._channel.tells_end

    @property
    def outlives_server(self) -> bool:
        """As the connection itself."""
        return self._channel.outlives_server

    async def send(self, data: bytes) -> None:
        """Sends, and keeps the first of it."""
        async with self._sending:
            if self._sent is not None:
                self._sent_bytes += len(data)
                self._sent.append(data)
                if self._sent_bytes > _REPLAYED:
                    self._sent = None
            channel = self._channel
            await channel.send(data)

    async def send_end(self) -> None:
        """Ends this half."""
        async with self._sending:
            self._sent_end = True
            await self._channel.send_end()

    async def receive(self) -> bytes:
        """The next bytes; empty at the end.

        Raises:
            ChannelError: The connection is refused by both ways, or broke.
        """
        try:
            data = await self._channel.receive()
        except ChannelError as error:
            if not error.refused or self._sent is None:
                raise
            await self._make_again(error)
            return await self._channel.receive()
        if data:
            self._sent = None
            self._ways.prove()
        return data

    async def aclose(self) -> None:
        """Gives it up."""
        await self._channel.aclose()

    async def _make_again(self, refusal: ChannelError) -> None:
        channel = await self._ways.open_instead(refusal)
        async with self._sending:
            await self._channel.aclose()
            self._channel = channel
            sent, self._sent = self._sent or [], None
            for data in sent:
                await channel.send(data)
            if self._sent_end:
                await channel.send_end()
