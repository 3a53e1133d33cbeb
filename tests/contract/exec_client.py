"""A bare client of pods/exec and pods/attach, and a server that has one Pod and those routes alone."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from yarl import URL

from k8s_sandbox_tui.local_cluster.remote_command.route import Target, remote_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcess
    from tests.contract.cluster_client import ApiClient

V5, V4 = "v5.channel.k8s.io", "v4.channel.k8s.io"
BOTH = (V5, V4)
SUCCESS = b'\x03{"metadata":{},"status":"Success"}'
PATIENCE = 60.0


@dataclass
class Exchange:
    """What a server said to one exec."""

    protocol: str | None
    frames: list[bytes] = field(default_factory=list[bytes])
    close_code: int | None = None

    def payload(self, channel: int) -> bytes:
        """All that came on a channel."""
        return b"".join(frame[1:] for frame in self.frames if frame[0] == channel)

    @property
    def status(self) -> dict[str, Any]:
        """The status, decoded."""
        return json.loads(self.payload(3))


class ExecServer:
    """One Pod's routes on loopback."""

    def __init__(self, pod: PodProcess | None) -> None:
        self.pod = pod
        self.handlers = 0
        application = web.Application()
        application.router.add_route("*", "/exec", self._serve)
        application.router.add_route("*", "/attach", self._serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        self._session: aiohttp.ClientSession | None = None
        self._idle = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession(f"http://127.0.0.1:{self.port}")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()
        await self._runner.cleanup()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The client's connections."""
        assert self._session is not None
        return self._session

    async def until_idle(self) -> None:
        """Waits until no exec is being served."""
        async with asyncio.timeout(PATIENCE):
            await self._idle.wait()

    async def open(
        self, command: Sequence[str], protocols: Sequence[str] = BOTH, **flags: bool
    ) -> aiohttp.ClientWebSocketResponse:
        """Opens an exec; stdout and stderr unless said otherwise."""
        asked = {"stdout": True, "stderr": True, **flags}
        query = [("command", word) for word in command] + [(name, str(value).lower()) for name, value in asked.items()]
        text = urlencode(query, errors="surrogateescape")
        return await self.session.ws_connect(f"/exec?{text}", protocols=protocols, max_msg_size=0)

    async def attach(self, protocol: str = V5, **flags: bool) -> aiohttp.ClientWebSocketResponse:
        """Joins the main process; stdout and stderr unless said otherwise."""
        asked = {"stdout": True, "stderr": True, **flags}
        text = urlencode({name: str(value).lower() for name, value in asked.items()})
        return await self.session.ws_connect(f"/attach?{text}", protocols=(protocol,), max_msg_size=0)

    async def run(
        self, *command: str, protocols: Sequence[str] = BOTH, send: Sequence[bytes | str] = (), **flags: bool
    ) -> Exchange:
        """Runs a command: waits for the first frame, sends all of these, then reads to the end."""
        socket = await self.open(command, protocols, **flags)
        exchange = Exchange(socket.protocol)
        async with asyncio.timeout(PATIENCE):
            exchange.frames.append(await socket.receive_bytes())
            sending = asyncio.create_task(self._send(socket, send))
            async for message in socket:
                exchange.frames.append(message.data)
            await asyncio.gather(sending, return_exceptions=True)
        exchange.close_code = socket.close_code
        return exchange

    async def _send(self, socket: aiohttp.ClientWebSocketResponse, messages: Sequence[bytes | str]) -> None:
        for message in messages:
            if isinstance(message, str):
                await socket.send_str(message)
            else:
                await socket.send_bytes(message)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.handlers += 1
        self._idle.clear()
        try:
            return await remote_command(request, Target(process=self.pod, attach=request.path == "/attach"))
        finally:
            self.handlers -= 1
            if not self.handlers:
                self._idle.set()


async def run_in_pod(client: ApiClient, pod: str, *command: str, container: str = "", **flags: bool) -> Exchange:
    """Runs a command in a Pod of a whole cluster, without input, to its end.

    Args:
        client: Of the cluster.
        pod: The Pod's path.
        command: What to run.
        container: Where; empty: in the only one.
        flags: Further options of PodExecOptions.
    """
    asked = {"stdout": True, "stderr": True, **flags}
    query = [("command", word) for word in command] + [(name, str(value).lower()) for name, value in asked.items()]
    query += [("container", container)] if container else []
    url = URL(f"{client.server}{pod}/exec?{urlencode(query)}", encoded=True)
    headers = {"Authorization": f"Bearer {client.token}"}
    async with (
        asyncio.timeout(PATIENCE),
        client.session.ws_connect(url, protocols=BOTH, max_msg_size=0, headers=headers) as socket,
    ):
        exchange = Exchange(socket.protocol)
        async for message in socket:
            exchange.frames.append(message.data)
        exchange.close_code = socket.close_code
        return exchange
