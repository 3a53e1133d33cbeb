"""Runs one command in a Pod over a WebSocket, as pods/exec does."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from k8s_sandbox_tui.local_cluster import exec_protocol as protocol_rules
from k8s_sandbox_tui.local_cluster.exec_protocol import Channel, ExecQuery, Protocol
from k8s_sandbox_tui.local_cluster.exec_pump import pump_output, write_input
from k8s_sandbox_tui.local_cluster.runtime.types import ExecError, PodGoneError
from k8s_sandbox_tui.local_cluster.upgrade import asks_for_websocket, offered_protocols, refuse_upgrade

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.local_cluster.runtime.types import ExecProcess, PodProcess

_WRITE_BUFFER_BYTES = 512 * 1024


async def exec_route(
    request: web.Request,
    pod_process: PodProcess | None,
    *,
    container: str = "sandbox",
    make_socket: Callable[..., web.WebSocketResponse] = web.WebSocketResponse,
) -> web.StreamResponse:
    """Answers a request for pods/exec; the caller has checked identity, Pod and container.

    Closing the WebSocket does not end the command, as in Kubernetes.

    Args:
        request: A GET or POST.
        pod_process: The Pod's processes; None: its container does not run (any more, or yet).
        container: Its name, for what is said when it does not run.
        make_socket: Makes the WebSocket.

    Returns:
        The closed WebSocket, or a refusal as a real server words it.
    """
    if not asks_for_websocket(request):
        return refuse_upgrade(request)
    protocol = protocol_rules.choose_protocol(offered_protocols(request))
    if protocol is None:
        refusal = web.Response(status=403)
        refusal.force_close()
        return refusal
    query = protocol_rules.parse_query(request.rel_url.raw_query_string)
    not_found = f'container not found ("{container}")'
    if not protocol.translated:
        if not query.has_stream:
            return web.Response(status=400, text=protocol_rules.NO_STREAMS)
        if pod_process is None:
            return web.Response(status=500, text=not_found)
    socket = make_socket(
        protocols=(protocol.value,) if protocol.value else (),
        max_msg_size=protocol_rules.MAX_MESSAGE_BYTES,
        compress=False,
        writer_limit=0,
    )
    with contextlib.suppress(ConnectionResetError):
        await socket.prepare(request)
        transport = request.transport
        if transport is None:
            return socket
        transport.set_write_buffer_limits(high=_WRITE_BUFFER_BYTES)
        await socket.send_bytes(bytes((query.first_channel,)))
        if pod_process is None or not query.has_stream:
            cause = protocol_rules.NO_STREAMS if pod_process is not None else not_found
            status = protocol_rules.error_status(protocol, f"unable to upgrade connection: {cause}")
        else:
            status = await _run(socket, transport, protocol, query, pod_process)
        if status:
            await socket.send_bytes(status)
        await socket.close()
    return socket


async def _run(
    socket: web.WebSocketResponse, transport: asyncio.Transport, protocol: Protocol, query: ExecQuery, pod: PodProcess
) -> bytes:
    try:
        process = await pod.exec(
            query.command, stdin=query.stdin, stdout=query.stdout, stderr=query.stderr, tty=query.tty
        )
    except ExecError as error:
        return protocol_rules.start_failure_status(protocol, error.message)
    except PodGoneError:
        state = "failed to exec in container: container is in CONTAINER_EXITED state"
        cause = f"error executing command in container: {state}"
        return protocol_rules.error_status(
            protocol, f"Internal error occurred: {cause}" if protocol.translated else cause
        )
    leaving = asyncio.create_task(_receive(socket, protocol, query, process))
    ending = asyncio.create_task(_until_ended(socket, transport, process))
    code: int | None = None
    try:
        await asyncio.wait((leaving, ending), return_when=asyncio.FIRST_COMPLETED)
        if ending.done():
            code = ending.result()
    finally:
        leaving.cancel()
        ending.cancel()
        await asyncio.gather(leaving, ending, return_exceptions=True)
        if code is None:
            process.detach()
        else:
            process.close()
    return b"" if code is None else protocol_rules.exit_status(protocol, code)


async def _until_ended(socket: web.WebSocketResponse, transport: asyncio.Transport, process: ExecProcess) -> int | None:
    """Sends all output, then returns the exit code; None when the client is gone."""
    try:
        async with asyncio.TaskGroup() as pumps:
            for channel, descriptor in ((Channel.STDOUT, process.stdout_fd), (Channel.STDERR, process.stderr_fd)):
                if descriptor is not None:
                    pumps.create_task(pump_output(socket, transport, channel, descriptor))
    except* ConnectionResetError:
        gone = True
    else:
        gone = False
    return None if gone else await process.wait()


async def _receive(socket: web.WebSocketResponse, protocol: Protocol, query: ExecQuery, process: ExecProcess) -> None:
    """Takes what the client sends until it is gone."""
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            data = message.data.encode()
        elif message.type is WSMsgType.BINARY:
            data = message.data
        else:
            return
        if not data:
            continue
        if data[0] == Channel.STDIN:
            if query.stdin:
                await write_input(process, data[1:])
        elif protocol_rules.closes_stdin(protocol, data):
            process.close_stdin()
        elif data[0] == Channel.RESIZE:
            size = protocol_rules.parse_size(data[1:])
            if size is not None:
                process.resize(size.columns, size.rows)
