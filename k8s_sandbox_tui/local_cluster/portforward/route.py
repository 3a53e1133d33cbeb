"""Answers a request for pods/portforward."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import web

from k8s_sandbox_tui.local_cluster.objects.status_error import bad_request
from k8s_sandbox_tui.local_cluster.portforward import channels, tunnel
from k8s_sandbox_tui.local_cluster.upgrade import asks_for_websocket, offered_protocols, refuse_upgrade

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.portforward.tunnel import Dial

_MAX_MESSAGE = 32 * 1024 * 1024
_MAX_PORTS = 127


async def portforward_route(request: web.Request, dial: Dial) -> web.StreamResponse:
    """Forwards ports until the client leaves; the caller has checked identity and Pod.

    Args:
        request: A GET or POST.
        dial: Connects to a port of the Pod.

    Raises:
        StatusError: 400, the query names no ports, or what is none.
    """
    if not asks_for_websocket(request):
        return refuse_upgrade(request)
    offered = offered_protocols(request)
    # Clients of the channels offer those of exec too, and some none at all.
    known = [name for name in (tunnel.PROTOCOL, channels.PROTOCOL) if name in offered]
    if offered and not known:
        refusal = web.Response(status=403)
        refusal.force_close()
        return refusal
    tunneled = tunnel.PROTOCOL in known
    ports = [] if tunneled else _ports(request)
    socket = web.WebSocketResponse(protocols=known[:1], max_msg_size=_MAX_MESSAGE, compress=False)
    with suppress(ConnectionResetError):
        await socket.prepare(request)
        if tunneled:
            await tunnel.Tunnel(socket, dial).serve()
        else:
            await channels.serve_channels(socket, ports, dial)
    return socket


def _ports(request: web.Request) -> list[int]:
    words = [word.strip() for value in request.query.getall("ports", []) for word in value.split(",")]
    if not words:
        raise bad_request('query parameter "ports" is required')
    if len(words) > _MAX_PORTS:
        raise bad_request(f"at most {_MAX_PORTS} ports can share a connection")
    for word in words:
        if not word.isascii() or not word.isdigit() or not 1 <= int(word) <= 65535:
            raise bad_request(f'unable to parse "{word}" as a port: it must be a number from 1 to 65535')
    return [int(word) for word in words]
