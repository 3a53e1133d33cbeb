"""What carries one exec: a WebSocket, or SPDY where that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Iterator

    from k8s_sandbox_tui.provider.exec.protocol import Closed, Event


class ExecLink(Protocol):
    """An open exec. One task receives, any may send.

    Messages are bytes, each to be sent as a whole. What is sent to a connection that has ended goes nowhere: who
    receives learns how it ended.
    """

    @property
    def socket(self) -> socket.socket | None:
        """The connection's, also when it is closed; None where there is none to be had."""
        ...

    @property
    def can_close_stdin(self) -> bool:
        """Whether the end of the input can be said."""
        ...

    @property
    def has_status(self) -> bool:
        """Whether some of the status has come: output is over."""
        ...

    async def receive(self, timeout: float | None) -> Event | None:
        """What the server says next, None where that means nothing. After the end, the same again.

        Raises:
            TimeoutError: Nothing in so many seconds.
        """
        ...

    def closed(self) -> Closed:
        """The end, as it is known by now."""
        ...

    def stdin(self, data: bytes) -> Iterator[bytes]:
        """The messages that carry `data` to the command's input."""
        ...

    def close_stdin(self) -> bytes | None:
        """The message that ends the command's input; None where there is none, and when it was said before."""
        ...

    def resize(self, columns: int, rows: int) -> bytes | None:
        """The message that sets the terminal's size; None without a terminal."""
        ...

    async def send(self, message: bytes) -> None:
        """Sends a message; waits while the server takes nothing."""
        ...

    async def send_all(self, messages: Iterable[bytes]) -> None:
        """Sends messages one after the other, which are asked for as they are sent; none any more once cancelled."""
        ...

    async def ping(self) -> None:
        """Asks the server for an answer, which `receive` gives as None."""
        ...

    async def close(self) -> None:
        """Closes the connection; who receives then receives its end."""
        ...
