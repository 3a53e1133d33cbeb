"""A small API server that does nothing but exec, over real sockets and with real processes, and can do it badly."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import socket
import struct
import termios
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import aiohttp
from aiohttp import web

from k8s_sandbox_tui.provider.errors import ApiError, NotFoundError, TransportError
from k8s_sandbox_tui.provider.exec.protocol import V4, V5
from k8s_sandbox_tui.provider.exec.target import ExecTarget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.provider.connection.upgraded import UpgradedConnection

TARGET = ExecTarget(namespace="default", name="sbx", uid="uid-1")
SUCCESS = b'{"metadata":{},"status":"Success"}'


def exit_status(code: int) -> bytes:
    if code == 0:
        return SUCCESS
    causes = [{"reason": "ExitCode", "message": str(code)}]
    return json.dumps({"status": "Failure", "reason": "NonZeroExitCode", "details": {"causes": causes}}).encode()


def failure_status(message: str) -> bytes:
    details = {"causes": [{"message": message}]}
    return json.dumps(
        {"status": "Failure", "reason": "InternalError", "message": message, "details": details, "code": 500}
    ).encode()


@dataclass
class Faults:
    """What the server does otherwise than it should."""

    v4_only: bool = False
    one_byte_frames: bool = False
    status: bytes | None = None
    drop_before_status: bool = False
    drops_left: int = 0
    """How many execs more lose their connection before the status."""
    close_without_status: bool = False
    linger_after_status: bool = False
    freeze: bool = False
    refuse: tuple[int, str] | None = None
    refuse_first: int = 0
    hold_first: bool = False
    close_stdin_with_stdout: bool = False
    cut_output: int | None = None


@dataclass
class Served:
    """What the server saw."""

    queries: list[list[tuple[str, str]]] = field(default_factory=list[list[tuple[str, str]]])
    urls: list[str] = field(default_factory=list[str])
    frames: list[bytes] = field(default_factory=list[bytes])
    pings: int = 0
    looks: int = 0
    processes: list[asyncio.subprocess.Process] = field(default_factory=list[asyncio.subprocess.Process])


class ExecServer:
    """Runs the argv of each exec as a process of this machine, in a session of its own."""

    def __init__(self, *, shell_path: str | None = None) -> None:
        self.faults = Faults()
        self.served = Served()
        self.pod: dict[str, object] | None = {
            "metadata": {"uid": TARGET.uid},
            "status": {"phase": "Running", "containerStatuses": [{"name": "sandbox", "state": {"running": {}}}]},
        }
        self.env = {"PATH": shell_path or os.environ["PATH"], "HOME": "/", "FROM_POD": "yes"}
        self.asked = asyncio.Event()
        self.started = asyncio.Event()
        self.port = 0
        self._transports: set[asyncio.WriteTransport] = set()
        self._all_transports: set[asyncio.WriteTransport] = set()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get(f"{TARGET.pod_path}/exec", self.serve_exec)
        app.router.add_get(TARGET.pod_path, self._get)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        await web.SockSite(self._runner, listener).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()
        for transport in self._all_transports:
            # One that was closed with something left to send waits for a reader that has gone.
            if transport.get_write_buffer_size() or not transport.is_closing():
                transport.abort()
        await asyncio.sleep(0)
        for process in self.served.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            await process.wait()
            # What a dropped connection has left unread: a pipe is closed at its end.
            for output in (process.stdout, process.stderr):
                if output is not None:
                    await output.read()
            if process.stdin is not None:
                # Closing it waits for a turn of the loop, and for whoever was to read what it still holds.
                pipe = process.stdin.transport
                if not pipe.is_closing() or pipe.get_write_buffer_size():
                    pipe.abort()
                with contextlib.suppress(ConnectionError):
                    await process.stdin.wait_closed()

    def drop(self) -> None:
        """Cuts every connection, as a load balancer does."""
        for transport in self._transports:
            transport.abort()

    async def until_dead(self) -> None:
        """Returns when no group of a command has a process any more; zombies do not count."""
        async with asyncio.timeout(60):
            for process in self.served.processes:
                await process.wait()
                while _has_members(process.pid):  # noqa: ASYNC110 - nobody tells when a group ends
                    await asyncio.sleep(0.01)

    async def _get(self, _: web.Request) -> web.Response:
        self.served.looks += 1
        if self.pod is None:
            return web.json_response({"kind": "Status", "message": "pods not found", "reason": "NotFound"}, status=404)
        return web.json_response(self.pod)

    async def serve_exec(self, request: web.Request) -> web.StreamResponse:
        self.served.queries.append(list(request.query.items()))
        self.served.urls.append(str(request.raw_path))
        self.asked.set()
        if self.faults.hold_first and len(self.served.urls) == 1:
            await asyncio.Event().wait()
        if self.faults.refuse and (self.faults.refuse_first == 0 or len(self.served.urls) <= self.faults.refuse_first):
            status, message = self.faults.refuse
            return web.json_response({"kind": "Status", "message": message}, status=status)
        websocket = web.WebSocketResponse(
            protocols=(V4,) if self.faults.v4_only else (V5, V4), autoping=False, max_msg_size=0
        )
        await websocket.prepare(request)
        assert isinstance(request.transport, asyncio.WriteTransport)
        transport = request.transport
        self._transports.add(transport)
        self._all_transports.add(transport)
        try:
            await _Exec(self, websocket, request).run()
        finally:
            self._transports.discard(transport)
        return websocket


class _Exec:
    def __init__(self, server: ExecServer, websocket: web.WebSocketResponse, request: web.Request) -> None:
        self.server = server
        self.faults = server.faults
        self.websocket = websocket
        self.request = request
        self.tty = request.query.get("tty") == "true"
        self.stdin = request.query.get("stdin") == "true"
        self.master = -1

    async def run(self) -> None:
        await self.websocket.send_bytes(b"\x01")
        process = await self._start()
        if process is None:
            return await self._finish(
                failure_status(f'exec: "{self.request.query["command"]}": executable file not found in $PATH')
            )
        self.server.served.processes.append(process)
        self.server.started.set()
        receiver = asyncio.create_task(self._receive(process))
        try:
            await asyncio.gather(*self._pumps(process))
            code = await process.wait()
            await self._finish(self.faults.status or exit_status(code if code >= 0 else 128 - code))
        finally:
            receiver.cancel()
            await asyncio.wait({receiver})
            if process.stdin is not None:
                # With the connection ends the input, but not the command (containerd's `ExecIO`).
                process.stdin.close()
            if self.master >= 0:
                os.close(self.master)

    async def _start(self) -> asyncio.subprocess.Process | None:
        argv = self.request.query.getall("command")
        pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        try:
            if not self.tty:
                return await asyncio.create_subprocess_exec(
                    *argv,
                    stdin=pipe if self.stdin else null,
                    stdout=pipe,
                    stderr=pipe,
                    env=self.server.env,
                    cwd="/",
                    start_new_session=True,
                )
            self.master, slave = os.openpty()
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env=self.server.env,
                cwd="/",
                start_new_session=True,
                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            )
            os.close(slave)
        except FileNotFoundError:
            return None
        return process

    def _pumps(self, process: asyncio.subprocess.Process) -> list[asyncio.Task[None]]:
        if self.tty:
            return [asyncio.create_task(self._pump_terminal())]
        assert process.stdout is not None
        assert process.stderr is not None
        return [
            asyncio.create_task(self._pump_stdout(process, process.stdout)),
            asyncio.create_task(self._pump(2, process.stderr)),
        ]

    async def _pump_stdout(self, process: asyncio.subprocess.Process, stdout: asyncio.StreamReader) -> None:
        await self._pump(1, stdout)
        if self.faults.close_stdin_with_stdout and process.stdin is not None:
            process.stdin.close()

    async def _pump(self, channel: int, source: asyncio.StreamReader) -> None:
        room = self.faults.cut_output if channel == 1 else None
        while data := await source.read(32 * 1024):
            await self._send(channel, data if room is None else data[:room])
            room = None if room is None else max(room - len(data), 0)

    async def _pump_terminal(self) -> None:
        while True:
            try:
                data = await asyncio.to_thread(os.read, self.master, 4096)
            except OSError:
                return
            await self._send(1, data)

    async def _send(self, channel: int, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            for part in _split(data) if self.faults.one_byte_frames else (data,):
                await self.websocket.send_bytes(bytes((channel,)) + part)

    async def _receive(self, process: asyncio.subprocess.Process) -> None:
        """One loop for all channels, which a command that does not read its input holds up: as the real one."""
        if self.faults.freeze:
            await asyncio.Event().wait()
        async for message in self.websocket:
            if message.type is aiohttp.WSMsgType.PING:
                self.server.served.pings += 1
                await self.websocket.pong(message.data)
            if message.type is not aiohttp.WSMsgType.BINARY:
                continue
            frame = bytes(message.data)
            self.server.served.frames.append(frame)
            if frame[0] == 4 and self.master >= 0:
                size = json.loads(frame[1:])
                fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", size["Height"], size["Width"], 0, 0))
            elif frame[0] == 0 and self.master >= 0:
                os.write(self.master, frame[1:])
            elif process.stdin is not None and not process.stdin.is_closing():
                with contextlib.suppress(ConnectionError):
                    if frame[0] == 0:
                        process.stdin.write(frame[1:])
                        await process.stdin.drain()
                    elif frame == b"\xff\x00":
                        process.stdin.close()

    async def _finish(self, status: bytes) -> None:
        transport = self.request.transport
        if self.faults.freeze:
            await asyncio.Event().wait()
        dropped = self.faults.drop_before_status or self.faults.drops_left > 0
        self.faults.drops_left = max(0, self.faults.drops_left - 1)
        if not dropped and not self.faults.close_without_status:
            with contextlib.suppress(ConnectionError):
                for part in _split(status) if self.faults.one_byte_frames else (status,):
                    await self.websocket.send_bytes(b"\x03" + part)
        if self.faults.linger_after_status:
            await asyncio.Event().wait()
        if self.faults.close_without_status:
            await self.websocket.close()
        elif transport is not None:
            # As the real server after a v5 status: no close frame.
            transport.close()


def _has_members(group: int) -> bool:
    for process in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208 - names, some of them gone already
        with contextlib.suppress(OSError):
            state, _, its_group, *_ = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            if int(its_group) == group and state != "Z":
                return True
    return False


def _split(data: bytes) -> list[bytes]:
    return [data[index : index + 1] for index in range(len(data))]


class LoopbackConnection:
    """The way to an `ExecServer`."""

    def __init__(self, server: ExecServer) -> None:
        self.without_websockets: set[str] = set()
        self._url = f"http://127.0.0.1:{server.port}"
        self._session = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def request(self, method: str, path: str, *, timeout: float) -> bytes:
        limit = aiohttp.ClientTimeout(total=timeout)
        try:
            async with self._session.request(method, self._url + path, timeout=limit) as response:
                if response.status == 404:
                    raise NotFoundError("not found", status=404)
                return await response.read()
        except aiohttp.ClientError as error:
            raise TransportError(str(error), sent=False) from error

    async def open_websocket(
        self, path: str, params: Sequence[tuple[str, str]], protocols: Sequence[str], timeout: float
    ) -> aiohttp.ClientWebSocketResponse[Literal[True]]:
        try:
            return await self._session.ws_connect(
                self._url + path, params=list(params), protocols=protocols, autoping=False, max_msg_size=0
            )
        except aiohttp.WSServerHandshakeError as error:
            if error.status == 404:
                raise NotFoundError("refused", status=404, reason="NotFound") from error
            raise ApiError("refused", status=error.status) from error
        except aiohttp.ClientError as error:
            raise TransportError(str(error), sent=False) from error

    async def open_spdy(
        self, path: str, params: Sequence[tuple[str, str]], protocols: Sequence[str], timeout: float
    ) -> UpgradedConnection:
        raise ApiError("no SPDY here", status=500)
