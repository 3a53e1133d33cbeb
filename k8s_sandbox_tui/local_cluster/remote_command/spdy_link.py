"""A command's streams over SPDY, a stream for each, as kubectl before 1.30 has them, and later ones in need.

Source: `remotecommand` of the kubelet (`httpstream.go`) and of client-go.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.raw_connection import RawConnection, upgraded
from k8s_sandbox_tui.local_cluster.remote_command.link import Message
from k8s_sandbox_tui.local_cluster.remote_command.protocol import MAX_PAYLOAD_BYTES, Channel, Protocol
from k8s_sandbox_tui.local_cluster.upgrade import SPDY, STREAM_PROTOCOL
from k8s_sandbox_tui.spdy import frames as spdy
from k8s_sandbox_tui.spdy.error import SpdyError

if TYPE_CHECKING:
    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.remote_command.protocol import CommandQuery

_TYPES = {
    "stdin": Channel.STDIN,
    "stdout": Channel.STDOUT,
    "stderr": Channel.STDERR,
    "error": Channel.STATUS,
    "resize": Channel.RESIZE,
}
_RESIZING = {Protocol.V4, Protocol.V3}
# Seconds, as the kubelet waits for a client to open its streams.
_PATIENCE = 30.0
_MAX_SIZE_BYTES = 256


def new_response(protocol: Protocol) -> web.StreamResponse:
    """The answer to a request that is to become one of these; the handler has to return it."""
    return upgraded({"Upgrade": SPDY} | ({STREAM_PROTOCOL: protocol.value} if protocol.value else {}))


def wanted_channels(protocol: Protocol, query: CommandQuery) -> set[Channel]:
    """For which channels a client opens streams."""
    asked = {Channel.STDIN: query.stdin, Channel.STDOUT: query.stdout, Channel.STDERR: query.stderr}
    asked[Channel.RESIZE] = query.tty and protocol in _RESIZING
    return {Channel.STATUS, *(channel for channel, wanted in asked.items() if wanted)}


class SpdyLink:
    """A `Link`."""

    def __init__(self, connection: RawConnection, channels: set[Channel]) -> None:
        self._connection = connection
        self._reader = spdy.SpdyReader()
        self._writer = spdy.SpdyWriter()
        self._wanted = channels
        self._streams: dict[Channel, int] = {}
        self._channels: dict[int, Channel] = {}
        self._last_stream = 0
        self._messages: deque[Message] = deque()
        self._size = b""
        self._broken = False

    @classmethod
    async def open(cls, request: web.Request, response: web.StreamResponse, channels: set[Channel]) -> SpdyLink:
        """Answers 101 and waits until the client has opened a stream for each channel.

        Raises:
            ConnectionResetError: The client is gone, or does not open them.
        """
        link = cls(await RawConnection.take(request, response), channels)
        try:
            async with asyncio.timeout(_PATIENCE):
                await link._until_opened()
        except (TimeoutError, ConnectionResetError):
            link.drop()
            raise ConnectionResetError from None
        return link

    async def _until_opened(self) -> None:
        while len(self._streams) < len(self._wanted):
            if not await self._read():
                raise ConnectionResetError

    def frame_header(self, channel: Channel) -> bytes:
        """A data frame's head."""
        return spdy.data_head(self._streams[channel], MAX_PAYLOAD_BYTES)

    def write(self, frames: bytes) -> None:
        """Sends whole frames, without waiting."""
        self._connection.write(frames)

    async def send(self, channel: Channel, payload: bytes) -> None:
        """Sends a data frame."""
        await self._connection.send(spdy.data(self._streams[channel], payload))

    async def receive(self) -> Message | None:
        """The next data of a stream that the client writes."""
        while not self._messages:
            if not await self._read():
                return None
        return self._messages.popleft()

    async def close(self) -> None:
        """Ends all streams, the one with the status last."""
        if self._broken:
            # There is no knowing what it would make of it.
            self.drop()
            return
        ours = (Channel.STDOUT, Channel.STDERR, Channel.STATUS)
        ends = [spdy.data(self._streams[channel], b"", ended=True) for channel in ours if channel in self._streams]
        await self._connection.close(b"".join(ends) + spdy.go_away(self._last_stream))

    def drop(self) -> None:
        """Closes the connection once all is sent."""
        self._connection.drop()

    async def _read(self) -> bool:
        """Takes what comes next; False when nothing does any more, or what is no SPDY."""
        data = await self._connection.read()
        try:
            for frame in self._reader.feed(data):
                self._on_frame(frame)
        except (SpdyError, ConnectionResetError):
            self._broken = True
            return False
        return bool(data)

    def _on_frame(self, frame: spdy.Frame) -> None:
        match frame:
            case spdy.Opened():
                self._on_opened(frame)
            case spdy.Data(stream=stream, data=data, ended=ended):
                self._on_data(self._channels.get(stream), data, ended=ended)
            case spdy.Reset(stream=stream):
                self._on_data(self._channels.get(stream), b"", ended=True)
            case spdy.Ping(ident=ident):
                # Even numbers are ours, and we ask nothing.
                if ident % 2:
                    self._connection.write(spdy.ping(ident))
            case _:
                return

    def _on_opened(self, opened: spdy.Opened) -> None:
        channel = _TYPES.get(opened.headers.get("streamtype", ""))
        if channel is None or channel not in self._wanted or channel in self._streams:
            self._connection.write(spdy.reset(opened.stream, spdy.REFUSED_STREAM))
            return
        self._last_stream = max(self._last_stream, opened.stream)
        self._streams[channel] = opened.stream
        self._channels[opened.stream] = channel
        self._connection.write(self._writer.accept(opened.stream))
        if opened.ended:
            self._on_data(channel, b"", ended=True)

    def _on_data(self, channel: Channel | None, data: bytes, *, ended: bool) -> None:
        if channel is Channel.STDIN:
            self._messages.append(Message(channel, data, ended=ended))
        elif channel is Channel.RESIZE:
            # One JSON object a line, however the stream is cut.
            *sizes, self._size = (self._size + data).split(b"\n")
            self._size = self._size[:_MAX_SIZE_BYTES]
            self._messages += [Message(channel, size) for size in sizes]
