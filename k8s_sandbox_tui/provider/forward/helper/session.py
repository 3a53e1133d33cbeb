"""The program in the sandbox while it runs, and the connections that it makes."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.exec.protocol import Closed
from k8s_sandbox_tui.provider.forward.channel import ChannelError
from k8s_sandbox_tui.provider.forward.helper.mux import (
    GREETING,
    PIECE,
    WINDOW,
    Frame,
    Kind,
    MuxError,
    MuxReader,
    encode,
)
from k8s_sandbox_tui.provider.forward.helper.mux import credit as credit_frame
from k8s_sandbox_tui.provider.forward.refusal import failure, lost

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.exec.driver import ExecStream
    from k8s_sandbox_tui.provider.forward.patience import ForwardPatience

_STDERR_KEPT: Final = 2048
_CREDIT_AT: Final = WINDOW // 4


class HelperSession:
    """One exec of the program. `begin` before anything else."""

    def __init__(self, stream: ExecStream, *, port: int, sandbox_id: str, patience: ForwardPatience) -> None:
        self.port = port
        self.sandbox_id = sandbox_id
        self._stream = stream
        self._patience = patience
        self._channels: dict[int, MuxChannel] = {}
        self._last = 0
        self._greeted = asyncio.get_running_loop().create_future()
        self._stderr = bytearray()
        self._closing = False
        self._reading: asyncio.Task[None] | None = None
        self._pinging: asyncio.Task[None] | None = None

    @property
    def runs(self) -> bool:
        """Whether connections can be made."""
        return self._reading is not None and not self._reading.done()

    @property
    def complaint(self) -> str:
        """The end of what the program wrote on stderr, on one line."""
        return " ".join(self._stderr.decode("utf-8", "replace").split())[-200:]

    async def begin(self) -> bool:
        """Starts the program; False where it does not come up."""
        self._reading = asyncio.create_task(self._read())
        begun = asyncio.create_task(self._stream.begin())
        try:
            async with asyncio.timeout(self._patience.hello):
                await asyncio.wait({self._greeted, self._reading}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            return False
        finally:
            begun.cancel()
        if not self._greeted.done() or not self.runs:
            return False
        self._pinging = asyncio.create_task(self._ping())
        return True

    async def connect(self) -> MuxChannel:
        """Makes a connection.

        Raises:
            ChannelError: Nothing listens there, or the program has ended.
        """
        self._last += 1
        channel = self._channels[self._last] = MuxChannel(self, self._last)
        try:
            await self.send(encode(Kind.OPEN, channel.ident))
            async with asyncio.timeout(self._patience.connect):
                await channel.connected()
        except TimeoutError:
            await channel.aclose()
            raise ChannelError(f"Port {self.port} in {self.sandbox_id} does not answer.") from None
        except BaseException:
            await channel.aclose()
            raise
        return channel

    async def send(self, frame: bytes) -> None:
        """Sends a frame to the program, where that has not been ended."""
        if not self._closing:
            await self._stream.send(frame)

    def forget(self, ident: int) -> bool:
        """Leaves a connection; True where the program still has it."""
        return self._channels.pop(ident, None) is not None and self.runs

    async def aclose(self) -> None:
        """Ends the program, whose input ends, and all its connections."""
        self._closing = True
        tasks = [task for task in (self._pinging, self._reading) if task is not None]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience.close):
                await self._stream.end_input()
                if self._reading is not None:
                    await asyncio.wait({self._reading})
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._stream.aclose()

    async def _read(self) -> None:
        reader = MuxReader()
        try:
            while not isinstance(event := await self._stream.read(), Closed):
                if event.stream == "stderr":
                    self._stderr = (self._stderr + event.data)[-_STDERR_KEPT:]
                    continue
                for frame in reader.feed(event.data):
                    self._take(frame)
        except MuxError as error:
            self._stderr += str(error).encode()
        finally:
            channels, self._channels = self._channels, {}
            for channel in channels.values():
                channel.fail(lost(self.port, self.sandbox_id))

    def _take(self, frame: Frame) -> None:
        if frame.kind is Kind.HELLO and not self._greeted.done():
            if frame.data != GREETING:
                raise MuxError("the program in the sandbox is another one")
            self._greeted.set_result(None)
        channel = self._channels.get(frame.connection)
        if channel is None:
            return
        channel.take(frame)
        if frame.kind is Kind.RESET:
            del self._channels[frame.connection]

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(self._patience.ping)
            await self.send(encode(Kind.PING))


class MuxChannel:
    """A connection that the program in the sandbox has made."""

    tells_end = True
    outlives_server = True

    def __init__(self, session: HelperSession, ident: int) -> None:
        self.ident = ident
        self._session = session
        self._inbox: deque[bytes] = deque()
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._credit = WINDOW
        self._owed = 0
        self._connected = False
        self._ended = False
        self._sent_end = False
        self._error: ChannelError | None = None

    async def connected(self) -> None:
        """Returns when the program has connected.

        Raises:
            ChannelError: It could not.
        """
        while not self._connected:
            await self._news()

    def take(self, frame: Frame) -> None:
        """Takes a frame from the program."""
        match frame.kind:
            case Kind.OPEN:
                self._connected = True
            case Kind.DATA:
                self._inbox.append(frame.data)
            case Kind.END:
                self._ended = True
            case Kind.CREDIT:
                self._credit += frame.credit
                self._room.set()
            case Kind.RESET:
                said = frame.data.decode("utf-8", "replace") or "connection reset"
                self.fail(failure(said.encode(), port=self._session.port, sandbox_id=self._session.sandbox_id))
            case Kind.HELLO | Kind.PING:
                return
        self._changed.set()

    def fail(self, error: ChannelError) -> None:
        """Ends it for a reason; what has come is received first."""
        self._error = self._error or error
        self._changed.set()
        self._room.set()

    async def send(self, data: bytes) -> None:
        """Sends, as far as there is credit."""
        view = memoryview(data)
        while view and self._error is None:
            if self._credit <= 0:
                self._room.clear()
                await self._room.wait()
                continue
            size = min(len(view), PIECE, self._credit)
            self._credit -= size
            await self._session.send(encode(Kind.DATA, self.ident, view[:size]))
            view = view[size:]

    async def send_end(self) -> None:
        """Ends this half."""
        if not self._sent_end and self._error is None:
            self._sent_end = True
            await self._session.send(encode(Kind.END, self.ident))

    async def receive(self) -> bytes:
        """The next bytes; empty at the end.

        Raises:
            ChannelError: The connection broke.
        """
        while not self._inbox:
            if self._ended:
                return b""
            await self._news()
        data = self._inbox.popleft()
        self._owed += len(data)
        if self._owed >= _CREDIT_AT:
            owed, self._owed = self._owed, 0
            await self._session.send(credit_frame(self.ident, owed))
        return data

    async def aclose(self) -> None:
        """Gives it up where it has not ended."""
        if self._session.forget(self.ident) and not (self._ended and self._sent_end):
            await self._session.send(encode(Kind.RESET, self.ident))

    async def _news(self) -> None:
        if self._error is not None:
            raise self._error
        self._changed.clear()
        await self._changed.wait()
