"""Blocking work: its result, its error, and an end of the process that does not wait for it."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from k8s_sandbox_tui.provider.daemon_thread import in_daemon_thread


async def test_it_gives_what_comes_of_the_work_and_raises_what_it_raises() -> None:
    assert await in_daemon_thread(lambda: 6 * 7, name="sum") == 42
    with pytest.raises(ZeroDivisionError):
        await in_daemon_thread(lambda: 1 / 0, name="fault")


async def test_who_is_cancelled_leaves_it_behind() -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await in_daemon_thread(lambda: loop.call_soon_threadsafe(ended.set), name="late")
    await ended.wait()


def test_a_program_ends_while_it_still_blocks() -> None:
    program = """
import asyncio, time
from k8s_sandbox_tui.provider.daemon_thread import in_daemon_thread

async def main():
    try:
        async with asyncio.timeout(0.01):
            await in_daemon_thread(lambda: time.sleep(600), name="sleeps")
    except TimeoutError:
        print("left")

asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("left\n", "")
