"""The program in the sandbox, for any Python from 3.7 on: its text is sent, so it imports nothing of ours.

Its argument is the port. The frames are those of `mux.py`. It ends with its input, or when it hears nothing for long.
"""

from __future__ import annotations

import asyncio
import os
import struct
import sys
import time

HEAD = struct.Struct(">BII")
COUNT = struct.Struct(">I")
HELLO, OPEN, DATA, END, RESET, CREDIT, PING = range(1, 8)
WINDOW, PIECE, SILENCE = 256 * 1024, 32 * 1024 - 9, 90.0


class Output:
    """Standard output; many tasks write frames to it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.draining = asyncio.Lock()

    async def send(self, kind: int, ident: int, data: bytes = b"") -> None:
        """Writes a frame; waits while they are not taken."""
        self.writer.write(HEAD.pack(kind, ident, len(data)) + data)
        # Before Python 3.12 only one task may wait for this at a time.
        async with self.draining:
            await self.writer.drain()


class Connection:
    """One connection to the port."""

    def __init__(self, ident: int, output: Output) -> None:
        self.ident, self.output = ident, output
        self.credit, self.more = WINDOW, asyncio.Event()
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue()

    async def run(self, port: int) -> None:
        """Connects, and passes bytes on until both halves have ended."""
        failure = ""
        for host in ("127.0.0.1", "::1"):
            try:
                reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 5)
                break
            except asyncio.TimeoutError:  # noqa: UP041 - another one before Python 3.11
                failure = failure or "no answer in time"
            except OSError as error:
                failure = failure or os.strerror(error.errno or 0)
        else:
            return await self.output.send(RESET, self.ident, failure.encode())
        await self.output.send(OPEN, self.ident)
        up = asyncio.ensure_future(self.pass_up(writer))
        try:
            await self.pass_down(reader)
            await self.output.send(END, self.ident)
            await up
            writer.close()
        except OSError as error:
            await self.output.send(RESET, self.ident, os.strerror(error.errno or 0).encode())
        finally:
            up.cancel()
            if not writer.is_closing():
                writer.transport.abort()

    async def pass_down(self, reader: asyncio.StreamReader) -> None:
        """From the server, as far as there is credit."""
        while True:
            while self.credit <= 0:
                self.more.clear()
                await self.more.wait()
            data = await reader.read(PIECE)
            if not data:
                return
            self.credit -= len(data)
            await self.output.send(DATA, self.ident, data)

    async def pass_up(self, writer: asyncio.StreamWriter) -> None:
        """To the server; what it has taken is given back as credit."""
        while True:
            data = await self.inbox.get()
            if not data:
                return writer.write_eof()
            writer.write(data)
            await writer.drain()
            await self.output.send(CREDIT, self.ident, COUNT.pack(len(data)))


class Program:
    """The program."""

    def __init__(self, port: int, output: Output) -> None:
        self.port, self.output = port, output
        self.connections: dict[int, Connection] = {}
        self.tasks: dict[int, asyncio.Future[None]] = {}
        self.heard = time.monotonic()

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Does what it is told, until its input ends."""
        self.listen_for_silence()
        await self.output.send(HELLO, 0, b"k8s-sandbox-tui forward 1")
        while True:
            kind, ident, length = HEAD.unpack(await reader.readexactly(HEAD.size))
            data = await reader.readexactly(length)
            self.heard = time.monotonic()
            if kind == PING:
                await self.output.send(PING, ident, data)
            elif kind == OPEN:
                self.connections[ident] = Connection(ident, self.output)
                self.tasks[ident] = asyncio.ensure_future(self.serve(self.connections[ident]))
            elif ident in self.connections:
                self.tell(self.connections[ident], kind, data)

    def tell(self, connection: Connection, kind: int, data: bytes) -> None:
        """Passes a frame to its connection."""
        if kind in (DATA, END):
            connection.inbox.put_nowait(data)
        elif kind == CREDIT:
            connection.credit += COUNT.unpack(data)[0]
            connection.more.set()
        elif kind == RESET:
            self.tasks[connection.ident].cancel()

    async def serve(self, connection: Connection) -> None:
        """One connection from beginning to end."""
        try:
            await connection.run(self.port)
        finally:
            del self.connections[connection.ident], self.tasks[connection.ident]

    def listen_for_silence(self) -> None:
        """Ends the program where nobody speaks to it any more."""
        if time.monotonic() - self.heard > SILENCE:
            os._exit(0)
        asyncio.get_event_loop().call_later(SILENCE / 9, self.listen_for_silence)


async def main(port: int) -> None:
    """Takes the pipes over."""
    loop = asyncio.get_event_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout.buffer)
    await Program(port, Output(asyncio.StreamWriter(transport, protocol, None, loop))).run(reader)


if __name__ == "__main__":
    try:
        asyncio.new_event_loop().run_until_complete(main(int(sys.argv[1])))
    except (asyncio.IncompleteReadError, OSError):
        os._exit(0)
