"""Answers requests for pods/exec and pods/attach."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from k8s_sandbox_tui.local_cluster.remote_command import protocol as rules
from k8s_sandbox_tui.local_cluster.remote_command.protocol import Channel, CommandQuery, Protocol
from k8s_sandbox_tui.local_cluster.remote_command.serve import serve_command
from k8s_sandbox_tui.local_cluster.remote_command.websocket_link import WebSocketLink, new_socket
from k8s_sandbox_tui.local_cluster.runtime.types import PodGoneError
from k8s_sandbox_tui.local_cluster.upgrade import (
    STREAM_PROTOCOL,
    asks_for_spdy,
    asks_for_websocket,
    offered_protocols,
    refuse_stream_protocols,
    refuse_upgrade,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.local_cluster.remote_command.link import Link
    from k8s_sandbox_tui.local_cluster.runtime.types import ExecProcess, PodProcess

_ATTACHING = "error attaching to container"
_EXECUTING = "error executing command in container: failed to exec in container"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a request is about.

    Attributes:
        process: The container's processes; None: it does not run (any more, or yet).
        container: Its name, for what is said when it does not run.
        attach: Whether to join the main process in place of starting a command.
        wrap: Makes another connection of the client's, such as one that fails.
    """

    process: PodProcess | None
    container: str = "sandbox"
    attach: bool = False
    wrap: Callable[[Link], Link] | None = None


async def remote_command(request: web.Request, target: Target) -> web.StreamResponse:
    """Answers a GET or POST; the caller has checked identity, Pod and container.

    Closing the connection does not end the command, as in Kubernetes.

    Returns:
        The ended connection, or a refusal as a real server words it.
    """
    query = rules.parse_query(request.rel_url.raw_query_string)
    if asks_for_websocket(request):
        protocol = rules.choose_protocol(offered_protocols(request))
        if protocol is None:
            refusal = web.Response(status=403)
            refusal.force_close()
            return refusal
        refusal = None if protocol.translated else _kubelets_refusal(query, target)
        return refusal or await _over_websocket(request, protocol, query, target)
    if asks_for_spdy(request):
        offered = offered_protocols(request, STREAM_PROTOCOL)
        protocol = rules.choose_spdy_protocol(offered)
        refusal = _kubelets_refusal(query, target)
        if refusal is None and protocol is None:
            refusal = refuse_stream_protocols(offered, [known.value for known in rules.SPDY_PROTOCOLS])
        return refusal or await _over_spdy(request, protocol or Protocol.UNNAMED, query, target)
    return refuse_upgrade()


def _kubelets_refusal(query: CommandQuery, target: Target) -> web.Response | None:
    """What a kubelet says in place of an upgrade, where it is not the API server that upgrades."""
    if not query.has_stream:
        return web.Response(status=400, text=rules.NO_STREAMS)
    if target.process is None:
        return web.Response(status=500, text=_not_found(target))
    return None


def _not_found(target: Target) -> str:
    return f'container not found ("{target.container}")'


async def _over_websocket(
    request: web.Request, protocol: Protocol, query: CommandQuery, target: Target
) -> web.StreamResponse:
    socket = new_socket(protocol)
    with suppress(ConnectionResetError):
        link = await WebSocketLink.open(request, socket, protocol, query.first_channel)
        await _serve(link, protocol, query, target)
    return socket


async def _over_spdy(
    request: web.Request, protocol: Protocol, query: CommandQuery, target: Target
) -> web.StreamResponse:
    # Only older kubectl needs it.
    from k8s_sandbox_tui.local_cluster.remote_command.spdy_link import SpdyLink, new_response, wanted_channels

    response = new_response(protocol)
    with suppress(ConnectionResetError):
        link = await SpdyLink.open(request, response, wanted_channels(protocol, query))
        await _serve(link, protocol, query, target)
    return response


async def _serve(link: Link, protocol: Protocol, query: CommandQuery, target: Target) -> None:
    shown = link if target.wrap is None else target.wrap(link)
    status = await _run(shown, protocol, query, target)
    if status:
        await shown.send(Channel.STATUS, status)
    await shown.close()


async def _run(link: Link, protocol: Protocol, query: CommandQuery, target: Target) -> bytes:
    pod = target.process
    if pod is None or not query.has_stream:
        cause = rules.NO_STREAMS if pod is not None else _not_found(target)
        return rules.error_status(protocol, f"unable to upgrade connection: {cause}")

    async def start() -> ExecProcess:
        if target.attach:
            return pod.attach(stdin=query.stdin, stdout=query.stdout, stderr=query.stderr)
        return await pod.exec(query.command, stdin=query.stdin, stdout=query.stdout, stderr=query.stderr, tty=query.tty)

    try:
        return await serve_command(link, protocol, start)
    except PodGoneError:
        cause = f"{_ATTACHING if target.attach else _EXECUTING}: container is in CONTAINER_EXITED state"
        return rules.error_status(protocol, f"Internal error occurred: {cause}" if protocol.translated else cause)
