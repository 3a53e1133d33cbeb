"""A canned API server whose watches bring many changes: `python -m tests.bench.canned_watch PODS CHANGES FOLDER`.

It has `PODS` Pods; each watch brings `CHANGES` changes of them, made before, and the last one is of a Pod named `LAST`.
It writes a kubeconfig, then `ready` to its standard output, and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from aiohttp import web

from tests.bench.pod_pages import PODS, pod_list, pods
from tests.unit.provider.api_server import ApiServer

LAST = "last-of-all"
_CHUNK = 256


def changes(items: list[bytes], count: int) -> list[bytes]:
    """Chunks of watch events, each event with a resource version of its own, which tells that it is a change."""
    versioned = b'"resourceVersion":"'
    lines: list[bytes] = []
    for number in range(count):
        head, _, tail = items[number % len(items)].partition(versioned)
        pod = head + versioned + b"%d" % (1000 + number) + tail[tail.index(b'"') :]
        if number == count - 1:
            pod = pod.replace(b"computesdk-sbx-%08d" % (number % len(items)), LAST.encode())
        lines.append(b'{"type":"MODIFIED","object":%b}\n' % pod)
    return [b"".join(lines[start : start + _CHUNK]) for start in range(0, count, _CHUNK)]


async def serve(count: int, changed: int, folder: Path) -> None:
    """Serves until standard input ends."""
    items = pods(count)
    body = pod_list(items)
    chunks = changes(items, changed)

    async def respond(request: web.Request) -> web.StreamResponse:
        if "watch" not in request.query:
            return web.Response(body=body, content_type="application/json")
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
        await asyncio.Event().wait()
        return response

    async with ApiServer() as server:
        server.on("GET", PODS, respond)
        await asyncio.to_thread((folder / "kubeconfig").write_text, server.kubeconfig())
        await asyncio.to_thread(print, "ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
