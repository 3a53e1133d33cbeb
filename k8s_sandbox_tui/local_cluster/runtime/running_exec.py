"""One command in a running Pod, as the server holds it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import termios
from dataclasses import dataclass

from k8s_sandbox_tui.local_cluster.runtime import wording
from k8s_sandbox_tui.local_cluster.runtime.discard import Discard
from k8s_sandbox_tui.local_cluster.runtime.podinit import wire
from k8s_sandbox_tui.local_cluster.runtime.types import ExecError, PodGoneError


@dataclass(frozen=True, slots=True)
class Streams:
    """Both ends of a command's pipes; `theirs` go to the supervisor, which passes them on."""

    stdin: int | None
    stdout: int | None
    stderr: int | None
    flags: int
    theirs: tuple[int, ...]


def open_streams(*, stdin: bool, stdout: bool, stderr: bool) -> Streams:
    """Makes the pipes that are asked for; ours do not block."""
    theirs: list[int] = []
    ours: list[int | None] = []
    try:
        for wanted, is_input in ((stdin, True), (stdout, False), (stderr, False)):
            if not wanted:
                ours.append(None)
                continue
            read_end, write_end = os.pipe()
            mine, other = (write_end, read_end) if is_input else (read_end, write_end)
            os.set_blocking(mine, False)
            ours.append(mine)
            theirs.append(other)
    except OSError:
        for descriptor in (*theirs, *(end for end in ours if end is not None)):
            os.close(descriptor)
        raise
    flags = wire.STDIN * stdin | wire.STDOUT * stdout | wire.STDERR * stderr
    return Streams(ours[0], ours[1], ours[2], flags, tuple(theirs))


class RunningExec:
    """An `ExecProcess`. The Pod tells it what its supervisor reports."""

    def __init__(self, streams: Streams | None, command: str) -> None:
        """Waits to be told.

        Args:
            streams: Its pipes; None: it gets a terminal.
            command: What is to be executed, for the wording of a failure.
        """
        loop = asyncio.get_running_loop()
        self.started: asyncio.Future[None] = loop.create_future()
        self.tty = streams is None
        self._command = command
        self._exit_code: asyncio.Future[int] = loop.create_future()
        self._stdin = streams.stdin if streams else None
        self._stdout = streams.stdout if streams else None
        self._stderr = streams.stderr if streams else None
        self._discards: list[Discard] = []
        self._closed = False

    @property
    def stdin_fd(self) -> int | None:
        """Where to write the command's input; None when there is none or it was closed."""
        return self._stdout if self.tty else self._stdin

    @property
    def stdout_fd(self) -> int | None:
        """Where to read the command's output."""
        return self._stdout

    @property
    def stderr_fd(self) -> int | None:
        """Where to read the command's errors; None with a terminal."""
        return self._stderr

    async def wait(self) -> int:
        """Waits for the command itself and returns its exit code."""
        return await asyncio.shield(self._exit_code)

    def resize(self, columns: int, rows: int) -> None:
        """Sets the terminal's size; without one nothing happens."""
        if self.tty and self._stdout is not None:
            size = struct.pack("HHHH", min(rows, 0xFFFF), min(columns, 0xFFFF), 0, 0)
            fcntl.ioctl(self._stdout, termios.TIOCSWINSZ, size)

    def close_stdin(self) -> None:
        """Gives the command its end of file; with a terminal nothing happens."""
        if self._stdin is not None:
            os.close(self._stdin)
            self._stdin = None

    def detach(self) -> None:
        """Leaves the command running; its output is read and thrown away until it ends."""
        self.close_stdin()
        self._discards = [Discard(fd) for fd in (self._stdout, self._stderr) if fd is not None]
        self._stdout = self._stderr = None
        self._closed = True

    def close(self) -> None:
        """Closes all descriptors; may be called again."""
        self._closed = True
        self.close_stdin()
        for descriptor in (self._stdout, self._stderr):
            if descriptor is not None:
                os.close(descriptor)
        self._stdout = self._stderr = None
        for discard in self._discards:
            discard.close()

    def on_started(self, master: int | None) -> None:
        """The command runs; `master` is the server's end of its terminal."""
        if master is not None:
            if self._closed or self._stdout is not None:
                os.close(master)
            else:
                os.set_blocking(master, False)
                self._stdout = master
        if not self.started.done():
            self.started.set_result(None)

    def on_failure(self, kind: int, number: int) -> None:
        """The command could not be started."""
        if not self.started.done():
            self.started.set_exception(ExecError(wording.exec_failure(kind, number, self._command)))

    def on_exit(self, code: int) -> None:
        """The command has ended."""
        if not self._exit_code.done():
            self._exit_code.set_result(code)

    def on_pod_end(self, code: int) -> None:
        """The Pod has ended, and the command with it."""
        if not self.started.done():
            self.started.set_exception(PodGoneError())
        self.on_exit(code)
