"""The product in a real pseudo-terminal, with a terminal emulator at the other end."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING, Self

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

DEADLINE = 60.0
"""Seconds that any expected text may take on a busy machine; a test that needs them all has failed."""


# A new session has no controlling terminal: the program's first act is to make standard input that.
_IN_ITS_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """Runs a program in a pseudo-terminal; a context manager that ends it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str],
    ) -> None:
        self.raw = bytearray()
        self._closed = False
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._lines: dict[int, str] = {}
        self._master, self.slave = pty.openpty()
        self._set_size(columns, rows)
        self.process = subprocess.Popen(
            [sys.executable, "-c", _IN_ITS_TERMINAL, *command],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env={"TERM": "xterm-256color", **environment},
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    @property
    def text(self) -> str:
        """What the screen shows, line by line; only those are read again in which something has changed."""
        screen = self._screen
        for y in screen.dirty:
            line = screen.buffer[y]
            self._lines[y] = "".join([line[x].data for x in range(screen.columns)]).rstrip()
        screen.dirty.clear()
        return "\n".join([self._lines[y] for y in range(screen.lines)])

    def send(self, keys: str) -> None:
        """Types keys."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Gives the terminal another size; the kernel tells the program."""
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    def wait_for(self, expected: str | Callable[[str], bool], seconds: float = DEADLINE) -> str:
        """Reads until the screen shows a text, or satisfies a condition; returns the screen."""
        end = time.monotonic() + seconds
        while not (expected in self.text if isinstance(expected, str) else expected(self.text)):
            if not self._read(end - time.monotonic()):
                what = expected if isinstance(expected, str) else expected.__name__
                state = f"ended with {self.process.poll()}" if self.process.poll() is not None else "still runs"
                message = f"{what!r} did not appear; the program {state}. The screen:\n{self.text}"
                raise AssertionError(message)
        return self.text

    def wait_for_end(self, seconds: float = DEADLINE) -> int:
        """Reads until the program ends and returns its exit code."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            self._read(min(0.05, end - time.monotonic()))
            assert time.monotonic() < end, f"the program still runs. The screen:\n{self.text}"
        while self._read(0):
            pass
        return self.process.returncode

    def wait_for_stop(self, seconds: float = DEADLINE) -> None:
        """Reads until the program is stopped, as by SIGSTOP."""
        end = time.monotonic() + seconds
        while (stopped := os.waitpid(self.process.pid, os.WUNTRACED | os.WNOHANG)) == (0, 0):
            self._read(min(0.05, end - time.monotonic()))
            assert time.monotonic() < end, f"the program was not stopped. The screen:\n{self.text}"
        assert os.WIFSTOPPED(stopped[1])

    def hang_up(self) -> None:
        """Takes the terminal away."""
        if not self._closed:
            self._closed = True
            os.close(self._master)
            os.close(self.slave)

    def modes(self) -> list[object]:
        """The terminal's settings (termios), to compare before and after."""
        return list(termios.tcgetattr(self.slave))

    def _read(self, seconds: float) -> bool:
        """Feeds the emulator with what comes within the time; false where nothing came."""
        if seconds < 0 or not select.select([self._master], [], [], seconds)[0]:
            return False
        data = os.read(self._master, 65_536)
        self.raw += data
        self._stream.feed(data)
        return True

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
