"""A connection by `nc` in the sandbox: an exec for each, where there is neither Python nor Node.js."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.exec.kill import start_kill
from k8s_sandbox_tui.provider.exec.patience import PATIENCE as EXEC_PATIENCE
from k8s_sandbox_tui.provider.exec.protocol import Closed
from k8s_sandbox_tui.provider.exec.status import StatusKind
from k8s_sandbox_tui.provider.forward.refusal import failure, lost

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.exec.driver import ExecStream
    from k8s_sandbox_tui.provider.exec.shell import ExecPlan
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget

_STDERR_KEPT: Final = 2048


class NetcatChannel:
    """One `nc`."""

    tells_end = True
    outlives_server = False

    def __init__(
        self,
        connection: ExecConnection,
        target: ExecTarget,
        plan: ExecPlan,
        stream: ExecStream,
        *,
        port: int,
    ) -> None:
        """Takes an open exec over; `begin` was called.

        Args:
            connection: To the cluster.
            target: The sandbox.
            plan: What runs.
            stream: The exec.
            port: The port.
        """
        self._connection = connection
        self._target = target
        self._plan = plan
        self._stream = stream
        self._port = port
        self._stderr = bytearray()
        self._ended = False
        self._sent_end = False

    async def send(self, data: bytes) -> None:
        """Sends."""
        if not self._sent_end:
            await self._stream.send(data)

    async def send_end(self) -> None:
        """Ends this half."""
        if not self._sent_end:
            self._sent_end = True
            await self._stream.end_input()

    async def receive(self) -> bytes:
        """The next bytes; empty at the end.

        Raises:
            ChannelError: Nothing listens there, or the connection broke.
        """
        while not isinstance(event := await self._stream.read(), Closed):
            if event.stream == "stdout":
                return bytes(event.data)
            self._stderr = (self._stderr + event.data)[-_STDERR_KEPT:]
        self._ended = True
        if event.status is None:
            raise lost(self._port, self._target.sandbox_id)
        if event.status.kind is not StatusKind.EXITED or event.status.exit_code != 0:
            said = bytes(self._stderr) or event.status.message.encode()
            raise failure(said, port=self._port, sandbox_id=self._target.sandbox_id)
        return b""

    async def aclose(self) -> None:
        """Ends `nc`, which may hold its connection open else."""
        if not self._ended:
            start_kill(self._connection, self._target, self._plan, EXEC_PATIENCE)
        await self._stream.aclose()
