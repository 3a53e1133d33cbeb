"""A canned API server for exec, in a process of its own: `python -m tests.bench.canned_exec FOLDER`.

It has one Pod. A command whose last word is a number gets that many bytes of output, in frames of 32 KiB made before;
the status says success. It writes a kubeconfig, then `ready` to its standard output, and serves until its input ends.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from tests.bench.canned import DISCOVERY
from tests.unit.provider.api_server import ApiServer, answer

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject

NAME = "sbx"
PATH = f"/api/v1/namespaces/sandboxes/pods/{NAME}"
FRAME_BYTES = 32 << 10
_FRAME = b"\x01" + (b"0123456789abcde\n" * (FRAME_BYTES // 16))
_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
POD: JsonObject = {
    "kind": "Pod",
    "apiVersion": "v1",
    "metadata": {
        "name": NAME,
        "namespace": "sandboxes",
        "uid": "uid-1",
        "resourceVersion": "1",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": {"computesdk.io/managed": "true"},
    },
    "spec": {"containers": [{"name": "sandbox", "image": "python:3.11-slim"}]},
    "status": {
        "phase": "Running",
        "containerStatuses": [
            {"name": "sandbox", "image": "i", "imageID": "i", "ready": True, "restartCount": 0,
             "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}},
        ],
    },
}  # fmt: skip


async def _exec(request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse(protocols=_PROTOCOLS, compress=False)
    await socket.prepare(request)
    last = request.query.getall("command")[-1]
    for _ in range(int(last) // FRAME_BYTES if last.isdigit() else 0):
        await socket.send_bytes(_FRAME)
    await socket.send_bytes(b'\x03{"metadata":{},"status":"Success"}')
    await socket.close()
    return socket


async def serve(folder: Path) -> None:
    """Serves until standard input ends."""
    async with ApiServer() as server:
        for path, document in DISCOVERY.items():
            server.on("GET", path, answer(document))
        server.on("GET", PATH, answer(POD))
        server.on("GET", f"{PATH}/exec", _exec)
        await asyncio.to_thread((folder / "kubeconfig").write_text, server.kubeconfig())
        await asyncio.to_thread(print, "ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
