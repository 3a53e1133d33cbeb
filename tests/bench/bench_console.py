"""How much output the console takes, and how fast it answers keys meanwhile."""

from __future__ import annotations

import os
import pty
import random
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from fcntl import ioctl
from pathlib import Path

import msgspec

from k8s_sandbox_tui.dashboard.sanitize import OutputSanitizer
from tests.bench.measurement import Measurement, median_seconds

LINE = b"The quick brown fox jumps over the lazy dog 0123456789 and so on till column 79\n"
FRAME = (LINE * 410)[:32768]
FRAMES = 3200
"""About 100 MB in all."""

COLOURED = b"\x1b[32mINFO\x1b[0m 2026-01-05 12:00:00 \x1b[1mserver.http\x1b[0m: GET /index.html 200 in 3 ms\n" * 400
BINARY = random.Random(1).randbytes(32768)
"""What `cat /dev/urandom` prints: each line of it has something that moves the cursor or must not be shown."""
KEYS = 80
IDLE_KEYS = 30
ADDED_MIB = 25
"""The scrollback keeps at most 8 Mi characters; twice that, and room for lines under way."""


class Flooded(msgspec.Struct, frozen=True):
    """What the program says of a flood."""

    megabytes_per_second: float
    added_mib: float
    """How far the peak of its memory rose."""


def measure() -> list[Measurement]:
    """The sanitiser alone, then the whole pane on a terminal of 120 x 40."""
    flood, flooded, idle = _on_a_terminal()
    answered = max(30.0, 4 * _percentile(idle, 99))
    return [
        Measurement(work="console: plain output, sanitiser alone", value=_sanitiser(FRAME), unit="MB/s", least=50),
        Measurement(work="console: coloured output, sanitiser alone", value=_sanitiser(COLOURED), unit="MB/s"),
        Measurement(work="console: random bytes, sanitiser alone", value=_sanitiser(BINARY), unit="MB/s", least=8),
        Measurement(
            work="console: 100 MB of stdout to the pane", value=flood.megabytes_per_second, unit="MB/s", least=50
        ),
        Measurement(work="console: memory that they add at most", value=flood.added_mib, unit="MiB", most=ADDED_MIB),
        Measurement(work="console: key to echo meanwhile, p50", value=statistics.median(flooded), unit="ms"),
        Measurement(work="console: key to echo meanwhile, p95", value=_percentile(flooded, 95), unit="ms"),
        Measurement(
            work="console: key to echo meanwhile, p99", value=_percentile(flooded, 99), unit="ms", most=answered
        ),
        Measurement(work="console: key to echo, idle, p50", value=statistics.median(idle), unit="ms"),
    ]


def _sanitiser(chunk: bytes) -> float:
    sanitizer = OutputSanitizer()
    return len(chunk) * 100 / 1e6 / median_seconds(lambda: [sanitizer.feed(chunk) for _ in range(100)])


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[(len(values) - 1) * percent // 100]


def _on_a_terminal() -> tuple[Flooded, list[float], list[float]]:
    """What a flood took, and milliseconds from a key to its echo during and before it."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LINES="40", COLUMNS="120")
            os.execv(sys.executable, [sys.executable, "-m", "tests.bench.console_child", folder])
        try:
            ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
            _read_until(terminal, b"READY")
            idle = [_key_to_echo(terminal, count + 1) for count in range(IDLE_KEYS)]
            os.write(terminal, b"\x15")
            _read_until(terminal, b"EMPTY")
            os.write(terminal, b"\x07")
            flooded = [_key_to_echo(terminal, count + 1) for count in range(KEYS)]
            while not result.exists():
                _drain(terminal, 0.05)
            return msgspec.json.decode(result.read_bytes(), type=Flooded), flooded, idle
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(terminal)


def _key_to_echo(terminal: int, count: int) -> float:
    """Types a `q` more and waits until that many of them are drawn."""
    _drain(terminal, 0.02)
    start = time.perf_counter()
    os.write(terminal, b"q")
    _read_until(terminal, b"q" * count)
    return (time.perf_counter() - start) * 1000


def _read_until(terminal: int, wanted: bytes) -> None:
    seen = b""
    deadline = time.monotonic() + 30
    while wanted not in seen:
        if not select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise TimeoutError(f"{wanted!r} was not drawn within 30 s")
        seen = seen[-len(wanted) :] + os.read(terminal, 65536)


def _drain(terminal: int, seconds: float) -> None:
    """Reads whatever comes for a while."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            os.read(terminal, 65536)
