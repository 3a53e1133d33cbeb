"""Answers a request for pods/portforward."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import web

from k8s_sandbox_tui.local_cluster.objects.status_error import bad_request
from k8s_sandbox_tui.local_cluster.portforward import channels
from k8s_sandbox_tui.local_cluster.portforward.tunnel import Tunnel
from k8s_sandbox_tui.local_cluster.portforward.wires import (
    STREAM_PROTOCOL,
    TUNNEL_PROTOCOL,
    RawWire,
    WebSocketWire,
)
from k8s_sandbox_tui.local_cluster.raw_connection import RawConnection, upgraded
from k8s_sandbox_tui.local_cluster.upgrade import (
    SPDY,
    asks_for_spdy,
    asks_for_websocket,
    offered_protocols,
    refuse_stream_protocols,
    refuse_upgrade,
)
from k8s_sandbox_tui.local_cluster.upgrade import (
    STREAM_PROTOCOL as STREAM_PROTOCOL_HEADER,
)

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
    if asks_for_spdy(request):
        return await _over_spdy(request, dial)
    if not asks_for_websocket(request):
        return refuse_upgrade()
    offered = offered_protocols(request)
    # Clients of the channels offer those of exec too, and some none at all.
    known = [name for name in (TUNNEL_PROTOCOL, channels.PROTOCOL) if name in offered]
    if offered and not known:
        refusal = web.Response(status=403)
        refusal.force_close()
        return refusal
    tunneled = TUNNEL_PROTOCOL in known
    ports = [] if tunneled else _ports(request)
    socket = web.WebSocketResponse(protocols=known[:1], max_msg_size=_MAX_MESSAGE, compress=False)
    with suppress(ConnectionResetError):
        await socket.prepare(request)
        if tunneled:
            await Tunnel(WebSocketWire(socket), dial).serve()
        else:
            await channels.serve_channels(socket, ports, dial)
    return socket


async def _over_spdy(request: web.Request, dial: Dial) -> web.StreamResponse:
    offered = offered_protocols(request, STREAM_PROTOCOL_HEADER)
    if offered and STREAM_PROTOCOL not in offered:
        return refuse_stream_protocols(offered, [STREAM_PROTOCOL])
    response = upgraded({"Upgrade": SPDY} | ({STREAM_PROTOCOL_HEADER: STREAM_PROTOCOL} if offered else {}))
    with suppress(ConnectionResetError):
        await Tunnel(RawWire(await RawConnection.take(request, response)), dial).serve()
    return response


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
