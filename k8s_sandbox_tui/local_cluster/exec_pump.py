"""Moves bytes between a command's pipes and its WebSocket, at the pace of the slower one."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.exec_protocol import MAX_PAYLOAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.exec_protocol import Channel
    from k8s_sandbox_tui.local_cluster.runtime.types import ExecProcess

_PIPE_BYTES = 512 * 1024
_MESSAGES_BEFORE_OTHERS = 16
"""After half a megabyte without a pause, other tasks have their turn."""


async def pump_output(socket: web.WebSocketResponse, channel: Channel, descriptor: int) -> None:
    """Sends what a command writes until all its writers have closed.

    Raises:
        ConnectionResetError: The client is gone.
    """
    prefix = bytes((channel,))
    sent = 0
    while True:
        try:
            data = os.read(descriptor, MAX_PAYLOAD_BYTES)
        except BlockingIOError:
            await _readable(descriptor)
            continue
        except OSError:
            # A terminal's master fails so when the last process has left it.
            return
        if not data:
            return
        await socket.send_bytes(prefix + data)
        sent += 1
        if sent % _MESSAGES_BEFORE_OTHERS == 0:
            if sent == _MESSAGES_BEFORE_OTHERS:
                _widen(descriptor)
            await asyncio.sleep(0)


async def write_input(process: ExecProcess, data: bytes) -> None:
    """Writes to a command's input, waiting while it is full; what it does not want any more is dropped."""
    rest = memoryview(data)
    while rest and process.stdin_fd is not None:
        try:
            rest = rest[os.write(process.stdin_fd, rest) :]
        except BlockingIOError:
            await _writable(process.stdin_fd)
        except OSError:
            process.close_stdin()
            return


def _widen(descriptor: int) -> None:
    """Lets a command with much output run ahead, with fewer switches between it and us."""
    if sys.platform == "linux":
        try:
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        except OSError:
            # A terminal, or this user's share of pipe memory is used up: it works as it is.
            return


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    await _ready(descriptor, loop.add_reader, loop.remove_reader)


async def _writable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    await _ready(descriptor, loop.add_writer, loop.remove_writer)


async def _ready(
    descriptor: int, add: Callable[[int, Callable[[], None]], object], remove: Callable[[int], object]
) -> None:
    ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_ready() -> None:
        if not ready.done():
            ready.set_result(None)

    add(descriptor, on_ready)
    try:
        await ready
    finally:
        remove(descriptor)
