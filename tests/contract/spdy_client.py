"""A bare client of pods/exec and pods/attach over SPDY, as kubectl before 1.30 is one."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from k8s_sandbox_tui.spdy import frames as spdy

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

V4 = "v4.channel.k8s.io"
PATIENCE = 60.0


class RefusedError(Exception):
    """The answer was another one than 101."""

    def __init__(self, status: int, headers: list[tuple[str, str]], body: str) -> None:
        super().__init__(status, headers, body)
        self.status = status
        self.headers = headers
        self.body = body


class SpdyClient:
    """One upgraded connection; streams are named as Kubernetes does."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, protocol: str | None) -> None:
        self.protocol = protocol
        self.writer = writer
        self.codec = spdy.SpdyWriter()
        self.frames: list[spdy.Frame] = []
        self._reader = reader
        self._decoder = spdy.SpdyReader()
        self._names: dict[int, str] = {}
        self._next = 1

    def open(self, *names: str) -> None:
        """Opens a stream of each type."""
        for name in names:
            self.writer.write(self.codec.open(self._next, {"streamtype": name}))
            self._names[self._next] = name
            self._next += 2

    def send(self, name: str, data: bytes, *, ended: bool = False) -> None:
        """Sends data on a stream."""
        stream = next(stream for stream, known in self._names.items() if known == name)
        self.writer.write(spdy.data(stream, data, ended=ended))

    async def next(self) -> list[spdy.Frame]:
        """The frames that come next; none once the server has closed."""
        # A read may end within a frame, which is no end of the connection.
        while data := await self._reader.read(65536):
            if got := list(self._decoder.feed(data)):
                self.frames += got
                return got
        return []

    async def until(self, name: str, what: bytes) -> None:
        """Reads until a stream has brought this."""
        async with asyncio.timeout(PATIENCE):
            while what not in self.data(name):
                assert await self.next(), self.frames

    async def finish(self) -> None:
        """Reads until all streams have ended, then leaves."""
        async with asyncio.timeout(PATIENCE):
            while not any(isinstance(frame, spdy.GoAway) for frame in self.frames):
                assert await self.next(), self.frames
        self.writer.close()

    def data(self, name: str) -> bytes:
        """All that came on a stream."""
        return b"".join(frame.data for frame in self._of(name))

    def ended(self, name: str) -> bool:
        """Whether a stream was ended by the server."""
        return any(frame.ended for frame in self._of(name))

    def _of(self, name: str) -> list[spdy.Data]:
        return [
            frame for frame in self.frames if isinstance(frame, spdy.Data) and self._names.get(frame.stream) == name
        ]


@asynccontextmanager
async def spdy_client(
    port: int, path: str, *, protocols: Sequence[str] = (V4,), command: Sequence[str] = (), **flags: bool
) -> AsyncGenerator[SpdyClient]:
    """Asks for an upgrade; stdout and stderr unless said otherwise.

    Raises:
        RefusedError: there is none.
    """
    asked = {"stdout": True, "stderr": True, **flags}
    query = urlencode(
        [*(("command", word) for word in command), *((name, str(on).lower()) for name, on in asked.items())]
    )
    offered = "".join(f"X-Stream-Protocol-Version: {name}\r\n" for name in protocols)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"POST {path}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n"
        writer.write(f"{head}Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n{offered}\r\n".encode())
        async with asyncio.timeout(PATIENCE):
            answer = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        status = int(answer[0].split()[1])
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in answer[1:-2])]
        known = dict(headers)
        if status != 101:
            body = await reader.readexactly(int(known.get("Content-Length", "0")))
            raise RefusedError(status, headers, body.decode())
        assert known["Upgrade"] == "SPDY/3.1"
        yield SpdyClient(reader, writer, known.get("X-Stream-Protocol-Version"))
    finally:
        writer.close()
