"""The remote command protocol over WebSocket, as values: messages in, events out.

The rules are those of Kubernetes' `v4.channel.k8s.io` and `v5.channel.k8s.io` (apimachinery, package
`remotecommand`): the first byte of a message names its channel. No socket here; `driver.py` has it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from k8s_sandbox_tui.provider.exec.status import CommandStatus, parse_status

if TYPE_CHECKING:
    from collections.abc import Iterator

Stream = Literal["stdout", "stderr"]
"""The two streams of a command; with a terminal all of it is `stdout`."""

V5: Final = "v5.channel.k8s.io"
V4: Final = "v4.channel.k8s.io"
PROTOCOLS: Final = (V5, V4)
"""What is offered, the preferred one first; servers before 1.30 pick v4. Older ones carry no exit code."""

STDIN, STDOUT, STDERR, ERROR, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255
"""The channels. ERROR carries the status; CLOSE (v5 only) names a channel that has ended."""

MAX_STDIN_PAYLOAD: Final = 64 * 1024
"""Bytes of input in one message, as much as a pipe holds: servers refuse big ones by closing the connection."""

MAX_STATUS: Final = 1024 * 1024
"""Bytes of a status that are kept; a real one has less than 2 KiB."""


class Connected(NamedTuple):
    """The server has connected the streams: its first message, which is empty."""


class Output(msgspec.Struct, frozen=True, gc=False):
    """Some bytes of the command's output; a character may be split over two of them."""

    stream: Stream
    data: memoryview


class Closed(NamedTuple):
    """The connection has ended. `status` is None where it ended before the command's status came."""

    status: CommandStatus | None


Event = Connected | Output | Closed

CONNECTED: Final = Connected()


class ExecProtocol:
    """One command's exchange of messages.

    `receive` takes each message of the server and `receive_close` the end of the connection, whatever its close
    code: real servers end without a close frame (1006) after the status. The status may come in several messages,
    so it is known only at the end.
    """

    def __init__(self, subprotocol: str, *, tty: bool = False) -> None:
        if subprotocol not in PROTOCOLS:
            msg = f"unknown exec protocol {subprotocol!r}"
            raise ValueError(msg)
        self._v5 = subprotocol == V5
        self._tty = tty
        self._connected = False
        self._status = bytearray()
        self.has_status = False
        """Whether some of the status has come: output is over."""
        self._stdin_closed = False

    @property
    def can_close_stdin(self) -> bool:
        """Whether the end of the input can be said; v4 cannot (kubernetes/kubernetes#89899)."""
        return self._v5

    def receive(self, message: bytes | str) -> Event | None:
        """Takes one message of the server; None where it says nothing (unknown channels, empty output)."""
        if isinstance(message, str):
            message = message.encode()
        channel = message[0] if message else None
        if len(message) > 1:
            # First what there may be much of.
            if channel == STDOUT:
                return Output("stdout", memoryview(message)[1:])
            if channel == STDERR:
                return Output("stderr", memoryview(message)[1:])
            if channel == ERROR and len(self._status) < MAX_STATUS:
                self._status += memoryview(message)[1:]
                self.has_status = True
        if self._connected or channel not in (STDOUT, STDERR, ERROR):
            return None
        self._connected = True
        return CONNECTED

    def receive_close(self) -> Closed:
        """Takes the end of the connection."""
        return Closed(parse_status(bytes(self._status)) if self._status else None)

    def stdin(self, data: bytes | memoryview) -> Iterator[bytes]:
        """The messages that carry `data` to the command's input.

        Raises:
            ValueError: The input was closed before.
        """
        if self._stdin_closed:
            msg = "the command's input is closed"
            raise ValueError(msg)
        view = memoryview(data)
        return (b"\x00" + view[start : start + MAX_STDIN_PAYLOAD] for start in range(0, len(view), MAX_STDIN_PAYLOAD))

    def close_stdin(self) -> bytes | None:
        """The message that ends the command's input; None on v4 and when it was said before."""
        if not self._v5 or self._stdin_closed:
            return None
        self._stdin_closed = True
        return bytes((CLOSE, STDIN))

    def resize(self, columns: int, rows: int) -> bytes | None:
        """The message that sets the terminal's size.

        None without a terminal: there the server's receive loop stops for good at the second one.
        """
        if not self._tty:
            return None
        return bytes((RESIZE,)) + json.dumps({"Width": columns, "Height": rows}, separators=(",", ":")).encode()
