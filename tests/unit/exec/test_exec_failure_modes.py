"""Ways in which exec goes wrong in other clients, that take a server or a network of their own to show.

Tests of faults that are known elsewhere carry their numbers in these lists: `f` for the failure modes of sandbox
libraries, `ts` for the faults of ComputeSDK's TypeScript provider. Most stand with the part that avoids them.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
import struct
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from k8s_sandbox_tui.provider.connection.connection import Connection
from k8s_sandbox_tui.provider.connection.kubeconfig import load_target
from k8s_sandbox_tui.provider.errors import (
    CommandError,
    ConnectionLostError,
    SandboxGoneError,
    TransportError,
)
from k8s_sandbox_tui.provider.exec.commands import run_command, start_command
from k8s_sandbox_tui.provider.exec.patience import Patience
from k8s_sandbox_tui.provider.exec.protocol import V4, V5
from tests.timing_out import timed_out
from tests.unit.exec.exec_server import SUCCESS, TARGET, exit_status
from tests.unit.provider.api_server import ApiServer, answer
from tests.unit.provider.cluster import pod

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from pathlib import Path

    from tests.unit.exec.exec_server import ExecServer, LoopbackConnection

EXEC = f"{TARGET.pod_path}/exec"
POD = {"metadata": {"uid": TARGET.uid}, "status": {"phase": "Running"}}
MARKER = "__COMPUTESDK_EXIT_CODE__"


@asynccontextmanager
async def connected(kubeconfig: str) -> AsyncGenerator[Connection]:
    opened = Connection(load_target(raw=kubeconfig, environ={}))
    try:
        yield opened
    finally:
        await opened.aclose()


def kubeconfig_for(url: str) -> str:
    return json.dumps(
        {
            "clusters": [{"name": "c", "cluster": {"server": url}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


@asynccontextmanager
async def serving(
    script: Callable[[web.Request, web.WebSocketResponse], Awaitable[None]],
) -> AsyncGenerator[Connection]:
    """A TLS server whose execs all go as the script says, and the provider's own connection to it."""

    async def respond(request: web.Request) -> web.StreamResponse:
        websocket = web.WebSocketResponse(protocols=(V5, V4))
        await websocket.prepare(request)
        await script(request, websocket)
        return websocket

    async with ApiServer() as server, connected(server.kubeconfig()) as connection:
        server.on("GET", EXEC, respond)
        server.on("GET", TARGET.pod_path, answer(POD))
        yield connection


async def test_f1_f2_requests_among_and_after_execs_stay_requests(server: ExecServer) -> None:
    """An exec must not turn requests of others on the same client into WebSockets ("Handshake status 200 OK")."""
    async with connected(kubeconfig_for(f"http://127.0.0.1:{server.port}")) as connection:

        async def look() -> object:
            return json.loads(await connection.request("GET", TARGET.pod_path))

        async def run(number: int) -> str:
            return (await run_command(connection, TARGET, f"echo {number}")).stdout

        for _ in range(2):
            outputs, seen = await asyncio.gather(
                asyncio.gather(*(run(number) for number in range(20))), asyncio.gather(*(look() for _ in range(40)))
            )
            assert outputs == [f"{number}\n" for number in range(20)]
            assert seen == [server.pod] * 40
        assert await look() == server.pod


@pytest.mark.parametrize("stage", ["tcp", "tls", "upgrade"])
async def test_f3_what_never_answers_ends_at_the_deadline(stage: str) -> None:
    with ExitStack() as sockets:
        listener = sockets.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0 if stage == "tcp" else 8)
        if stage == "tcp":
            # With its queue full, the kernel answers no more connections.
            for _ in range(2):
                filler = sockets.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
        scheme = "https" if stage == "tls" else "http"
        async with (
            asyncio.timeout(60),
            connected(kubeconfig_for(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}")) as connection,
        ):
            with pytest.raises(TransportError, match="did not answer in time"):
                await run_command(connection, TARGET, "true", patience=Patience(open=0.2))


async def test_f8_messages_that_arrive_together_are_all_read() -> None:
    lines = [b"line %d\n" % number for number in range(2000)]

    async def together_and_then_nothing(request: web.Request, websocket: web.WebSocketResponse) -> None:
        assert request.transport is not None
        frames = (b"\x01" + line for line in lines)
        request.transport.write(b"".join(bytes((0x82, len(frame))) + frame for frame in frames))
        async for message in websocket:
            if message.data == b"\xff\x00":
                break
        await websocket.send_bytes(b"\x03" + SUCCESS)
        await websocket.close()

    async with serving(together_and_then_nothing) as connection, asyncio.timeout(60):
        async with await start_command(connection, TARGET, "cat", stdin=True) as running:
            seen = b""
            while len(seen) < len(b"".join(lines)):
                seen += (await anext(running)).data
            await running.close_stdin()
            assert await running.wait() == 0
        assert seen == b"".join(lines)


async def reset(request: web.Request, websocket: web.WebSocketResponse) -> None:
    await websocket.send_bytes(b"\x01partial\n")
    await websocket.receive()
    assert request.transport is not None
    request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


async def test_f10_a_reset_connection_is_a_lost_connection() -> None:
    async with serving(reset) as connection:
        with pytest.raises(ConnectionLostError) as caught:
            await run_command(connection, TARGET, "cat", stdin=b"x" * 3_000_000)
        assert caught.value.stdout == "partial\n"


async def test_f10_input_after_a_reset_raises_nothing_of_the_sockets() -> None:
    async with serving(reset) as connection, await start_command(connection, TARGET, "cat", stdin=True) as running:
        await running.send_stdin(b"x")
        with pytest.raises(ConnectionLostError):
            await running.wait()
        for _ in range(3):
            await running.send_stdin(b"x" * 100_000)
        await running.close_stdin()


async def test_f15_output_after_the_status_is_not_lost() -> None:
    async def status_first(_: web.Request, websocket: web.WebSocketResponse) -> None:
        for frame in (b"\x01early\n", b"\x03" + exit_status(7), b"\x01late\n", b"\x02too\n"):
            await websocket.send_bytes(frame)
        await websocket.close()

    async with serving(status_first) as connection:
        result = await run_command(connection, TARGET, "true")
    assert (result.stdout, result.stderr, result.exit_code) == ("early\nlate\n", "too\n", 7)


async def test_f17_input_outlives_an_output_that_nobody_writes(
    server: ExecServer, connection: LoopbackConnection, tmp_path: Path
) -> None:
    server.faults.close_stdin_with_stdout = True
    data = bytes(range(256)) * 8000
    for v4 in (False, True):
        server.faults.v4_only = v4
        for command in (f"exec cat >{tmp_path}/f", f"cat >{tmp_path}/f", ["sh", "-c", f"cat >{tmp_path}/f"]):
            result = await run_command(connection, TARGET, command, stdin=data)
            assert result.exit_code == 0
            arrived = (tmp_path / "f").read_bytes()
            assert (len(arrived), hashlib.sha256(arrived).digest()) == (len(data), hashlib.sha256(data).digest())


async def test_f22_a_child_that_holds_the_output_is_ended_by_the_timeout(
    server: ExecServer, connection: LoopbackConnection
) -> None:
    command = "sleep 60 & echo now"
    error = await timed_out(lambda timeout: run_command(connection, TARGET, command, timeout=timeout))
    assert error.stdout == "now\n"
    await server.until_dead()


@pytest.mark.parametrize(
    ("status", "said"),
    [(500, 'unable to upgrade connection: container not found ("sandbox")'), (400, "does not have a host assigned")],
)
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("exited 3", r"Sandbox default/sbx has ended\."),
        ("image cannot be pulled", r"does not run yet: it is starting \(ImagePullBackOff\)\. Wait until"),
        ("unschedulable", r"does not run yet: it is pending \(Unschedulable\)"),
        ("running", "does not run. Create another one"),
        ("", "Sandbox default/sbx was deleted"),
    ],
)
async def test_f28_an_upgrade_refused_for_want_of_a_container_says_why(
    status: int, said: str, kind: str, told: str
) -> None:
    refused = answer({"kind": "Status", "status": "Failure", "reason": "BadRequest", "message": said}, status)
    async with ApiServer() as server, connected(server.kubeconfig()) as connection:
        server.on("GET", EXEC, refused)
        if kind:
            server.on("GET", EXEC.removesuffix("/exec"), answer(pod(kind, uid=TARGET.uid)))
        with pytest.raises(CommandError if "yet" in told else SandboxGoneError, match=told):
            await run_command(connection, TARGET, "true")
        assert len(server.requests("GET", EXEC)) == 1


async def test_a_node_that_the_api_server_does_not_reach_is_told_before_the_upgrade_too() -> None:
    words = "error dialing backend: dial tcp 10.0.0.1:10250: connect: connection refused"
    async with ApiServer() as server, connected(server.kubeconfig()) as connection:
        server.on("GET", EXEC, answer({"kind": "Status", "reason": "InternalError", "message": words}, 500))
        with pytest.raises(CommandError, match="cannot reach the node of sandbox default/sbx: dial tcp"):
            await run_command(connection, TARGET, "true")
        assert [seen.method for seen in server.seen] == ["GET"]


@pytest.mark.parametrize("code", [124, 137, 143])
async def test_f29_a_code_that_looks_like_a_timeout_is_a_code(connection: LoopbackConnection, code: int) -> None:
    assert (await run_command(connection, TARGET, f"exit {code}", timeout=60_000)).exit_code == code


@pytest.mark.parametrize("stream", ["", " >&2"])
async def test_ts6_an_exit_code_cannot_be_printed(connection: LoopbackConnection, stream: str) -> None:
    printed = f"{MARKER}=42\n"
    result = await run_command(connection, TARGET, f"echo {MARKER}=42{stream}; kill -9 $$")
    assert (result.stdout + result.stderr, result.exit_code) == (printed, 137)
    assert (await run_command(connection, TARGET, f"echo {MARKER}=42{stream}")).exit_code == 0


async def test_ts14_what_a_child_prints_after_its_shell_has_ended_is_kept(connection: LoopbackConnection) -> None:
    command = "(while kill -0 $$ 2>/dev/null; do sleep 0.01; done; echo late) & echo now"
    result = await run_command(connection, TARGET, command)
    assert (result.stdout, result.exit_code) == ("now\nlate\n", 0)
