"""Requests that want to become a WebSocket, and those that want what is not spoken here."""

from __future__ import annotations

from aiohttp import web

# Ours: a real server answers SPDY too.
_NO_SPDY = "Upgrade request required: a WebSocket; SPDY, which {asker} asks for, is not spoken here"
_ASKERS = {"portforward": "kubectl port-forward before 1.31"}


def asks_for_websocket(request: web.Request) -> bool:
    """Whether the request asks to become a WebSocket."""
    connection = [word.strip().lower() for word in request.headers.get("Connection", "").split(",")]
    return "upgrade" in connection and request.headers.get("Upgrade", "").lower() == "websocket"


def offered_protocols(request: web.Request) -> list[str]:
    """The subprotocols that the client speaks."""
    return [name.strip() for name in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if name.strip()]


def refuse_upgrade(request: web.Request) -> web.Response:
    """400, and for old kubectl the reason."""
    asks_for_spdy = request.headers.get("Upgrade", "").upper().startswith("SPDY/")
    asker = _ASKERS.get(request.path.rpartition("/")[2], "kubectl before 1.30")
    status: dict[str, object] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": _NO_SPDY.format(asker=asker) if asks_for_spdy else "Upgrade request required",
        "reason": "BadRequest",
        "code": 400,
    }
    return web.json_response(status, status=400)
