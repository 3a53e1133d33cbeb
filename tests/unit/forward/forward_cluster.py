"""A cluster over loopback whose one Pod has a server: port-forward as kubelets and runtimes do it, exec, and faults.

It is written from Kubernetes' side of the wire (kubelet `portforward`, containerd `sandbox_portforward`), with sockets
and processes of this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import json
import os
import signal
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from aiohttp import WSMsgType, web

from k8s_sandbox_tui.local_cluster.raw_connection import RawConnection, upgraded
from k8s_sandbox_tui.provider.access import ClusterAccess
from k8s_sandbox_tui.provider.compute import k8s
from k8s_sandbox_tui.provider.exec.target import ExecTarget
from k8s_sandbox_tui.provider.forward.opening import open_forward
from k8s_sandbox_tui.provider.forward.patience import ForwardPatience
from k8s_sandbox_tui.provider.forward.wire import CHANNELS, TUNNEL
from k8s_sandbox_tui.spdy import frames as spdy
from tests.unit.exec.exec_server import ExecServer
from tests.unit.provider.api_server import ApiServer, Watch

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from k8s_sandbox_tui.provider.forward.model import ForwardVia
    from k8s_sandbox_tui.provider.forward.port_forward import PortForward

TARGET = ExecTarget(namespace="sandboxes", name="sbx", uid="uid-1")
PODS = "/api/v1/namespaces/sandboxes/pods"
POD = f"{PODS}/sbx"

NO_WEBSOCKET = (
    'pods "sbx" is forbidden: User "ann" cannot get resource "pods/portforward" in API group "" in the namespace "a"'
)

Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Kubelet:
    """How the cluster forwards ports."""

    tunnels: bool = True
    passes_end: bool = False
    """Whether the runtime tells the server of the end of the client's half; containerd does not."""
    grace: float = 0.02
    """Seconds from the end of one half until the runtime closes both; 1 in reality."""
    reaches: bool = True
    """False: as with gVisor, the runtime finds nobody in the sandbox's network."""
    json_errors: bool = True
    refuse: tuple[int, str] | None = None
    refuse_exec: tuple[int, str] | None = None
    websockets: bool = True
    """Whether the identity may open them; SPDY it may."""
    mute: bool = False
    """Takes no streams."""
    deaf: bool = False
    """Answers no pings."""
    cut_messages: bool = False
    """Sends every byte in a message of its own."""


class ForwardCluster:
    """One Pod, and a server in it whose connections the test is given."""

    def __init__(self) -> None:
        self.kubelet = Kubelet()
        self.api = ApiServer()
        self.exec = ExecServer()
        self.watch = Watch()
        self.pod: dict[str, object] | None = self.make_pod()
        self.sockets = 0
        self.upgrades = 0
        self.open_sockets: set[web.WebSocketResponse] = set()
        self.transports: list[asyncio.Transport] = []
        self.reached = 0
        self.peers: asyncio.Queue[Peer] = asyncio.Queue()
        self.answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] | None = None
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._takers: set[asyncio.Task[None]] = set()

    @staticmethod
    def make_pod(uid: str = "uid-1", phase: str = "Running", runtime: str = "containerd") -> dict[str, object]:
        container: dict[str, object] = {"name": "sandbox", "state": {"running": {}}, "containerID": f"{runtime}://1"}
        return {
            "metadata": {"name": "sbx", "namespace": "sandboxes", "uid": uid, "resourceVersion": "5"},
            "status": {"phase": phase, "containerStatuses": [container]},
        }

    async def __aenter__(self) -> Self:
        await self.api.__aenter__()
        self.api.on("GET", POD, self._show)
        self.api.on("GET", PODS, self.watch)
        self.api.on("GET", f"{POD}/portforward", self._portforward)
        self.api.on("POST", f"{POD}/portforward", self._portforward_by_spdy)
        self.api.on("GET", f"{POD}/exec", self._exec)
        self.api.on("POST", f"{POD}/exec", self._exec_by_spdy)
        await self.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.watch.end()
        await self.stop_server()
        for writer in self._writers:
            # One that has more to send than anybody reads would never close.
            writer.transport.abort()
        await asyncio.sleep(0)
        if self._takers:
            await asyncio.wait(self._takers, timeout=5)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self.kill_commands()
        await self.api.__aexit__()

    async def start_server(self) -> None:
        """The server in the sandbox."""
        self._server = await asyncio.start_server(self._take_peer, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop_server(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def next_peer(self) -> Peer:
        """The next connection that has reached the server."""
        async with asyncio.timeout(60):
            return await self.peers.get()

    async def connect(self, forward: PortForward) -> Peer:
        """A client of a forward, which is closed with the cluster at the latest."""
        reader, writer = await asyncio.open_connection(forward.local_host, forward.local_port)
        self._writers.append(writer)
        return reader, writer

    @contextlib.asynccontextmanager
    async def forward(self, via: ForwardVia = "auto", **patience: float) -> AsyncGenerator[PortForward]:
        async with self.access() as access, await self.open(access, via, None, **patience) as forward:
            yield forward

    @contextlib.asynccontextmanager
    async def access(self) -> AsyncGenerator[ClusterAccess]:
        access = ClusterAccess(k8s(kube_config_raw=self.api.kubeconfig()).config)
        try:
            yield access
        finally:
            await access.aclose()

    async def open(
        self, access: ClusterAccess, via: ForwardVia = "auto", port: int | None = None, **patience: float
    ) -> PortForward:
        reached = self.reached
        forward = await open_forward(
            access, TARGET, self.port if port is None else port, via=via, patience=ForwardPatience(**patience)
        )
        if self.reached > reached and self.answer is None:
            # Without tunnels, nobody learns whether port-forward is allowed but by a connection.
            await self.next_peer()
        return forward

    async def kill_commands(self) -> None:
        """Kills what runs in the sandbox."""
        for process in self.exec.served.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    def delete_pod(self, successor: dict[str, object] | None = None) -> None:
        """The Pod goes, and the watch says so; another one may come in its place."""
        gone = copy.deepcopy(self.pod)
        self.pod = successor
        self.watch.send("DELETED", gone)

    async def _take_peer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        task = asyncio.current_task()
        assert task is not None
        self._takers.add(task)
        task.add_done_callback(self._takers.discard)
        if self.answer is not None:
            with contextlib.suppress(ConnectionError):
                await self.answer(reader, writer)
        else:
            self.peers.put_nowait((reader, writer))

    async def _show(self, _: web.Request) -> web.StreamResponse:
        if self.pod is None:
            status = {"kind": "Status", "code": 404, "message": 'pods "sbx" not found', "reason": "NotFound"}
            return web.json_response(status, status=404)
        return web.json_response(self.pod)

    async def _exec_by_spdy(self, _: web.Request) -> web.StreamResponse:
        """Asked where the WebSocket is refused; then there is no right to this either."""
        assert self.kubelet.refuse_exec is not None
        status, message = self.kubelet.refuse_exec
        return _refused((status, message.replace(" get ", " create ")))

    async def _exec(self, request: web.Request) -> web.StreamResponse:
        if self.kubelet.refuse_exec is not None:
            return _refused(self.kubelet.refuse_exec)
        return await self.exec.serve_exec(request)

    async def _portforward(self, request: web.Request) -> web.StreamResponse:
        if self.kubelet.refuse is not None:
            return _refused(self.kubelet.refuse)
        if not self.kubelet.websockets:
            return _refused((403, NO_WEBSOCKET))
        offered = request.headers["Sec-WebSocket-Protocol"]
        protocol = TUNNEL if self.kubelet.tunnels and TUNNEL in offered else CHANNELS
        socket = web.WebSocketResponse(protocols=(protocol,), max_msg_size=0)
        await socket.prepare(request)
        assert request.transport is not None
        self.transports.append(request.transport)
        self.sockets += 1
        self.open_sockets.add(socket)
        try:
            if protocol == TUNNEL:
                await _TunnelEnd(self, functools.partial(_next_message, socket), socket.send_bytes).run()
            else:
                await _channels(self, socket, int(request.query["ports"]))
        finally:
            self.open_sockets.discard(socket)
        return socket

    async def _portforward_by_spdy(self, request: web.Request) -> web.StreamResponse:
        if self.kubelet.refuse is not None:
            return _refused(self.kubelet.refuse)
        assert request.headers["X-Stream-Protocol-Version"] == "portforward.k8s.io"
        response = upgraded({"Upgrade": "SPDY/3.1", "X-Stream-Protocol-Version": "portforward.k8s.io"})
        raw = await RawConnection.take(request, response)
        self.upgrades += 1
        await _TunnelEnd(self, raw.read, raw.send).run()
        raw.drop()
        return response

    async def refuse_spdy(self, _: web.Request) -> web.StreamResponse:
        """Refuses who may not `create` either."""
        return _refused((403, NO_WEBSOCKET.replace(" get ", " create ")))

    async def dial(self, port: int) -> Peer:
        if not self.kubelet.reaches:
            raise ConnectionRefusedError
        peer = await asyncio.open_connection("127.0.0.1", port)
        # Who asked for it may be cancelled before anything is copied.
        self._writers.append(peer[1])
        self.reached += 1
        return peer

    def spawn(self, work: asyncio.Task[None]) -> None:
        self._tasks.add(work)
        work.add_done_callback(self._tasks.discard)

    def failure_text(self, port: int) -> bytes:
        text = (
            f"error forwarding port {port} to pod 0123, uid : failed to execute portforward in network namespace "
            f'"/var/run/netns/cni-1": failed to connect to localhost:{port} inside namespace "0123", IPv4: dial tcp4 '
            f"127.0.0.1:{port}: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address"
        )
        return (
            json.dumps({"closeConnection": True, "message": text}).encode()
            if self.kubelet.json_errors
            else text.encode()
        )

    async def copy(self, peer: Peer, inbox: asyncio.Queue[bytes], output: Callable[[bytes], Awaitable[None]]) -> None:
        """As the runtime copies: the end of either half is the end of both, after a grace."""
        reader, writer = peer

        async def up() -> None:
            while data := await inbox.get():
                writer.write(data)
                await writer.drain()
            if self.kubelet.passes_end:
                writer.write_eof()
                await asyncio.Event().wait()

        async def down() -> None:
            while data := await reader.read(32 * 1024):
                await output(data)

        halves = {asyncio.create_task(up()), asyncio.create_task(down())}
        try:
            _, others = await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
            if others:
                await asyncio.wait(others, timeout=self.kubelet.grace)
        finally:
            for half in halves:
                half.cancel()
            await asyncio.wait(halves)
            writer.close()


class _TunnelEnd:
    """The kubelet's end of a tunnel."""

    def __init__(
        self,
        cluster: ForwardCluster,
        read: Callable[[], Awaitable[bytes]],
        write: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self.cluster = cluster
        self.read = read
        self.write = write
        self.reader = spdy.SpdyReader()
        self.writer = spdy.SpdyWriter()
        self.pairs: dict[str, dict[str, int]] = {}
        self.inboxes: dict[int, asyncio.Queue[bytes]] = {}

    async def run(self) -> None:
        while data := await self.read():
            for frame in self.reader.feed(data):
                await self.take(frame)
        for inbox in self.inboxes.values():
            await inbox.put(b"")

    async def take(self, frame: spdy.Frame) -> None:
        match frame:
            case spdy.Opened(stream=stream, headers=headers) if not self.cluster.kubelet.mute:
                pair = self.pairs.setdefault(headers["requestid"], {})
                pair[headers["streamtype"]] = stream
                await self.send(self.writer.accept(stream))
                if len(pair) == 2:
                    self.inboxes[pair["data"]] = asyncio.Queue(64)
                    self.cluster.spawn(asyncio.create_task(self.serve(int(headers["port"]), pair)))
            case spdy.Data(stream=stream, data=data, ended=ended) if stream in self.inboxes:
                if data:
                    await self.inboxes[stream].put(data)
                if ended:
                    await self.inboxes[stream].put(b"")
            case spdy.Ping(ident=ident) if not self.cluster.kubelet.deaf:
                await self.send(spdy.ping(ident))
            case _:
                return

    async def serve(self, port: int, pair: dict[str, int]) -> None:
        said = b""
        try:
            peer = await self.cluster.dial(port)
        except OSError:
            said = self.cluster.failure_text(port)
        else:
            await self.cluster.copy(
                peer, self.inboxes[pair["data"]], lambda data: self.send(spdy.data(pair["data"], data))
            )
        # containerd closes the data stream before the kubelet says what went wrong.
        await self.send(spdy.data(pair["data"], b"", ended=True))
        if said:
            await self.send(spdy.data(pair["error"], said))
        await self.send(spdy.data(pair["error"], b"", ended=True))

    async def send(self, frame: bytes) -> None:
        pieces = [frame[at : at + 1] for at in range(len(frame))] if self.cluster.kubelet.cut_messages else [frame]
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                await self.write(piece)


async def _next_message(socket: web.WebSocketResponse) -> bytes:
    """The bytes of the next message that has some; none at the end."""
    async for message in socket:
        if message.type is WSMsgType.BINARY and message.data:
            data: bytes = message.data
            return data
    return b""


async def _channels(cluster: ForwardCluster, socket: web.WebSocketResponse, port: int) -> None:
    """The kubelet's end of a WebSocket of channels."""
    for channel in (0, 1):
        await socket.send_bytes(bytes((channel,)) + struct.pack("<H", port))
    try:
        peer = await cluster.dial(port)
    except OSError:
        await socket.send_bytes(b"\x01" + cluster.failure_text(port))
        await socket.close()
        return
    inbox: asyncio.Queue[bytes] = asyncio.Queue(64)

    async def output(data: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            await socket.send_bytes(b"\x00" + data)

    async def receive() -> None:
        async for message in socket:
            if message.type is WSMsgType.BINARY and message.data[0] == 0:
                await inbox.put(message.data[1:])
        await inbox.put(b"")

    receiving = asyncio.create_task(receive())
    copying = asyncio.create_task(cluster.copy(peer, inbox, output))
    await asyncio.wait({copying, receiving}, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait({copying}, timeout=0 if receiving.done() else None)
    await socket.close()
    for task in (receiving, copying):
        task.cancel()
    await asyncio.wait({receiving, copying})


def _refused(refusal: tuple[int, str]) -> web.Response:
    status, message = refusal
    reason = "Forbidden" if status == 403 else "InternalError"
    return web.json_response({"kind": "Status", "code": status, "message": message, "reason": reason}, status=status)
