"""How long the dashboard keeps its event loop: no callback may take longer than a frame, whatever goes on.

What counts is what a callback computes. How long it took by the clock, which on a busy machine is how long it waited
for a core, is told beside it on the error stream.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tests.bench.loop_child import Callback
from tests.bench.measurement import Measurement
from tests.bench.pseudo_terminal import CURSOR, Terminal, python_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

FRAME = 1000 / 60
"""Milliseconds."""
UP, DOWN, PAGE_DOWN, PAGE_UP, END, HOME = b"\x1b[A", b"\x1b[B", b"\x1b[6~", b"\x1b[5~", b"\x1b[F", b"\x1b[H"
ESCAPE = b"\x1b"
BETWEEN = 0.12
"""Seconds between two keys, as somebody types who is in a hurry."""
ENDED = b"exit 0"
BY_NAME = 6
"""Names of the callbacks that took longest, which are told."""
QUIET_SECONDS = 8.0


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """What is done on a terminal while callbacks are timed."""

    work: str
    keys: Sequence[bytes]
    pause: float = BETWEEN


SCROLLING = [DOWN] * 20 + [PAGE_DOWN] * 10 + [END, HOME, PAGE_DOWN, UP, UP]
TYPING = [*(letter.encode() for letter in "owner=ann"), *[b"\x7f"] * 3, b"7", ESCAPE, ESCAPE]
SORTING = [b"s", b"s", b"S", b"s"]
ON_ROWS = (
    Phase(work="scrolling", keys=SCROLLING),
    Phase(work="opening the filter", keys=[b"/"]),
    Phase(work="typing a filter", keys=TYPING),
    Phase(work="sorting", keys=SORTING, pause=0.4),
    # With time for what is put off while somebody types.
    Phase(work="nobody there", keys=[b""], pause=QUIET_SECONDS),
)
DIALOGUES: tuple[tuple[str, bytes], ...] = (
    ("the help", b"?"),
    ("the create form", b"c"),
    ("details", b"i"),
    ("the question before a sandbox is destroyed", b"\x1b[19~"),
    ("a URL", b"u"),
    ("the columns", b"o"),
    ("the namespaces", b"n"),
    ("what to mark", b"m"),
    ("port forwards", b"f"),
    ("the palette", b"\x10"),
)
OPENING = (
    # The first time its code and its style sheet are read.
    Phase(
        work="opening each dialogue the first time",
        keys=[key for _, opening in DIALOGUES for key in (opening, ESCAPE)],
        pause=0.7,
    ),
    *(Phase(work=f"opening and closing {what}", keys=[key, ESCAPE] * 3, pause=0.7) for what, key in DIALOGUES),
    Phase(work="opening and closing a console", keys=[b"\r", ESCAPE] * 3, pause=0.7),
)


def measure() -> list[Measurement]:
    """On a terminal of 120 x 40; the callbacks that took longest are named on the error stream."""
    return [
        *_table("10,000 rows, 1,000 changes/s", ("10000", "1000", "0"), ON_ROWS),
        *_table("10,000 rows, 500 come and 500 go a second", ("10000", "0", "500"), ON_ROWS),
        *_table("5,000 rows, idle", ("5000", "0", "0"), OPENING),
        *_console(),
    ]


def _table(what: str, arguments: tuple[str, ...], phases: Sequence[Phase]) -> list[Measurement]:
    with _timed("tests.bench.table_child", "rows", *arguments) as (terminal, callbacks):
        terminal.read_until(CURSOR, 60)
        terminal.drain(4.0)
        spans: list[tuple[Phase, float, float]] = []
        for phase in phases:
            began = time.monotonic()
            for key in phase.keys:
                os.write(terminal.descriptor, key)
                terminal.drain(phase.pause)
            spans.append((phase, began, time.monotonic()))
            # Until what is put off while somebody types is done: it is not the next phase's.
            terminal.drain(2.2)
        os.write(terminal.descriptor, b"\x11")
        terminal.read_to_end()
        taken = callbacks()
    return [
        measurement
        for phase, began, ended in spans
        for measurement in _told(f"{what}: {phase.work}", _between(taken, began, ended))
    ]


def _console() -> list[Measurement]:
    with _timed("tests.bench.table_child", "rows", "500", "0") as (terminal, callbacks):
        terminal.read_until(CURSOR, 60)
        terminal.drain(4.0)
        for key in (b"\r", b"flood", b"\r"):
            began = time.monotonic()
            os.write(terminal.descriptor, key)
            terminal.drain(0.3)
        seen = b""
        while ENDED not in seen:
            os.write(terminal.descriptor, b"q")
            end = time.monotonic() + BETWEEN
            while (left := end - time.monotonic()) > 0:
                seen = seen[-len(ENDED) :] + terminal.read(left)
                if ENDED in seen:
                    break
        ended = time.monotonic()
        os.write(terminal.descriptor, b"\x11")
        terminal.read_to_end()
        taken = callbacks()
    return _told("100 MB of stdout to the console, keys meanwhile", _between(taken, began, ended))


@contextmanager
def _timed(module: str, *arguments: str) -> Generator[tuple[Terminal, Callable[[], list[Callback]]]]:
    """A program on a terminal, and what tells of its callbacks once it has ended."""
    with tempfile.TemporaryDirectory(prefix="sbx-bench-") as folder:
        file = Path(folder) / "callbacks.json"
        with python_on_terminal("tests.bench.loop_child", str(file), module, *arguments) as terminal:
            yield terminal, lambda: msgspec.json.decode(file.read_bytes(), type=list[Callback])


def _between(callbacks: list[Callback], began: float, ended: float) -> list[Callback]:
    return [one for one in callbacks if began <= one.ended <= ended]


def _told(work: str, callbacks: list[Callback]) -> list[Measurement]:
    longest: defaultdict[str, Callback] = defaultdict(lambda: Callback(0, 0, 0, ""))
    for one in callbacks:
        if one.busy > longest[one.name].busy:
            longest[one.name] = one
    print(f"loop: {work}: {len(callbacks)} callbacks, the longest of each name:", file=sys.stderr)
    for one in sorted(longest.values(), key=lambda one: -one.busy)[:BY_NAME]:
        print(f"  {one.busy:7.1f} ms, {one.wall:7.1f} on the clock  {one.name}", file=sys.stderr)
    busy = sorted(one.busy for one in callbacks)
    return [
        Measurement(work=f"loop, {work}, p99", value=busy[(len(busy) - 1) * 99 // 100], unit="ms"),
        Measurement(work=f"loop, {work}, longest", value=busy[-1], unit="ms", most=FRAME),
    ]
