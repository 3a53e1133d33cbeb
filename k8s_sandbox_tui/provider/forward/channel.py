"""One TCP connection to a port in a sandbox, whichever way it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.forward.model import ForwardWay


class ChannelError(Exception):
    """A connection that could not be made, or broke. The message is a sentence.

    `refused`: nothing listens on the port. `unused`: it broke before anything could have come of it, so that
    another one may be tried.
    """

    def __init__(self, message: str, *, refused: bool = False, unused: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.refused = refused
        self.unused = unused


class Channel(Protocol):
    """A connection. One task sends, another receives."""

    @property
    def tells_end(self) -> bool:
        """Whether the server learns that the client has closed its half, and may go on answering."""
        ...

    @property
    def outlives_server(self) -> bool:
        """Whether the client may go on sending when the server has closed its half."""
        ...

    async def send(self, data: bytes) -> None:
        """Sends; waits while the server does not take it. What is sent to a broken connection goes nowhere."""
        ...

    async def send_end(self) -> None:
        """Says that nothing more is sent, where the server can be told."""
        ...

    async def receive(self) -> bytes:
        """The next bytes; empty at the end.

        Raises:
            ChannelError: The connection could not be made, or broke.
        """
        ...

    async def aclose(self) -> None:
        """Gives the connection up, or what carries it back where both halves have ended."""
        ...


class Way(Protocol):
    """How connections get into the sandbox."""

    @property
    def via(self) -> ForwardWay:
        """Which one it is now."""
        ...

    async def start(self) -> None:
        """Finds out whether it can be done.

        Raises:
            SandboxError: It cannot.
        """
        ...

    async def open(self) -> Channel:
        """Makes a connection.

        Raises:
            ChannelError: It cannot be made.
            SandboxError: See `provider.errors`.
        """
        ...

    async def aclose(self) -> None:
        """Ends what it holds, and with that all connections."""
        ...
