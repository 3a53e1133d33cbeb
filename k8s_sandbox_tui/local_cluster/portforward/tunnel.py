"""SPDY/3.1, how kubectl forwards ports: many connections over one socket, from 1.31 on inside a WebSocket.

For each connection the client opens two streams with the same `requestid`: one for errors, which it ends at once, and
one for the data. Source: `portforward` of client-go and of the kubelet.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.local_cluster.portforward.connection import DialError, PodConnection
from k8s_sandbox_tui.local_cluster.portforward.inbox import Inbox
from k8s_sandbox_tui.spdy import frames as spdy
from k8s_sandbox_tui.spdy.error import SpdyError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Dial = Callable[[int], Awaitable[PodConnection]]

# Statuses of RST_STREAM.
_CANCELLED = 5


class Wire(Protocol):
    """What carries the bytes of SPDY."""

    async def read(self) -> bytes:
        """What comes next; nothing once the client is gone."""
        ...

    async def send(self, data: bytes) -> None:
        """Sends whole frames; ConnectionResetError once the client is gone."""
        ...

    async def end(self, *, sane: bool) -> None:
        """Closes; `sane` is False after what was no SPDY."""
        ...


class _Forward:
    """One forwarded connection: its streams, and what came for the Pod."""

    def __init__(self, port: int, error_stream: int) -> None:
        self.port = port
        self.error_stream = error_stream
        self.data_stream = 0
        self.inbox = Inbox()
        self.task: asyncio.Task[None] | None = None


class Tunnel:
    """Serves one client."""

    def __init__(self, wire: Wire, dial: Dial) -> None:
        self._wire = wire
        self._dial = dial
        self._reader = spdy.SpdyReader()
        self._writer = spdy.SpdyWriter()
        self._waiting: dict[str, _Forward] = {}
        self._forwards: dict[int, _Forward] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Returns when the client is gone, or has sent what is no SPDY."""
        sane = True
        try:
            while data := await self._wire.read():
                for frame in self._reader.feed(data):
                    await self._on_frame(frame)
        except SpdyError:
            sane = False
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(ConnectionResetError):
            await self._wire.end(sane=sane)

    async def _on_frame(self, frame: spdy.Frame) -> None:
        match frame:
            case spdy.Opened():
                await self._on_opened(frame)
            case spdy.Data():
                await self._on_data(frame)
            case spdy.Reset(stream=stream):
                self._abandon(stream)
            case spdy.Ping(ident=ident):
                # Even numbers are ours, and we ask nothing.
                if ident % 2:
                    await self._send(spdy.ping(ident))
            case spdy.GoAway() | spdy.Accepted():
                return

    async def _on_data(self, frame: spdy.Data) -> None:
        forward = self._forwards.get(frame.stream)
        if forward is None:
            return
        for message in ([frame.data] if frame.data else []) + ([b""] if frame.ended else []):
            if not await forward.inbox.put(message):
                self._abandon(frame.stream)
                await self._send(spdy.reset(frame.stream, _CANCELLED))
                return

    def _abandon(self, stream: int) -> None:
        forward = self._forwards.pop(stream, None)
        if forward is not None and forward.task is not None:
            forward.task.cancel()

    async def _on_opened(self, opened: spdy.Opened) -> None:
        kind, request = opened.headers.get("streamtype", ""), opened.headers.get("requestid", "")
        port = opened.headers.get("port", "")
        forward = self._waiting.pop(request, None) if kind == "data" else None
        if kind == "error" and _is_port(port) and request not in self._waiting:
            self._waiting[request] = _Forward(int(port), opened.stream)
            await self._send(self._writer.accept(opened.stream))
        elif forward is not None and port == str(forward.port):
            forward.data_stream = opened.stream
            self._forwards[opened.stream] = forward
            await self._send(self._writer.accept(opened.stream))
            if opened.ended:
                await forward.inbox.put(b"")
            task = forward.task = asyncio.create_task(self._run(forward), name=f"port-forward {port}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            await self._send(spdy.reset(opened.stream, spdy.REFUSED_STREAM))

    async def _run(self, forward: _Forward) -> None:
        failure = b""
        try:
            await self._connect(forward)
        except DialError as error:
            failure = str(error).encode()
        finally:
            self._forwards.pop(forward.data_stream, None)
            # In the background, as this task may have been cancelled by the client's reset.
            closing = asyncio.create_task(self._finish(forward, failure))
            self._tasks.add(closing)
            closing.add_done_callback(self._tasks.discard)

    async def _connect(self, forward: _Forward) -> None:
        connection = await self._dial(forward.port)
        sending = asyncio.create_task(forward.inbox.empty_into(connection))

        async def output(payload: bytes) -> None:
            await self._send(spdy.data(forward.data_stream, payload))

        try:
            await connection.receive(output)
        finally:
            sending.cancel()
            connection.close()

    async def _finish(self, forward: _Forward, failure: bytes) -> None:
        await self._send(spdy.data(forward.error_stream, failure, ended=True))
        await self._send(spdy.data(forward.data_stream, b"", ended=True))

    async def _send(self, frame: bytes) -> None:
        with suppress(ConnectionResetError):
            await self._wire.send(frame)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= 65535
