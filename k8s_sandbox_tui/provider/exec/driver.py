"""One exec over one connection: reads and writes at once, keeps it alive, and notices when it is dead."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import time
from typing import TYPE_CHECKING, Final, Self

from k8s_sandbox_tui.provider.connection.retry import retry_delay
from k8s_sandbox_tui.provider.errors import ApiError, ForbiddenError, NotFoundError, SandboxGoneError, TransportError
from k8s_sandbox_tui.provider.exec.liveness import CREATE_HINT, no_container, node_unreachable, why_gone
from k8s_sandbox_tui.provider.exec.protocol import Closed, Output
from k8s_sandbox_tui.provider.exec.status import StatusKind, kind_of
from k8s_sandbox_tui.provider.exec.stdin import StdinFraming
from k8s_sandbox_tui.provider.exec.upgrade import by_either
from k8s_sandbox_tui.provider.exec.websocket_link import WebSocketLink

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from k8s_sandbox_tui.provider.exec.link import ExecLink
    from k8s_sandbox_tui.provider.exec.patience import Patience
    from k8s_sandbox_tui.provider.exec.shell import ExecPlan
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget

_CLOSE_SECONDS: Final = 0.5
_NO_HOST: Final = "does not have a host assigned"
"""The API server's words for a Pod that has no node yet."""


class ExecStream:
    """An open exec. One task reads; any may write.

    A missing pong says that the connection is dead only while it is read, and while no input is under way: a server
    whose command does not read its input reads no ping either.
    """

    def __init__(
        self,
        link: ExecLink,
        connection: ExecConnection,
        target: ExecTarget,
        plan: ExecPlan,
        patience: Patience,
    ) -> None:
        self._link = link
        self._receive = link.receive
        self._connection = connection
        self._target = target
        self._patience = patience
        self._framing = StdinFraming(plan, can_close_stdin=link.can_close_stdin)
        self._write_lock = asyncio.Lock()
        self._heard = 0
        self._outputs = 0
        self._reading = False
        self._input_under_way = False
        self._gone = ""
        self._close_by: float | None = None
        self._watch: asyncio.Task[None] | None = None
        self._interrupting: asyncio.Task[None] | None = None
        self._watch_timer = asyncio.get_running_loop().call_later(patience.ping, self._start_watch)

    @classmethod
    async def open(cls, connection: ExecConnection, target: ExecTarget, plan: ExecPlan, patience: Patience) -> Self:
        """Opens the exec and sets the terminal's size; nothing else is sent.

        Raises:
            SandboxGoneError: The Pod or its container is not there any more.
            CommandError: It does not run yet, or the API server does not reach its node.
            ApiError: The API server refused.
            TransportError: No answer, or none of the protocols that carry an exit code.
        """
        stream = cls(await _open(connection, target, plan, patience), connection, target, plan, patience)
        if plan.size is not None:
            await stream.resize(*plan.size)
        return stream

    @property
    def gone(self) -> str:
        """Why the sandbox is gone, where the stream has noticed that; else empty."""
        return self._gone

    async def read(self) -> Output | Closed:
        """The next output, or the end. After the end, the same again."""
        link = self._link
        self._reading = True
        try:
            while True:
                event = await self._receive(self._time_to_close() if link.has_status else None)
                self._heard += 1
                if isinstance(event, Output):
                    self._outputs += 1
                    return event
                if isinstance(event, Closed):
                    return event
        except TimeoutError:
            return link.closed()
        finally:
            self._reading = False

    async def begin(self) -> None:
        """Sends what the command's shell reads first."""
        await self._write(self._framing.start())

    async def send(self, data: bytes) -> None:
        """Sends input; waits while the command does not take it. After the command's end it goes nowhere."""
        await self._write(self._framing.data(data))

    async def end_input(self) -> None:
        """Ends the input, where the protocol or the command's shell can do so."""
        await self._write(self._framing.end())
        async with self._write_lock:
            message = self._link.close_stdin()
            if message is not None:
                await self._link.send(message)

    async def resize(self, columns: int, rows: int) -> None:
        """Sets the terminal's size; does nothing without one."""
        message = self._link.resize(columns, rows)
        if message is not None:
            await self._link.send(message)

    def interrupt(self) -> None:
        """Ends the connection from outside of the reader, who then reads its end."""
        self._interrupting = asyncio.create_task(self.aclose())

    async def aclose(self) -> None:
        """Closes the connection; the command itself is not ended by that. Takes half a second at most."""
        self._watch_timer.cancel()
        if self._watch is not None:
            self._watch.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._link.close()
        if self._link.socket is not None:
            # TLS waits for the server's answer to its end, which a dead server never gives.
            with contextlib.suppress(OSError):
                self._link.socket.shutdown(socket.SHUT_RDWR)

    def _time_to_close(self) -> float:
        """Seconds that the server still has to close the connection after the status."""
        now = time.monotonic()
        if self._close_by is None:
            self._close_by = now + self._patience.close
        return max(self._close_by - now, 0.001)

    async def _write(self, parts: Iterable[bytes]) -> None:
        async with self._write_lock:
            await self._link.send_all(self._input_messages(parts))

    def _input_messages(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        for part in parts:
            for message in self._link.stdin(part):
                self._input_under_way = True
                yield message

    def _start_watch(self) -> None:
        self._watch = asyncio.create_task(self._keep_watch())

    async def _keep_watch(self) -> None:
        patience = self._patience
        heard, outputs, quiet_since = 0, 0, time.monotonic() - patience.ping
        while True:
            if self._outputs != outputs:
                outputs, quiet_since = self._outputs, time.monotonic()
            if self._heard == heard and self._reading and not await self._answers():
                break
            if time.monotonic() - quiet_since >= patience.look:
                quiet_since = time.monotonic()
                gone = await why_gone(self._connection, self._target)
                if gone:
                    await asyncio.sleep(patience.gone)
                    self._gone = gone
                    break
            heard = self._heard
            await asyncio.sleep(patience.ping)
        await self._link.close()

    async def _answers(self) -> bool:
        """Whether the server answers a ping, or need not."""
        heard = self._heard
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience.pong):
                await self._link.ping()
                await asyncio.sleep(self._patience.pong)
        if self._heard != heard:
            self._input_under_way = False
            return True
        return self._input_under_way or not self._reading


async def _open(connection: ExecConnection, target: ExecTarget, plan: ExecPlan, patience: Patience) -> ExecLink:
    """Opens the connection; again only where the server has surely not begun the command."""

    async def by_websocket() -> ExecLink:
        return await WebSocketLink.open(connection, target, plan, patience.open)

    async def by_spdy() -> ExecLink:
        # Most who run commands never need it.
        from k8s_sandbox_tui.provider.exec.spdy_link import SpdyLink

        return await SpdyLink.open(connection, target, plan, patience.open)

    attempt = 0
    while True:
        attempt += 1
        try:
            return await by_either(connection, f"{target.namespace} pods/exec", by_websocket, by_spdy)
        except (ApiError, TransportError) as error:
            if isinstance(error, ApiError):
                await _explain(error, connection, target)
            delay = retry_delay(error, method="POST", attempt=attempt, jitter=random.random())  # noqa: S311
            if delay is None:
                raise
        await asyncio.sleep(delay)


async def _explain(error: ApiError, connection: ExecConnection, target: ExecTarget) -> None:
    """Raises what a refusal means, where that is known."""
    if isinstance(error, NotFoundError) and error.reason:
        raise SandboxGoneError(f"Sandbox {target.sandbox_id} was deleted.", hint=CREATE_HINT) from error
    if isinstance(error, ForbiddenError):
        return
    kind, _ = kind_of(error.message)
    if kind is StatusKind.CONTAINER_GONE or _NO_HOST in error.message:
        raise await no_container(connection, target) from error
    if kind is StatusKind.NODE_UNREACHABLE:
        raise node_unreachable(target, error.message) from error
