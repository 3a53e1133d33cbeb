"""How long after a key one sees what it did, over a line that is slower than the dashboard draws, as SSH may be.

The peer is the line: what it takes to pass one whole screen. Below that nobody can be who draws whole screens, and a
dashboard that lets frames queue is above it without end.
"""

from __future__ import annotations

import os
import select
import statistics
import time
from typing import TYPE_CHECKING

import pyte

from tests.bench.measurement import Measurement
from tests.bench.pseudo_terminal import CURSOR, SIZE, python_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.pseudo_terminal import Terminal

_ROWS, _CHANGES = 10_000, 1_000
_RATES = (10_000, 30_000, 100_000)
"""Bytes a second."""
_KEYS = (b"j", b"k") * 6
_BURST = 4096
"""Bytes that such a line takes at once."""
_MOST = 4.0
_DEADLINE = 60.0


class _Line:
    """Passes what the dashboard writes to an emulator, so many bytes a second."""

    def __init__(self, terminal: Terminal, rate: int) -> None:
        self._terminal = terminal
        self._rate = rate
        self._screen = pyte.Screen(*SIZE)
        self._stream = pyte.ByteStream(self._screen)
        self._may = 0.0
        self._at = time.monotonic()

    @property
    def cursor(self) -> int | None:
        """The line of the screen that has the cursor."""
        sign = CURSOR.decode()
        return next((y for y in range(SIZE[1]) if self._screen.buffer[y][0].data == sign), None)

    def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Pass on until something is so, or for this long; whether it is so."""
        end = time.monotonic() + seconds
        while not condition():
            now = time.monotonic()
            if now > end:
                return False
            self._may = min(_BURST, self._may + (now - self._at) * self._rate)
            self._at = now
            if self._may < 1 or not select.select([self._terminal.descriptor], [], [], 0.001)[0]:
                continue
            data = os.read(self._terminal.descriptor, int(self._may))
            self._may -= len(data)
            self._stream.feed(data)
        return True


def measure() -> list[Measurement]:
    """The median over some keys, for several lines."""
    screen = _bytes_of_a_screen()
    return [
        Measurement(
            work=f"key to screen over {rate // 1000} KB/s, {_ROWS:,} rows with {_CHANGES:,} changes/s",
            value=1000 * statistics.median(_lags(rate)),
            unit="ms",
            peer="a whole screen over it",
            peer_value=1000 * screen / rate,
            most=_MOST,
        )
        for rate in _RATES
    ]


def _bytes_of_a_screen() -> int:
    """Between two keys that have all of it drawn anew, with nothing else that changes."""
    with python_on_terminal("tests.bench.table_child", "table", str(_ROWS), "0") as terminal:
        terminal.read_until(CURSOR)
        terminal.drain(2.0)
        os.write(terminal.descriptor, b"G")
        data = b""
        while CURSOR not in data:
            data += terminal.read(2.0)
        while more := terminal.read(0.5):
            data += more
    return len(data)


def _lags(rate: int) -> list[float]:
    with python_on_terminal("tests.bench.table_child", "table", str(_ROWS), str(_CHANGES)) as terminal:
        line = _Line(terminal, rate)
        assert line.until(lambda: line.cursor is not None, _DEADLINE)
        line.until(lambda: False, 2.0)
        lags: list[float] = []
        for key in _KEYS:
            before = line.cursor
            began = time.monotonic()
            os.write(terminal.descriptor, key)
            line.until(lambda before=before: line.cursor not in (None, before), _DEADLINE)
            lags.append(time.monotonic() - began)
            line.until(lambda: False, 0.1)
    return lags
