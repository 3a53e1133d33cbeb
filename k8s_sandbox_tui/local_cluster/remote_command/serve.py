"""One command from its start to its status, whatever carries its streams."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.remote_command import protocol as rules
from k8s_sandbox_tui.local_cluster.remote_command.protocol import Channel, Protocol
from k8s_sandbox_tui.local_cluster.remote_command.pump import pump_output, write_input
from k8s_sandbox_tui.local_cluster.runtime.types import ExecError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from k8s_sandbox_tui.local_cluster.remote_command.link import Link
    from k8s_sandbox_tui.local_cluster.runtime.types import ExecProcess

    Start = Callable[[], Awaitable[ExecProcess]]


async def serve_command(link: Link, protocol: Protocol, start: Start) -> bytes:
    """Starts a command and carries its streams.

    The client's leaving does not end the command, as in Kubernetes.

    Args:
        link: The client.
        protocol: How to put the status.
        start: Starts the command with the streams that the client has asked for.

    Returns:
        The status; empty when the client has gone, or the protocol has no word for it.

    Raises:
        PodGoneError: There is nothing any more in which it could be started.
    """
    try:
        process = await start()
    except ExecError as error:
        return rules.start_failure_status(protocol, error.message)
    leaving = asyncio.create_task(_receive(link, process))
    ending = asyncio.create_task(_until_ended(link, process))
    code: int | None = None
    try:
        await asyncio.wait((leaving, ending), return_when=asyncio.FIRST_COMPLETED)
        if ending.done():
            code = ending.result()
        else:
            leaving.result()
    finally:
        leaving.cancel()
        ending.cancel()
        await asyncio.gather(leaving, ending, return_exceptions=True)
        if code is None:
            process.detach()
        else:
            process.close()
    return b"" if code is None else rules.exit_status(protocol, code)


async def _until_ended(link: Link, process: ExecProcess) -> int | None:
    """Sends all output, then returns the exit code; None when the client is gone."""
    try:
        async with asyncio.TaskGroup() as pumps:
            for channel, descriptor in ((Channel.STDOUT, process.stdout_fd), (Channel.STDERR, process.stderr_fd)):
                if descriptor is not None:
                    pumps.create_task(pump_output(link, channel, descriptor))
    except* ConnectionResetError:
        gone = True
    else:
        gone = False
    return None if gone else await process.wait()


async def _receive(link: Link, process: ExecProcess) -> None:
    """Takes what the client sends until it is gone."""
    while (message := await link.receive()) is not None:
        if message.channel is Channel.RESIZE:
            size = rules.parse_size(message.data)
            if size is not None:
                process.resize(size.columns, size.rows)
            continue
        await write_input(process, message.data)
        if message.ended:
            process.close_stdin()
