"""The work of a forward: takes connections, has each carried, looks after the sandbox, and ends all of it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.errors import SandboxError, SandboxGoneError
from k8s_sandbox_tui.provider.forward.channel import ChannelError
from k8s_sandbox_tui.provider.forward.local import LocalConnection, accept
from k8s_sandbox_tui.provider.forward.model import ForwardCounts, ForwardEvent, ForwardEventKind, ForwardState
from k8s_sandbox_tui.provider.forward.relay import ClientGoneError, Relay

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine, Sequence

    from k8s_sandbox_tui.provider.forward.channel import Channel, Way
    from k8s_sandbox_tui.provider.forward.patience import ForwardPatience
    from k8s_sandbox_tui.provider.forward.pod_watch import PodWatch

EVENTS_KEPT: Final = 1024
"""Events that wait to be taken; the oldest go first."""


class Forwarder:
    """One forward."""

    def __init__(self, watch: PodWatch, patience: ForwardPatience) -> None:
        """Does nothing yet."""
        self.counts = ForwardCounts()
        self.state = ForwardState.LISTENING
        self.reason = ""
        self.events: deque[ForwardEvent] = deque(maxlen=EVENTS_KEPT)
        self.news = asyncio.Event()
        self.ended = asyncio.Event()
        self._watch = watch
        self._patience = patience
        self._way: Way | None = None
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending: asyncio.Task[None] | None = None
        self._on_end: Callable[[], None] | None = None

    async def listen(self, listeners: Sequence[socket.socket], way: Way, on_end: Callable[[], None]) -> None:
        """Takes connections from now on, and looks after the sandbox.

        Args:
            listeners: Listening sockets.
            way: How connections get into the sandbox; it has started, and ends with the forward.
            on_end: Called when all has ended.
        """
        self._way = way
        self._on_end = on_end
        self._servers = [await accept(listener, lambda local: self._take(local, way)) for listener in listeners]
        self._spawn(self._look_after())

    def tell(self, event: ForwardEvent) -> None:
        """Puts an event before who iterates."""
        self.events.append(event)
        self.news.set()

    async def end(self, state: ForwardState, reason: str) -> None:
        """Ends it, once, and returns when it has ended; who is cancelled meanwhile goes on, and so does the end."""
        await asyncio.shield(self.begin_end(state, reason))

    def begin_end(self, state: ForwardState, reason: str) -> asyncio.Task[None]:
        """Ends it, once, in a task of its own."""
        if self._ending is None:
            self.state, self.reason = state, reason
            for server in self._servers:
                server.close()
            self._ending = asyncio.create_task(self._finish())
        return self._ending

    def _take(self, local: LocalConnection, way: Way) -> None:
        if self.state is not ForwardState.LISTENING:
            local.reset()
            return
        self.counts.total += 1
        self._spawn(self._serve(local, way, self.counts.total))

    def _spawn(self, work: Coroutine[object, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_after(self) -> None:
        self.begin_end(ForwardState.GONE, await self._watch.until_gone())

    async def _serve(self, local: LocalConnection, way: Way, number: int) -> None:
        """One connection from beginning to end."""
        served = _Served(self.counts)
        self.counts.live += 1
        kind, message, peer = ForwardEventKind.FAILED, "", local.peer
        try:
            message = await self._carry(local, way, served, number)
            kind = ForwardEventKind.CLOSED
        except ChannelError as error:
            message = self.counts.last_error = error.message
            if not error.refused:
                await self._look_again()
        except SandboxError as error:
            message = self.counts.last_error = error.message
            if isinstance(error, SandboxGoneError):
                self.begin_end(ForwardState.GONE, error.message)
        finally:
            # Does nothing where it was closed in order.
            local.reset()
            self.counts.live -= 1
            self.counts.failed += kind is ForwardEventKind.FAILED
            self.tell(
                ForwardEvent(
                    kind=kind,
                    connection=number,
                    peer=peer,
                    bytes_sent=served.sent,
                    bytes_received=served.received,
                    message=message,
                )
            )

    async def _carry(self, local: LocalConnection, way: Way, served: _Served, number: int) -> str:
        """Carries a connection; returns what there is to say of its end."""
        channel = await self._open(way)
        try:
            self.tell(ForwardEvent(kind=ForwardEventKind.OPENED, connection=number, peer=local.peer))
            relay = Relay(local, channel, self._patience, sent=served.add_sent, received=served.add_received)
            await relay.run()
            await local.flush()
        except ClientGoneError as gone:
            return gone.message
        finally:
            await channel.aclose()
        return ""

    async def _open(self, way: Way) -> Channel:
        try:
            async with asyncio.timeout(self._patience.connect):
                return await way.open()
        except TimeoutError:
            raise ChannelError(f"There was no way into the sandbox within {self._patience.connect:g} s.") from None

    async def _look_again(self) -> None:
        """A connection broke: the sandbox may have gone, which a look tells sooner than a poll."""
        try:
            await self._watch.confirm()
        except SandboxGoneError as error:
            self.begin_end(ForwardState.GONE, error.message)
        except SandboxError:
            return

    async def _finish(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        try:
            if self._way is not None:
                await self._way.aclose()
            if tasks:
                await asyncio.wait(tasks)
        finally:
            self.tell(ForwardEvent(kind=ForwardEventKind.ENDED, message=self.reason))
            self.ended.set()
            if self._on_end is not None:
                self._on_end()


class _Served:
    """The bytes of one connection, which count for the whole forward too."""

    def __init__(self, counts: ForwardCounts) -> None:
        self.sent = 0
        self.received = 0
        self._counts = counts

    def add_sent(self, count: int) -> None:
        self.sent += count
        self._counts.sent += count

    def add_received(self, count: int) -> None:
        self.received += count
        self._counts.received += count
