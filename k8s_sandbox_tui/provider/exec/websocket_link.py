"""An exec over a WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import WSMsgType

from k8s_sandbox_tui.provider.connection.websocket_sending import quietly, send_messages
from k8s_sandbox_tui.provider.exec.protocol import PROTOCOLS, ExecProtocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable
    from typing import Literal, Self

    from aiohttp import ClientWebSocketResponse

    from k8s_sandbox_tui.provider.exec.protocol import Event
    from k8s_sandbox_tui.provider.exec.shell import ExecPlan
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget

_BINARY: Final = WSMsgType.BINARY
_ENDED: Final = frozenset((WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR))


class WebSocketLink:
    """An `ExecLink`."""

    def __init__(self, websocket: ClientWebSocketResponse[Literal[True]], *, tty: bool) -> None:
        self._websocket = websocket
        self._receive = websocket.receive
        self._protocol = protocol = ExecProtocol(websocket.protocol or "", tty=tty)
        # Taken now: a WebSocket that the server has closed tells nothing of it any more.
        self.socket: socket.socket | None = websocket.get_extra_info("socket")
        self._take = protocol.receive
        self.can_close_stdin = protocol.can_close_stdin
        self.closed = protocol.receive_close
        self.stdin = protocol.stdin
        self.close_stdin = protocol.close_stdin
        self.resize = protocol.resize

    @classmethod
    async def open(cls, connection: ExecConnection, target: ExecTarget, plan: ExecPlan, timeout: float) -> Self:
        """Opens it: with that the command begins.

        Raises:
            ApiError: The API server refused.
            TransportError: No answer, or none of the protocols that carry an exit code.
        """
        params = plan.params(target.container)
        return cls(await connection.open_websocket(target.exec_path, params, PROTOCOLS, timeout), tty=plan.tty)

    @property
    def has_status(self) -> bool:
        """Whether some of the status has come."""
        return self._protocol.has_status

    async def receive(self, timeout: float | None) -> Event | None:
        """The next message."""
        message = await self._receive(timeout)
        kind = message.type
        if kind is _BINARY or kind is WSMsgType.TEXT:
            return self._take(message.data)
        if kind is WSMsgType.PING:
            await quietly(self._websocket.pong(message.data))
        elif kind in _ENDED:
            return self._protocol.receive_close()
        return None

    async def send(self, message: bytes) -> None:
        """Sends a message."""
        await self.send_all((message,))

    async def send_all(self, messages: Iterable[bytes]) -> None:
        """Sends messages."""
        await send_messages(self._websocket, messages)

    async def ping(self) -> None:
        """Sends a ping."""
        await quietly(self._websocket.ping())

    async def close(self) -> None:
        """Closes the WebSocket; waits for the server's half of that."""
        await self._websocket.close()
