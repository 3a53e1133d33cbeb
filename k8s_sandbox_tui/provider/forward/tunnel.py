"""SPDY, in a WebSocket or by itself, as kubectl forwards ports, but with one connection at a time in each.

SPDY as Kubernetes speaks it has no flow control: of several connections in one tunnel, one whose reader is slow holds
the others up, or has to be buffered without bound. So a connection has a tunnel to itself, and hands it on when it has
ended in order; the next one then needs no handshake.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.forward.refusal import MOST, failure, lost
from k8s_sandbox_tui.spdy import frames as spdy
from k8s_sandbox_tui.spdy.error import SpdyError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from k8s_sandbox_tui.provider.forward.carrier import Carrier
    from k8s_sandbox_tui.provider.forward.patience import ForwardPatience

_LAST_STREAM: Final = 0x7FFF_0000


class Tunnel:
    """A carrier with SPDY in it."""

    def __init__(
        self, carrier: Carrier, *, port: int, sandbox_id: str, tells_end: bool, patience: ForwardPatience
    ) -> None:
        """Sends nothing yet.

        Args:
            carrier: What carries it.
            port: The port in the sandbox.
            sandbox_id: For messages.
            tells_end: Whether the Pod's runtime passes the end of the client's half on.
            patience: How long to wait.
        """
        self.port = port
        self.sandbox_id = sandbox_id
        self.tells_end = tells_end
        self.patience = patience
        self._carrier = carrier
        self._reader = spdy.SpdyReader()
        self._writer = spdy.SpdyWriter()
        self._frames: Iterator[spdy.Frame] = iter(())
        self._next_stream = 1
        self._next_ping = 1
        self._usable = True
        carrier.ping_with(self._ping)

    @property
    def usable(self) -> bool:
        """Whether another connection can go through it."""
        return self._usable and self._next_stream < _LAST_STREAM

    async def connect(self, leave: Callable[[Tunnel], Awaitable[None]]) -> TunnelChannel:
        """Opens the two streams of a connection. Whether something listens shows later, in what is received.

        Raises:
            ChannelError: The server does not take them.
        """
        error_stream, data_stream = self._next_stream, self._next_stream + 2
        self._next_stream += 4
        headers = {"port": str(self.port), "requestid": str(error_stream)}
        await self._carrier.send(
            self._writer.open(error_stream, headers | {"streamtype": "error"})
            + self._writer.open(data_stream, headers | {"streamtype": "data"})
        )
        waiting = {error_stream, data_stream}
        while waiting:
            match await self.next_frame():
                case spdy.Accepted(stream=stream):
                    waiting.discard(stream)
                case None:
                    raise lost(self.port, self.sandbox_id, unused=True)
                case spdy.Reset(stream=stream) if stream in waiting:
                    self._usable = False
                    raise failure(b"the server takes no connection", port=self.port, sandbox_id=self.sandbox_id)
                case _:
                    continue
        await self._carrier.send(spdy.data(error_stream, b"", ended=True))
        return TunnelChannel(self, error_stream, data_stream, leave)

    async def next_frame(self) -> spdy.Frame | None:
        """The next frame that is not the tunnel's own affair; None at its end."""
        while True:
            try:
                frame = next(self._frames, None)
            except SpdyError:
                self._usable = False
                return None
            if frame is None:
                message = await self._carrier.receive()
                if message is None:
                    self._usable = False
                    return None
                self._frames = self._reader.feed(message)
            elif isinstance(frame, spdy.GoAway):
                self._usable = False
            elif isinstance(frame, spdy.Ping):
                # Odd numbers are ours, and come back.
                if frame.ident % 2 == 0:
                    await self._carrier.send(spdy.ping(frame.ident))
            else:
                return frame

    async def send(self, frame: bytes) -> None:
        """Sends a frame; waits while the server takes nothing."""
        await self._carrier.send(frame)

    async def aclose(self) -> None:
        """Closes it."""
        self._usable = False
        await self._carrier.aclose()

    async def _ping(self) -> None:
        ident, self._next_ping = self._next_ping, self._next_ping + 2
        await self._carrier.send(spdy.ping(ident))


class TunnelChannel:
    """A connection through a tunnel."""

    outlives_server = False
    """The kubelet ends both halves when the server ends its own."""

    def __init__(
        self, tunnel: Tunnel, error_stream: int, data_stream: int, leave: Callable[[Tunnel], Awaitable[None]]
    ) -> None:
        self.tells_end = tunnel.tells_end
        self._tunnel = tunnel
        self._leave: Callable[[Tunnel], Awaitable[None]] | None = leave
        self._error_stream = error_stream
        self._data_stream = data_stream
        self._said = bytearray()
        self._verdict = False
        self._ended = False
        self._sent_end = False
        self._open = True

    async def send(self, data: bytes) -> None:
        """Sends."""
        if self._open and not self._sent_end:
            await self._tunnel.send(spdy.data(self._data_stream, data))

    async def send_end(self) -> None:
        """Ends this half, but where the runtime would then cut the other one off."""
        if self._open and not self._sent_end and self.tells_end:
            self._sent_end = True
            await self._tunnel.send(spdy.data(self._data_stream, b"", ended=True))

    async def receive(self) -> bytes:
        """The next bytes; empty at the end.

        Raises:
            ChannelError: Nothing listens there, or the connection broke.
        """
        while not self._ended:
            frame = await self._tunnel.next_frame()
            if frame is None:
                self._open = False
                raise self._failure() if self._said else lost(self._tunnel.port, self._tunnel.sandbox_id)
            self._take(frame)
            if isinstance(frame, spdy.Data) and frame.stream == self._data_stream and frame.data:
                return frame.data
        await self._hear_verdict()
        self._open = False
        if self._said:
            raise self._failure()
        return b""

    async def aclose(self) -> None:
        """Leaves the tunnel; one in which something may still come of this connection is closed."""
        leave, self._leave = self._leave, None
        if leave is None:
            return
        if not (self._ended and self._verdict and not self._said):
            await self._tunnel.aclose()
        elif not self._sent_end:
            # The server was faster; with this the stream is closed on both sides.
            await self._tunnel.send(spdy.data(self._data_stream, b"", ended=True))
        self._open = False
        await leave(self._tunnel)

    async def _hear_verdict(self) -> None:
        """The end of the data comes before the word on whether it was an error."""
        try:
            async with asyncio.timeout(self._tunnel.patience.verdict):
                while not self._verdict and (frame := await self._tunnel.next_frame()) is not None:
                    self._take(frame)
        except TimeoutError:
            return

    def _take(self, frame: spdy.Frame) -> None:
        match frame:
            case spdy.Data(stream=self._data_stream, ended=ended):
                self._ended = self._ended or ended
            case spdy.Data(stream=self._error_stream, data=data, ended=ended):
                self._said += data[: MOST - len(self._said)]
                self._verdict = self._verdict or ended
            case spdy.Reset(stream=stream) if stream in {self._data_stream, self._error_stream}:
                self._ended = self._verdict = True
                self._said += b"" if self._said else b"connection reset by the server"
            case _:
                return

    def _failure(self) -> Exception:
        return failure(bytes(self._said), port=self._tunnel.port, sandbox_id=self._tunnel.sandbox_id)
