"""The remote command protocol over SPDY, as values: bytes in, events out, and back.

Other than over a WebSocket, each stream is one of SPDY's and ends as such, the input too. The rules are those of the
kubelet's and client-go's `remotecommand` packages. No flow control but TCP's: the SPDY of Kubernetes (moby/spdystream)
sends no window updates and heeds none. No socket here; `spdy_link.py` has it.
"""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.exec.protocol import CONNECTED, MAX_STATUS, MAX_STDIN_PAYLOAD, V4, V5, Closed, Output
from k8s_sandbox_tui.provider.exec.status import parse_status
from k8s_sandbox_tui.spdy import frames as spdy
from k8s_sandbox_tui.spdy.error import SpdyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.provider.exec.protocol import Event

SPDY_PROTOCOLS: Final = (V5, V4)
"""What is offered. Kubelets take v4; over SPDY, v5 says nothing more. Those before carry no exit code."""


class SpdyExecProtocol:
    """One command's exchange of frames.

    It goes: `opening` is sent, and what comes is fed until the server has accepted the streams (`opened`), and then on.
    """

    can_close_stdin = True

    def __init__(self, *, stdin: bool, tty: bool) -> None:
        """Says nothing yet.

        Args:
            stdin: Whether the request asked for the command's input; the streams have to be those asked for.
            tty: Whether it asked for a terminal.
        """
        names = ["error", *["stdin"] * stdin, "stdout", "resize" if tty else "stderr"]
        self._streams = {name: 2 * index + 1 for index, name in enumerate(names)}
        self._stdout, self._stderr = self._streams["stdout"], self._streams.get("stderr", 0)
        self._error, self._stdin = self._streams["error"], self._streams.get("stdin", 0)
        self._reader = spdy.SpdyReader()
        self._writer = spdy.SpdyWriter()
        self._pending = set(self._streams.values())
        self._told = {self._error, self._stdout, *((self._stderr,) if self._stderr else ())}
        self._events: deque[Event] = deque()
        self._answers = bytearray()
        self._status = bytearray()
        self._next_ping = 1
        self._stdin_closed = not self._stdin
        self._broken = False

    @property
    def opened(self) -> bool:
        """Whether the server has accepted all streams, upon which it begins the command."""
        return not self._pending

    @property
    def has_status(self) -> bool:
        """Whether some of the status has come: output is over."""
        return bool(self._status)

    @property
    def ended(self) -> bool:
        """Whether nothing more can come: all that the server writes has ended, or makes no sense any more."""
        return self._broken or not self._told

    def opening(self) -> bytes:
        """What opens the streams, the status's first, as kubectl does it."""
        return b"".join(self._writer.open(stream, {"streamtype": name}) for name, stream in self._streams.items())

    def feed(self, data: bytes) -> None:
        """Takes bytes of the server."""
        try:
            for frame in self._reader.feed(data):
                self._take(frame)
                if self._broken:
                    return
        except SpdyError:
            self._broken = True

    def next_event(self) -> Event | None:
        """The next of the events in what was fed."""
        return self._events.popleft() if self._events else None

    def answers(self) -> bytes:
        """What has to be sent in answer to what was fed."""
        answers, self._answers = bytes(self._answers), bytearray()
        return answers

    def closed(self) -> Closed:
        """The end, as it is known by now."""
        return Closed(parse_status(bytes(self._status)) if self._status else None)

    def stdin(self, data: bytes | memoryview) -> Iterator[bytes]:
        """The messages that carry `data` to the command's input; none where the server takes no more of it."""
        view = memoryview(b"" if self._stdin_closed else data)
        size = MAX_STDIN_PAYLOAD
        return (spdy.data(self._stdin, bytes(view[start : start + size])) for start in range(0, len(view), size))

    def close_stdin(self) -> bytes | None:
        """The message that ends the command's input; None when it has ended."""
        if self._stdin_closed:
            return None
        self._stdin_closed = True
        return spdy.data(self._stdin, b"", ended=True)

    def resize(self, columns: int, rows: int) -> bytes | None:
        """The message that sets the terminal's size; None without a terminal."""
        stream = self._streams.get("resize")
        if stream is None:
            return None
        size = json.dumps({"Width": columns, "Height": rows}, separators=(",", ":"))
        return spdy.data(stream, size.encode() + b"\n")

    def ping(self) -> bytes:
        """A question whether the server is there."""
        ident, self._next_ping = self._next_ping, self._next_ping + 2
        return spdy.ping(ident)

    def _take(self, frame: spdy.Frame) -> None:
        match frame:
            case spdy.Data(stream=stream, data=data, ended=ended):
                self._take_data(stream, data)
                self._end(stream, ended)
            case spdy.Accepted(stream=stream, ended=ended):
                self._pending.discard(stream)
                if not self._pending:
                    self._events.append(CONNECTED)
                self._end(stream, ended)
            case spdy.Reset(stream=stream):
                # At its end the kubelet resets what it has not ended. Before the status, something is missing.
                self._broken = self._broken or stream in self._pending or (stream in self._told and not self._status)
                self._end(stream)
            case _:
                self._take_control(frame)

    def _take_control(self, frame: spdy.Frame) -> None:
        match frame:
            # Odd numbers are ours, and come back.
            case spdy.Ping(ident=ident) if ident % 2 == 0:
                self._answers += spdy.ping(ident)
            case spdy.GoAway():
                # It opens no more; what is open goes on.
                self._broken = self._broken or bool(self._pending)
            case spdy.Opened(stream=stream):
                self._answers += spdy.reset(stream, spdy.REFUSED_STREAM)
            case _:
                return

    def _take_data(self, stream: int, data: bytes) -> None:
        if not data:
            return
        if stream == self._stdout:
            self._events.append(Output("stdout", memoryview(data)))
        elif stream == self._stderr:
            self._events.append(Output("stderr", memoryview(data)))
        elif stream == self._error and len(self._status) < MAX_STATUS:
            self._status += data

    def _end(self, stream: int, ended: bool = True) -> None:  # noqa: FBT001, FBT002 - the frame's own flag
        if not ended:
            return
        self._told.discard(stream)
        if stream == self._stdin:
            self._stdin_closed = True
        elif stream == self._error and not self._status:
            # No exit code will come any more, whatever else does.
            self._broken = True
