"""An API server that refuses WebSockets, and whose execs over SPDY go as a test says, frame by frame."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.raw_connection import RawConnection, upgraded
from k8s_sandbox_tui.spdy import frames as spdy
from tests.unit.exec.exec_server import SUCCESS, TARGET
from tests.unit.provider.api_server import ApiServer, answer
from tests.unit.provider.connecting import connected

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from aiohttp import web

    from k8s_sandbox_tui.provider.connection.connection import Connection
    from tests.unit.provider.api_server import Answer

    Script = Callable[["SpdyExec"], Awaitable[None]]

EXEC = f"{TARGET.pod_path}/exec"
V4 = "v4.channel.k8s.io"
POD = {"metadata": {"uid": TARGET.uid}, "status": {"phase": "Running"}}


def forbidden(verb: str) -> Answer:
    """A real API server's answer to who lacks the verb on pods/exec."""
    message = (
        f'pods "sbx" is forbidden: User "ann" cannot {verb} resource "pods/exec" in API group "" '
        'in the namespace "default"'
    )
    return answer({"kind": "Status", "message": message, "reason": "Forbidden", "code": 403}, 403)


class SpdyExec:
    """One exec, from the server's side."""

    def __init__(self, raw: RawConnection, request: web.Request) -> None:
        self.raw = raw
        self.request = request
        self.streams: dict[str, int] = {}
        self.frames: list[spdy.Frame] = []
        self._writer = spdy.SpdyWriter()
        self._reader = spdy.SpdyReader()

    async def next(self) -> bool:
        """Takes what the client sends next; False when it has left."""
        data = await self.raw.read()
        for frame in self._reader.feed(data):
            self.frames.append(frame)
            if isinstance(frame, spdy.Opened):
                self.streams[frame.headers["streamtype"]] = frame.stream
            elif isinstance(frame, spdy.Ping) and frame.ident % 2:
                self.raw.write(spdy.ping(frame.ident))
        return bool(data)

    async def opened(self, count: int = 3) -> None:
        """Waits until the client has opened so many streams."""
        while len(self.streams) < count:
            assert await self.next()

    async def begin(self, count: int = 3) -> None:
        """The same, and accepts them."""
        await self.opened(count)
        self.raw.write(b"".join(self._writer.accept(stream) for stream in self.streams.values()))

    def send(self, name: str, data: bytes, *, ended: bool = False) -> None:
        """Sends on a stream."""
        self.raw.write(spdy.data(self.streams[name], data, ended=ended))

    def reset(self, *names: str) -> None:
        """Resets streams."""
        for name in names:
            self.raw.write(spdy.reset(self.streams[name], 5))

    def finish(self, status: bytes = SUCCESS) -> None:
        """Ends as the kubelet does: the status, and a reset for each stream."""
        self.send("error", status)
        self.reset(*self.streams)
        self.raw.write(spdy.go_away(9))

    async def until_left(self) -> None:
        """Reads until the client has left."""
        while await self.next():
            pass

    def received(self, name: str) -> bytes:
        """What the client has sent on a stream."""
        stream = self.streams[name]
        return b"".join(f.data for f in self.frames if isinstance(f, spdy.Data) and f.stream == stream)

    def has_ended(self, name: str) -> bool:
        """Whether the client has ended a stream."""
        return any(isinstance(f, spdy.Data) and f.stream == self.streams[name] and f.ended for f in self.frames)


def by_spdy(script: Script, protocol: str = V4) -> Answer:
    """Agrees to SPDY and goes on as the script says; closes the connection after it."""

    async def respond(request: web.Request) -> web.StreamResponse:
        headers = {"Upgrade": "SPDY/3.1"} | ({"X-Stream-Protocol-Version": protocol} if protocol else {})
        response = upgraded(headers)
        raw = await RawConnection.take(request, response)
        try:
            await script(SpdyExec(raw, request))
        except ConnectionResetError:
            pass
        finally:
            raw.drop()
        return response

    return respond


@asynccontextmanager
async def spdy_server(*scripts: Script) -> AsyncGenerator[tuple[ApiServer, Connection]]:
    """The server, and a connection to it: each script for an exec, the last for all that follow."""
    async with ApiServer() as server:
        server.on("GET", EXEC, forbidden("get"))
        server.on("POST", EXEC, *map(by_spdy, scripts))
        server.on("GET", TARGET.pod_path, answer(POD))
        async with connected(server.kubeconfig()) as connection, asyncio.timeout(60):
            yield server, connection
