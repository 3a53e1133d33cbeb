"""An exec over SPDY."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import TransportError
from k8s_sandbox_tui.provider.exec.spdy_protocol import SPDY_PROTOCOLS, SpdyExecProtocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable
    from typing import Self

    from k8s_sandbox_tui.provider.connection.upgraded import UpgradedConnection
    from k8s_sandbox_tui.provider.exec.protocol import Event
    from k8s_sandbox_tui.provider.exec.shell import ExecPlan
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget


class SpdyLink:
    """An `ExecLink`."""

    can_close_stdin = True

    def __init__(self, upgraded: UpgradedConnection, protocol: SpdyExecProtocol) -> None:
        self._upgraded = upgraded
        self._protocol = protocol
        self._over = False
        self.socket: socket.socket | None = upgraded.socket
        self.closed = protocol.closed
        self.stdin = protocol.stdin
        self.close_stdin = protocol.close_stdin
        self.resize = protocol.resize

    @classmethod
    async def open(cls, connection: ExecConnection, target: ExecTarget, plan: ExecPlan, timeout: float) -> Self:
        """Opens it, and its streams: with that the command begins.

        Raises:
            ApiError: The API server refused.
            TransportError: No answer, none of the protocols that carry an exit code, or no streams.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        params = plan.params(target.container)
        upgraded = await connection.open_spdy(target.exec_path, params, SPDY_PROTOCOLS, timeout)
        link = cls(upgraded, SpdyExecProtocol(stdin=plan.stdin, tty=plan.tty))
        opened = False
        try:
            async with asyncio.timeout_at(deadline):
                opened = await link._open_streams()
        except TimeoutError:
            raise TransportError(f"{_NOT_OPENED} in time.", sent=True) from None
        finally:
            if not opened:
                upgraded.cut()
        if not opened:
            raise TransportError(f"{_NOT_OPENED}.", sent=True)
        return link

    @property
    def has_status(self) -> bool:
        """Whether some of the status has come."""
        return self._protocol.has_status

    async def receive(self, timeout: float | None) -> Event | None:
        """The next of what came, or what comes."""
        event = self._protocol.next_event()
        if event is not None:
            return event
        if self._over:
            return self._protocol.closed()
        async with asyncio.timeout(timeout):
            await self._read()
        return self._protocol.next_event()

    async def send(self, message: bytes) -> None:
        """Sends a message."""
        await self._upgraded.send(message)

    async def send_all(self, messages: Iterable[bytes]) -> None:
        """Sends messages."""
        for message in messages:
            await self._upgraded.send(message)

    async def ping(self) -> None:
        """Sends a ping, without waiting behind the input."""
        self._upgraded.write(self._protocol.ping())

    async def close(self) -> None:
        """Closes the connection."""
        self._upgraded.close()

    async def _open_streams(self) -> bool:
        await self.send(self._protocol.opening())
        while not self._protocol.opened and not self._over:
            await self._read()
        return self._protocol.opened

    async def _read(self) -> None:
        data = await self._upgraded.read()
        self._protocol.feed(data)
        answers = self._protocol.answers()
        if answers:
            # Without waiting: a server that takes nothing may wait for its output to be read.
            self._upgraded.write(answers)
        self._over = self._protocol.ended or not data


_NOT_OPENED = "The server agreed to SPDY, but did not take the streams of the command"
