"""What carries the streams of one command to its client and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.remote_command.protocol import Channel


@dataclass(frozen=True, slots=True)
class Message:
    """What a client sent on one channel, and whether it will send more there."""

    channel: Channel
    data: bytes
    ended: bool = False


class Link(Protocol):
    """A client's connection."""

    def frame_header(self, channel: Channel) -> bytes:
        """What stands before a payload of the full size, for frames that are made elsewhere."""
        ...

    def write(self, frames: bytes) -> None:
        """Sends whole frames, without waiting; the next `send` waits for them too.

        Raises:
            ConnectionResetError: The client is gone.
        """
        ...

    async def send(self, channel: Channel, payload: bytes) -> None:
        """Sends a payload of at most the full size; returns when there is room for more.

        Raises:
            ConnectionResetError: The client is gone.
        """
        ...

    async def receive(self) -> Message | None:
        """What the client sends next; None once it is gone."""
        ...

    async def close(self) -> None:
        """Ends the connection as the protocol has it; all that was sent arrives."""
        ...

    def drop(self) -> None:
        """Ends the connection without the protocol's end."""
        ...
