"""What tests do with Pods again and again."""

from __future__ import annotations

import asyncio
import itertools
import os
import select
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.local_cluster.runtime.create import LocalRuntime
    from k8s_sandbox_tui.local_cluster.runtime.running_pod import RunningPod
    from k8s_sandbox_tui.local_cluster.runtime.types import ExecProcess

IDLE = ("/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done")
PATIENCE = 60.0


@dataclass
class Finished:
    """How a command ended."""

    code: int
    stdout: bytes
    stderr: bytes


class Kit:
    """One runtime, and short ways to use it."""

    def __init__(self, runtime: LocalRuntime, folder: Path) -> None:
        self.runtime = runtime
        self.folder = folder
        self._count = itertools.count()

    @property
    def plain(self) -> bool:
        """Whether Pods see the machine's own file system."""
        return self.runtime.isolation != "bubblewrap"

    async def start(self, *argv: str, **options: Any) -> RunningPod:
        """Starts a Pod; without arguments an idle one that ends at TERM."""
        name = f"pod-{next(self._count)}"
        names: dict[str, Any] = {"uid": name, "name": name, "namespace": "tests", "hostname": name}
        fields: dict[str, Any] = {**names, "argv": argv or IDLE, "state_dir": self.folder / name, **options}
        async with asyncio.timeout(PATIENCE):
            return await self.runtime.start(PodProcessSpec(**fields))

    async def run(self, pod: RunningPod, *argv: str, stdin: bytes | None = None, tty: bool = False) -> Finished:
        """Runs a command to its end."""
        process = await pod.exec(argv, stdin=stdin is not None, stdout=True, stderr=not tty, tty=tty)
        try:
            async with asyncio.timeout(PATIENCE):
                _, stdout, stderr, code = await asyncio.gather(
                    feed(process, stdin), read_all(process.stdout_fd), read_all(process.stderr_fd), process.wait()
                )
        finally:
            process.close()
        return Finished(code, stdout, stderr)

    async def shell(self, pod: RunningPod, script: str, **options: Any) -> Finished:
        """Runs a shell script to its end."""
        return await self.run(pod, "/bin/sh", "-c", script, **options)


def names_in(folder: Path | str) -> list[str]:
    """The names in a folder."""
    return [path.name for path in Path(folder).iterdir()]


def with_argument(argument: str) -> list[int]:
    """Pids of this machine's processes that have this argument."""
    found: list[int] = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                words = (path / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if argument.encode() in words:
                found.append(int(path.name))
    return found


async def started(argument: str) -> int:
    """The pid of the one process with this argument; what has just been executed may show none for a moment."""
    return await asyncio.to_thread(_wait_for_argument, argument)


def _wait_for_argument(argument: str) -> int:
    end = time.monotonic() + PATIENCE
    while not (found := with_argument(argument)):
        assert time.monotonic() < end, f"no process has the argument {argument}"
    return found[0]


def process_status(pid: int) -> dict[str, str]:
    """The fields of /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


async def until_all_ended(pids: Sequence[int]) -> None:
    """Waits until none of these processes runs any more; a zombie counts as ended."""
    await asyncio.to_thread(_wait_for_pids, pids)


async def until_none_has(argument: str) -> None:
    """Waits until no process has this argument; one that was being executed may come to light late."""
    while pids := with_argument(argument):
        await until_all_ended(pids)


def _wait_for_pids(pids: Sequence[int]) -> None:
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            assert select.select([descriptor], [], [], PATIENCE)[0], f"process {pid} still runs"
        finally:
            os.close(descriptor)


async def logged(pod: RunningPod, text: bytes, times: int = 1) -> bytes:
    """Waits until the main process' log has this text as many times, and returns the log."""
    async with asyncio.timeout(PATIENCE):
        while (log := pod.log_path.read_bytes()).count(text) < times:
            await pod.log_grown()
    return log


async def readable(descriptor: int) -> None:
    """Waits until there is something to read."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, lambda: ready.done() or ready.set_result(None))
    try:
        async with asyncio.timeout(PATIENCE):
            await ready
    finally:
        loop.remove_reader(descriptor)


async def read_some(descriptor: int) -> bytes:
    """Reads what comes next; nothing at the end."""
    while True:
        try:
            return os.read(descriptor, 65536)
        except BlockingIOError:
            await readable(descriptor)
        except OSError:
            return b""


async def read_until(descriptor: int, what: bytes) -> bytes:
    """Reads until this has come."""
    got = b""
    while what not in got:
        more = await read_some(descriptor)
        assert more, f"the output ended: {got!r}"
        got += more
    return got


async def read_all(descriptor: int | None) -> bytes:
    """Reads to the end."""
    got: list[bytes] = []
    while descriptor is not None and (more := await read_some(descriptor)):
        got.append(more)
    return b"".join(got)


async def feed(process: ExecProcess, data: bytes | None) -> None:
    """Writes a command's input and ends it."""
    loop = asyncio.get_running_loop()
    rest = memoryview(data or b"")
    while rest and process.stdin_fd is not None:
        try:
            rest = rest[os.write(process.stdin_fd, rest) :]
        except BlockingIOError:
            ready: asyncio.Future[None] = loop.create_future()
            loop.add_writer(process.stdin_fd, lambda ready=ready: ready.done() or ready.set_result(None))
            await ready
            loop.remove_writer(process.stdin_fd)
    if data is not None:
        process.close_stdin()
