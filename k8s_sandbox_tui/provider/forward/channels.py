"""`v4.channel.k8s.io`: one connection for each WebSocket, for API servers without tunnels (before 1.31).

Channel 0 has the data and channel 1 the error; the first message on each is the port, as two bytes. Neither half can be
ended alone, and the end of the WebSocket is the end of the connection (kubelet, `portforward/websocket.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.forward.refusal import MOST, failure, lost

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.forward.carrier import Carrier

_DATA, _ERROR = 0, 1
_PORT_BYTES: Final = 2


class PortChannel:
    """A connection over a WebSocket of its own."""

    tells_end = False
    outlives_server = False

    def __init__(self, carrier: Carrier, *, port: int, sandbox_id: str) -> None:
        self._carrier = carrier
        self._port = port
        self._sandbox_id = sandbox_id
        self._heads = {_DATA: _PORT_BYTES, _ERROR: _PORT_BYTES}
        self._said = bytearray()
        self._ended = False

    async def connect(self) -> None:
        """Waits for the first message of each channel.

        Raises:
            ChannelError: The WebSocket ended before.
        """
        while any(self._heads.values()):
            message = await self._carrier.receive()
            if message is None:
                raise lost(self._port, self._sandbox_id, unused=True)
            self._take(message)

    async def send(self, data: bytes) -> None:
        """Sends."""
        await self._carrier.send(bytes((_DATA,)) + data)

    async def send_end(self) -> None:
        """Does nothing: there is no word for it."""

    async def receive(self) -> bytes:
        """The next bytes; empty at the end.

        Raises:
            ChannelError: Nothing listens there, or the connection broke.
        """
        while not self._ended:
            message = await self._carrier.receive()
            if message is None:
                self._ended = True
            elif data := self._take(message):
                return data
        if self._said:
            raise failure(bytes(self._said), port=self._port, sandbox_id=self._sandbox_id)
        return b""

    async def aclose(self) -> None:
        """Closes the WebSocket."""
        await self._carrier.aclose()

    def _take(self, message: bytes) -> bytes:
        """The data of a message; empty where it has none."""
        channel = message[0] if message else -1
        if channel not in self._heads:
            return b""
        head = min(self._heads[channel], len(message) - 1)
        self._heads[channel] -= head
        data = message[1 + head :]
        if channel == _DATA:
            return data
        self._said += data[: MOST - len(self._said)]
        return b""
