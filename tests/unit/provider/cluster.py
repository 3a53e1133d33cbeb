"""Pods as a server that is told what to say has them."""

from __future__ import annotations

import asyncio
import copy
from typing import TYPE_CHECKING, cast

import msgspec
from aiohttp import web

from tests.unit.provider.api_server import Watch, answer, recordings

if TYPE_CHECKING:
    from tests.unit.provider.api_server import Answer, ApiServer, Recorded

PODS = "/api/v1/namespaces/sandboxes/pods"
EVENTS = "/api/v1/namespaces/sandboxes/events"
RECORDED = recordings()
REFUSALS = RECORDED.refusals


def pod(kind: str = "running", **metadata: object) -> Recorded:
    """A recorded Pod with some of its metadata changed; None removes a field."""
    made = copy.deepcopy(RECORDED.created if kind == "created" else RECORDED.pods[kind])
    fields = cast("dict[str, object]", made["metadata"])
    fields.update(metadata)
    for name in [name for name, value in fields.items() if value is None]:
        del fields[name]
    return made


def as_sent(body: bytes, kind: str = "created") -> Recorded:
    """The Pod that a server makes of what it was sent."""
    sent = cast("dict[str, object]", msgspec.json.decode(body)["metadata"])
    return pod(kind, name=sent["name"], labels=sent["labels"], annotations=sent["annotations"], uid="uid-of-new")


def pod_list(*pods: Recorded, version: str = "100", resume: str = "") -> Answer:
    return answer(
        {"kind": "PodList", "metadata": {"resourceVersion": version, "continue": resume}, "items": list(pods)}
    )


class CreatingServer:
    """Takes one Pod, shows it in the states that the test names, and lets it be deleted."""

    def __init__(self, server: ApiServer) -> None:
        self.server = server
        self.pod: Recorded | None = None
        self.taken = asyncio.Event()
        self.watch = Watch()
        self.deleted: list[object] = []
        server.on("POST", PODS, self.take)
        server.on("GET", PODS, self.watch)
        server.on("GET", EVENTS, answer(RECORDED.events))
        server.on_any("GET", self.show)
        server.on_any("DELETE", self.delete)

    async def take(self, request: web.Request) -> web.Response:
        if self.pod is not None:
            return web.json_response(REFUSALS["already exists"]["body"], status=409)
        self.pod = as_sent(await request.read())
        self.taken.set()
        return web.json_response(self.pod, status=201)

    async def show(self, request: web.Request) -> web.Response:
        if self.pod is None or not request.path.endswith(f"/{self.name}"):
            return web.json_response(REFUSALS["pod missing"]["body"], status=404)
        return web.json_response(self.pod)

    async def delete(self, request: web.Request) -> web.Response:
        if self.pod is None or not request.path.endswith(f"/pods/{self.name}"):
            return web.json_response(REFUSALS["pod missing"]["body"], status=404)
        self.deleted.append(msgspec.json.decode(await request.read())["preconditions"]["uid"])
        gone, self.pod = self.pod, None
        return web.json_response(gone)

    def become(self, kind: str, event: str = "MODIFIED") -> None:
        """The Pod's state changes, and the watch says so."""
        self.change(kind)
        self.watch.send(event, self.pod)

    def change(self, kind: str) -> None:
        """The Pod's state changes."""
        assert self.pod is not None
        fresh = RECORDED.pods[kind]
        self.pod = self.pod | {"spec": fresh["spec"], "status": fresh["status"]}

    @property
    def name(self) -> str:
        assert self.pod is not None
        return str(cast("dict[str, object]", self.pod["metadata"])["name"])
