"""Requests that want to become something other than HTTP: a WebSocket, or SPDY."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Sequence

STREAM_PROTOCOL = "X-Stream-Protocol-Version"
_ACCEPTED = "X-Accepted-Stream-Protocol-Versions"
SPDY = "SPDY/3.1"


def asks_for_websocket(request: web.Request) -> bool:
    """Whether the request asks to become a WebSocket."""
    return _asks_for(request, "websocket")


def asks_for_spdy(request: web.Request) -> bool:
    """Whether the request asks to become SPDY, as kubectl's do before 1.30, and later ones when a WebSocket fails."""
    return _asks_for(request, SPDY.lower())


def _asks_for(request: web.Request, protocol: str) -> bool:
    connection = [word.strip().lower() for word in request.headers.get("Connection", "").split(",")]
    return "upgrade" in connection and request.headers.get("Upgrade", "").lower() == protocol


def offered_protocols(request: web.Request, header: str = "Sec-WebSocket-Protocol") -> list[str]:
    """The subprotocols that the client speaks, the one it likes best first."""
    values = request.headers.getall(header, [])
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


def refuse_upgrade() -> web.Response:
    """400: what can only be had over a connection of another kind was asked for over HTTP."""
    status: dict[str, object] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "Upgrade request required",
        "reason": "BadRequest",
        "code": 400,
    }
    return web.json_response(status, status=400)


def refuse_stream_protocols(offered: Sequence[str], accepted: Sequence[str]) -> web.Response:
    """403: over SPDY, the client speaks nothing that is spoken here."""
    told = f"client supports [{' '.join(offered)}], server accepts [{' '.join(accepted)}]"
    refusal = web.Response(status=403, text=f"unable to upgrade: unable to negotiate protocol: {told}\n")
    for name in accepted:
        refusal.headers.add(_ACCEPTED, name)
    refusal.force_close()
    return refusal
