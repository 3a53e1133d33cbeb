"""Moves bytes between a command's pipes and its client, at the pace of the slower one."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.remote_command.frames import OutputReader
from k8s_sandbox_tui.local_cluster.remote_command.protocol import MAX_PAYLOAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.local_cluster.remote_command.link import Link
    from k8s_sandbox_tui.local_cluster.remote_command.protocol import Channel
    from k8s_sandbox_tui.local_cluster.runtime.types import ExecProcess


async def pump_output(link: Link, channel: Channel, descriptor: int) -> None:
    """Sends what a command writes until all its writers have closed.

    Args:
        link: The client's connection.
        channel: Where the client expects it.
        descriptor: The command's output, not blocking.

    Raises:
        ConnectionResetError: The client is gone.
    """
    reader = OutputReader(link.frame_header(channel))
    while True:
        try:
            frames, payload = reader.read(descriptor)
        except BlockingIOError:
            await _readable(descriptor)
            continue
        if not payload:
            return
        if frames:
            link.write(frames)
        # This one waits until there is room for more.
        await link.send(channel, payload)
        if len(payload) == MAX_PAYLOAD_BYTES or frames:
            # There is more to come at once, and others want their turn too.
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
