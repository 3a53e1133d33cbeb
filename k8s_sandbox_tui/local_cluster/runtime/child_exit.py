"""Waits for a child process on the event loop."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess


async def wait_for_exit(process: subprocess.Popen[bytes]) -> int:
    """Waits for a child and reaps it: by a descriptor where the system has them (Linux 5.3), else in a thread."""
    if sys.platform != "linux":
        return await asyncio.to_thread(process.wait)
    code = process.poll()
    if code is not None:
        return code
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        return await asyncio.to_thread(process.wait)
    loop = asyncio.get_running_loop()
    exited: asyncio.Future[None] = loop.create_future()

    def on_exit() -> None:
        loop.remove_reader(descriptor)
        if not exited.done():
            exited.set_result(None)

    loop.add_reader(descriptor, on_exit)
    try:
        await exited
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    return process.wait()
