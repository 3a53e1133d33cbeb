"""A canned API server with many Pods, in a process of its own: `python -m tests.bench.pod_pages COUNT FOLDER`.

It writes a kubeconfig, then `ready` to its standard output, and serves until its standard input ends. Every Pod is as
a real API server has answered it, with a name and a uid of its own; answers are made before they are asked for.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from tests.bench.canned import DISCOVERY
from tests.unit.provider.api_server import ApiServer, answer

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = 500
_RECORDED = Path(__file__).parent.parent / "data" / "real-kubernetes" / "exchanges.json"
PODS = "/api/v1/namespaces/sandboxes/pods"
_COLUMNS = ("Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node", "Readiness Gates")


def pods(count: int) -> list[bytes]:
    """Pods as JSON."""
    recorded = msgspec.json.decode(_RECORDED.read_bytes())
    template = msgspec.json.encode(next(one for one in recorded if one["name"] == "get running")["response"]["body"])
    uid = b"26a5592b-846e-4e57-af67-0eba2fdc1e87"
    return [
        template.replace(b"golden-a", b"computesdk-sbx-%08d" % number).replace(uid, uid[:-8] + b"%08d" % number)
        for number in range(count)
    ]


def pod_list(items: Sequence[bytes], resume: int = 0) -> bytes:
    """A page of a list."""
    more = b',"continue":"%d"' % resume if resume else b""
    head = b'{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"100"%b},"items":[' % more
    return head + b",".join(items) + b"]}"


def table(items: Sequence[bytes], resume: int = 0) -> bytes:
    """The same as kubectl asks for it: the cells, and the metadata of each Pod."""
    rows: list[object] = []
    for item in items:
        metadata = msgspec.json.decode(item)["metadata"]
        cells = [metadata["name"], "1/1", "Running", 0, "5m", "10.0.0.1", "node", "<none>", "<none>"]
        partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}
        rows.append({"cells": cells, "object": partial})
    columns = [
        {"name": name, "type": "string", "format": "", "description": "", "priority": int(place > 4)}
        for place, name in enumerate(_COLUMNS)
    ]
    more = {"continue": str(resume)} if resume else {}
    return msgspec.json.encode(
        {
            "kind": "Table",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": {"resourceVersion": "100", **more},
            "columnDefinitions": columns,
            "rows": rows,
        }
    )


def pages(items: Sequence[bytes], size: int = PAGE) -> list[tuple[Sequence[bytes], int]]:
    """The Pods of each page, and where the next one begins; 0 for the last."""
    starts = range(0, len(items), size)
    return [(items[start : start + size], (start + size) * (start + size < len(items))) for start in starts]


async def serve(count: int, folder: Path) -> None:
    """Serves until standard input ends."""
    items = pods(count)
    lists = [pod_list(part, resume) for part, resume in pages(items)]
    tables = [table(part, resume) for part, resume in pages(items)]
    whole = pod_list(items)

    async def respond(request: web.Request) -> web.Response:
        place = int(request.query.get("continue", "0")) // PAGE
        if "as=Table" in request.headers.get("Accept", ""):
            body = tables[place]
        else:
            body = lists[place] if "limit" in request.query else whole
        return web.Response(body=body, content_type="application/json")

    async with ApiServer() as server:
        server.on("GET", PODS, respond)
        for path, document in DISCOVERY.items():
            server.on("GET", path, answer(document))
        await asyncio.to_thread((folder / "kubeconfig").write_text, server.kubeconfig())
        await asyncio.to_thread(print, "ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
