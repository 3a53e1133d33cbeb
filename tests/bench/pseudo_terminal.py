"""A program on a pseudo-terminal, as a user's terminal sees it."""

from __future__ import annotations

import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

SIZE = (120, 40)
CURSOR = "▌".encode()
"""What the table draws at the row that has the cursor."""


class Terminal:
    """A child on a pseudo-terminal."""

    def __init__(self, process: int, descriptor: int) -> None:
        self.process = process
        self.descriptor = descriptor

    def read(self, seconds: float) -> bytes:
        """What there is to read, after at most this long."""
        if not select.select([self.descriptor], [], [], max(0.0, seconds))[0]:
            return b""
        try:
            return os.read(self.descriptor, 1 << 20)
        except OSError:
            return b""

    def read_until(self, wanted: bytes, seconds: float = 20.0) -> None:
        """Read until these bytes come."""
        end = time.monotonic() + seconds
        seen = b""
        while wanted not in seen:
            if time.monotonic() > end:
                message = f"{wanted!r} was not written: {seen[-500:]!r}"
                raise TimeoutError(message)
            seen = seen[-1000:] + self.read(0.5)

    def read_to_end(self) -> None:
        """Read until the child is gone."""
        while os.waitpid(self.process, os.WNOHANG) == (0, 0):
            self.read(0.002)
        self.process = 0

    def drain(self, seconds: float) -> None:
        """Read and forget."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def key(self, key: bytes) -> float:
        """Milliseconds from a key to the line with the cursor."""
        began = time.perf_counter()
        os.write(self.descriptor, key)
        seen = b""
        while CURSOR not in seen:
            seen = seen[-8:] + self.read(2.0)
        taken = (time.perf_counter() - began) * 1000
        self.drain(0.03 + 0.05 * (taken * 1000 % 1))
        return taken

    def cpu_seconds(self) -> float:
        """What the child has used of a core."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float:
        """What the child takes of memory."""
        return int(Path(f"/proc/{self.process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def python_on_terminal(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> Generator[Terminal]:
    """Run `python -m MODULE` on a terminal of `SIZE`; it is killed at the end, if it still runs."""
    process, descriptor = pty.fork()
    if process == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LINES=str(SIZE[1]), COLUMNS=str(SIZE[0]))
        os.environ.update(environment or {})
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.execv(sys.executable, [sys.executable, "-m", module, *arguments])
    ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    terminal = Terminal(process, descriptor)
    try:
        yield terminal
    finally:
        if terminal.process:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        os.close(descriptor)
