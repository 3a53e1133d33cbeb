"""A runtime without processes: a test says when a Pod ends and how."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime.types import Ending, PodGoneError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.runtime.types import ExecProcess, PodProcessSpec


class FakeProcess:
    """One run of a container."""

    def __init__(self, spec: PodProcessSpec) -> None:
        self.spec = spec
        self.stops: list[float] = []
        self.obstinate = False
        self.discarded = False
        self.why = Ending()
        self._stopped = asyncio.Event()
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def root_pid(self) -> int | None:
        return None

    @property
    def ending(self) -> Ending:
        return self.why

    @property
    def log_path(self) -> Path:
        return self.spec.state_dir / self.spec.log_name

    def discard_log(self) -> None:
        self.discarded = True

    async def log_grown(self) -> None:
        await self.wait()

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    def end(self, code: int) -> None:
        """The main process ends."""
        if not self._ended.done():
            self._ended.set_result(code)

    async def exec(self, argv: Sequence[str], *, stdin: bool, stdout: bool, stderr: bool, tty: bool) -> ExecProcess:
        raise PodGoneError

    def attach(self, *, stdin: bool, stdout: bool, stderr: bool) -> ExecProcess:
        raise PodGoneError

    async def open_socket(self, family: socket.AddressFamily) -> socket.socket:
        return socket.socket(family, socket.SOCK_STREAM)

    async def stop(self, grace_seconds: float) -> None:
        self.stops.append(grace_seconds)
        self._stopped.set()
        self._stopped = asyncio.Event()
        if not self.obstinate:
            self.end(137)

    async def stopped(self, times: int) -> None:
        """Returns once the process was told so often to end."""
        while len(self.stops) < times:
            await self._stopped.wait()


class FakeRuntime:
    """Starts nothing; what it was asked for can be looked at."""

    isolation = "none"
    limits = "none"
    network = "host"
    warning = ""

    def __init__(self) -> None:
        self.processes: list[FakeProcess] = []
        self.removed: asyncio.Queue[Path] = asyncio.Queue()
        self.executables = {"node", "python3"}
        self.failure: Exception | None = None
        self.may_start = asyncio.Event()
        self.may_start.set()
        self._started = asyncio.Event()

    async def start(self, pod: PodProcessSpec) -> FakeProcess:
        await self.may_start.wait()
        if self.failure is not None:
            raise self.failure
        process = FakeProcess(pod)
        self.processes.append(process)
        self._started.set()
        self._started = asyncio.Event()
        return process

    async def started(self, count: int) -> FakeProcess:
        """The `count`-th process, as soon as it was started."""
        while len(self.processes) < count:
            await self._started.wait()
        return self.processes[count - 1]

    def has_executable(self, name: str) -> bool:
        return name in self.executables

    async def remove(self, state_dir: Path) -> None:
        self.removed.put_nowait(state_dir)

    async def close(self) -> None:
        for process in self.processes:
            process.end(137)
