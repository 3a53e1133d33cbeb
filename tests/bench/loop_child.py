"""Runs another program of the benchmarks, and writes down how long each callback of its event loop took.

`python -m tests.bench.loop_child FILE MODULE ARGUMENT…`; the file is there once the program has ended.
"""

from __future__ import annotations

import asyncio
import runpy
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable


class Callback(msgspec.Struct, frozen=True, array_like=True):
    """One turn of one callback."""

    ended: float
    """By `time.monotonic`, which all processes share."""
    wall: float
    """Milliseconds that nothing else was done in."""
    busy: float
    """Milliseconds of them in which it computed; for the rest it waited for a core."""
    name: str
    """The task's or the function's."""


class _Running(Protocol):
    _callback: Callable[..., object]


def main() -> None:
    file, module = Path(sys.argv[1]), sys.argv[2]
    callbacks: list[Callback] = []
    run: Callable[[_Running], None] = vars(asyncio.Handle)["_run"]

    def timed(handle: _Running) -> None:
        # Before it runs: a handle that is cancelled forgets its callback.
        callback = vars_of(handle)
        wall, busy = time.perf_counter(), time.thread_time()
        run(handle)
        busy = (time.thread_time() - busy) * 1000
        wall = (time.perf_counter() - wall) * 1000
        callbacks.append(Callback(time.monotonic(), wall, busy, _name(callback)))

    setattr(asyncio.Handle, "_run", timed)  # noqa: B010 - nothing public tells of callbacks
    sys.argv[:] = sys.argv[2:]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        part = file.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(callbacks))
        part.rename(file)


def vars_of(handle: _Running) -> object:
    return cast("object", getattr(handle, "_callback"))  # noqa: B009 - as above


def _name(callback: object) -> str:
    owner: object = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        name = cast("asyncio.Task[object]", owner).get_name()
        if not name.startswith("Task-"):
            return name
        callback = cast("asyncio.Task[object]", owner).get_coro()
    return str(getattr(callback, "__qualname__", type(callback).__name__))


if __name__ == "__main__":
    main()
