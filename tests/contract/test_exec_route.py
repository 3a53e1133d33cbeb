"""pods/exec against a real Pod: as a real cluster was recorded, and where a recording does not reach."""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
from socket import SHUT_RDWR
from typing import TYPE_CHECKING

import aiohttp
import pytest
import pytest_asyncio

from k8s_sandbox_tui.local_cluster.runtime.create import create_runtime
from k8s_sandbox_tui.local_cluster.runtime.types import PodProcess, PodProcessSpec
from tests.contract.exec_client import BOTH, PATIENCE, SUCCESS, V4, V5, ExecServer
from tests.interruptible import UNTIL_SIGNAL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.runtime.create import LocalRuntime

pytestmark = pytest.mark.asyncio(loop_scope="module")
_IDLE = ("/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done")
_EXEC_ID = re.compile(rb'start exec \\"[0-9a-f]{64}\\"')


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runtime keeps its files."""
    return tmp_path_factory.mktemp("exec")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def runtime(folder: Path) -> AsyncIterator[LocalRuntime]:
    """The best runtime of this machine."""
    runtime = await create_runtime(folder / "runtime")
    yield runtime
    await runtime.close()


async def _start(runtime: LocalRuntime, folder: Path, name: str) -> PodProcess:
    state_dir = folder / name
    spec = PodProcessSpec(uid=name, name=name, namespace="n", hostname=name, argv=_IDLE, state_dir=state_dir)
    return await runtime.start(spec)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(runtime: LocalRuntime, folder: Path) -> AsyncIterator[ExecServer]:
    """A server of one idle Pod."""
    async with ExecServer(await _start(runtime, folder, "golden-a")) as server:
        yield server


def _non_zero(code: int) -> bytes:
    message = f"command terminated with non-zero exit code: command terminated with exit code {code}"
    details = f'{{"causes":[{{"reason":"ExitCode","message":"{code}"}}]}}'
    return (
        f'\x03{{"metadata":{{}},"status":"Failure","message":"{message}","reason":"NonZeroExitCode","details":{details}}}'
    ).encode()


@pytest.mark.parametrize("protocol", [V5, V4])
@pytest.mark.parametrize(
    ("command", "output", "status"),
    [
        (("true",), [], SUCCESS),
        (("/bin/sh", "-c", "echo out; exit 7"), [b"\x01out\n"], _non_zero(7)),
        (("/bin/sh", "-c", "kill -9 $$"), [], _non_zero(137)),
        (("printf", "\\303\\251\\377"), [b"\x01\xc3\xa9\xff"], SUCCESS),
    ],
)
async def test_frames_as_recorded(
    server: ExecServer, protocol: str, command: tuple[str, ...], output: list[bytes], status: bytes
) -> None:
    exchange = await server.run(*command, protocols=(protocol,))
    assert exchange.protocol == protocol
    assert exchange.frames == [b"\x01", *output, status]
    assert exchange.close_code == 1000


async def test_output_of_both_kinds_comes_before_the_status(server: ExecServer) -> None:
    exchange = await server.run("/bin/sh", "-c", "echo out; echo err >&2; exit 7")
    assert sorted(exchange.frames[1:3]) == [b"\x01out\n", b"\x02err\n"]
    assert exchange.frames[3:] == [_non_zero(7)]


@pytest.mark.parametrize(
    ("command", "runtime_says", "length"),
    [
        (
            ("/no/such",),
            'unable to start container process: exec: \\"/no/such\\": stat /no/such: no such file or directory',
            796,
        ),
        (("/etc/hostname",), 'unable to start container process: exec: \\"/etc/hostname\\": permission denied', 760),
        ((), "args must not be empty", 650),
    ],
)
async def test_what_cannot_start_is_a_status_as_recorded(
    server: ExecServer, runtime: LocalRuntime, command: tuple[str, ...], runtime_says: str, length: int
) -> None:
    if command == ("/etc/hostname",) and runtime.isolation != "bubblewrap":
        pytest.skip("the machine's own /etc/hostname may be executable")
    exchange = await server.run(*command)
    first, status = exchange.frames
    assert first == b"\x01"
    assert len(status) - 1 == length
    cause = (
        "Internal error occurred: error executing command in container: failed to exec in container: "
        f"failed to start exec ID: OCI runtime exec failed: exec failed: {runtime_says}: unknown"
    )
    assert _EXEC_ID.sub(b"start exec ID", status).decode() == (
        f'\x03{{"metadata":{{}},"status":"Failure","message":"Internal error occurred: {cause}",'
        f'"reason":"InternalError","details":{{"causes":[{{"message":"{cause}"}}]}},"code":500}}'
    )


async def test_in_v4_the_api_server_adds_nothing_of_its_own(server: ExecServer) -> None:
    exchange = await server.run("/no/such", protocols=(V4,))
    message = exchange.status["message"]
    assert message.startswith("Internal error occurred: error executing command in container: failed to exec")
    assert exchange.status["details"]["causes"][0]["message"] == message.removeprefix("Internal error occurred: ")


@pytest.mark.parametrize(("pod", "cause"), [(False, 'container not found ("sandbox")')])
async def test_a_container_that_does_not_run_is_a_status_of_the_upgraded_connection(pod: bool, cause: str) -> None:
    async with ExecServer(None) as finished:
        exchange = await finished.run("true")
        assert exchange.frames[0] == b"\x01"
        assert len(exchange.frames[1]) - 1 == 272
        assert exchange.status == {
            "metadata": {},
            "status": "Failure",
            "message": f"Internal error occurred: unable to upgrade connection: {cause}",
            "reason": "InternalError",
            "details": {"causes": [{"message": f"unable to upgrade connection: {cause}"}]},
            "code": 500,
        }
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await finished.run("true", protocols=(V4,))
        assert refused.value.status == 500
    assert not pod


async def test_no_protocol_has_no_status_but_for_failures_in_words(server: ExecServer) -> None:
    exchange = await server.run("echo", "hi", protocols=())
    assert (exchange.protocol, exchange.frames) == (None, [b"\x01", b"\x01hi\n"])
    failed = await server.run("/bin/sh", "-c", "exit 3", protocols=("channel.k8s.io",))
    assert failed.protocol == "channel.k8s.io"
    assert failed.frames[1:] == [b"\x03command terminated with non-zero exit code: command terminated with exit code 3"]


async def test_the_newest_protocol_is_chosen_whatever_the_order(server: ExecServer) -> None:
    assert (await server.run("true", protocols=(V4, "v9.channel.k8s.io", V5))).protocol == V5


async def test_an_unknown_protocol_is_refused_with_an_empty_body(server: ExecServer) -> None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "v9.channel.k8s.io",
    }
    async with server.session.get("/exec?stdout=true&command=true", headers=headers) as response:
        assert (response.status, await response.read()) == (403, b"")
        assert response.headers["Connection"] == "close"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("headers", [{}, {"Connection": "Upgrade", "Upgrade": "h2c"}])
async def test_over_http_alone_there_is_no_exec(server: ExecServer, method: str, headers: dict[str, str]) -> None:
    async with server.session.request(method, "/exec?stdout=true&command=true", headers=headers) as response:
        assert response.status == 400
        assert response.content_type == "application/json"
        status = await response.json()
    assert status == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "Upgrade request required",
        "reason": "BadRequest",
        "code": 400,
    }


async def test_without_any_stream_there_is_no_exec(server: ExecServer) -> None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    async with server.session.get("/exec?command=true", headers=headers) as response:
        assert (response.status, response.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert await response.text() == "you must specify at least 1 of stdin, stdout, stderr"
    exchange = await server.run("true", stdout=False, stderr=False)
    assert exchange.frames[0] == b"\x03"
    assert exchange.status["message"] == (
        "Internal error occurred: unable to upgrade connection: you must specify at least 1 of stdin, stdout, stderr"
    )


async def test_input_and_its_end_in_v5(server: ExecServer) -> None:
    exchange = await server.run("cat", send=[b"\x00hello", b"\xff\x00"], stdin=True)
    assert exchange.frames == [b"\x01", b"\x01hello", SUCCESS]


async def test_in_v4_input_has_no_end_but_the_clients_leaving(server: ExecServer) -> None:
    assert (await server.run("head", "-c", "5", protocols=(V4,), send=[b"\x00hello"], stdin=True)).frames == [
        b"\x01",
        b"\x01hello",
        SUCCESS,
    ]
    socket = await server.open(["/bin/sh", "-c", "cat; echo ended"], (V4,), stdin=True)
    await socket.send_bytes(b"\x00a")
    await socket.send_bytes(b"\xff\x00")
    await socket.send_bytes(b"\x00b")
    got = b""
    async with asyncio.timeout(PATIENCE):
        while got != b"ab":
            got += (await socket.receive_bytes())[1:]
    await socket.close()
    await server.until_idle()


async def test_what_means_nothing_is_passed_over(server: ExecServer) -> None:
    nonsense = [
        b"",
        b"\x09zzz",
        b"\x01x",
        b"\x04{",
        b"\x04{}",
        b'\x04{"Width":-1,"Height":1e9}',
        b"\xff",
        b"\xff\x00\x00",
        b"\xff\x07",
    ]
    exchange = await server.run("cat", send=[*nonsense, "", b"\x00ok", "\x00, text", b"\xff\x00"], stdin=True)
    assert exchange.payload(1) == b"ok, text"
    assert exchange.frames[-1] == SUCCESS


async def test_input_that_was_not_asked_for_is_passed_over(server: ExecServer) -> None:
    assert (await server.run("cat", send=[b"\x00x"])).frames == [b"\x01", SUCCESS]


async def test_frames_are_of_at_most_32_kibibytes(server: ExecServer) -> None:
    exchange = await server.run("/bin/sh", "-c", "head -c 200000 /dev/zero")
    sizes = [len(frame) - 1 for frame in exchange.frames[1:-1]]
    assert sum(sizes) == 200_000
    assert max(sizes) <= 32 * 1024


async def test_much_goes_through_in_both_directions_at_once(server: ExecServer) -> None:
    data = random.Random(2).randbytes(8 << 20)
    pieces = [b"\x00" + data[at : at + 50_000] for at in range(0, len(data), 50_000)]
    exchange = await server.run("tee", "/dev/stderr", send=[*pieces, b"\xff\x00"], stdin=True)
    wanted = hashlib.sha256(data).digest()
    assert hashlib.sha256(exchange.payload(1)).digest() == wanted
    assert hashlib.sha256(exchange.payload(2)).digest() == wanted
    assert exchange.frames[-1] == SUCCESS


async def test_a_terminal_merges_its_outputs_and_takes_a_size(server: ExecServer) -> None:
    exchange = await server.run(
        "/bin/sh",
        "-c",
        "read go; stty size; tty; echo err >&2",
        send=[b'\x04{"Width":100,"Height":30}', b"\x00\n"],
        stdin=True,
        tty=True,
    )
    lines = exchange.payload(1).split(b"\r\n")
    assert lines[1] == b"30 100"
    assert lines[2].startswith(b"/dev/pts/")
    assert lines[3] == b"err"
    assert exchange.payload(2) == b""
    assert exchange.frames[-1] == SUCCESS


async def test_ctrl_c_reaches_the_command_in_a_terminal(server: ExecServer) -> None:
    socket = await server.open(["python3", "-c", UNTIL_SIGNAL], stdin=True, tty=True)
    async with asyncio.timeout(PATIENCE):
        while b"up" not in await socket.receive_bytes():
            pass
        await socket.send_bytes(b"\x00\x03")
        frames = [message.data async for message in socket]
    assert frames[-1] == _non_zero(130)


@pytest.mark.parametrize(
    ("text", "given"), [("true", True), ("1", True), ("", True), ("yes", True), ("FALSE", False), ("0", False)]
)
async def test_booleans_are_read_as_the_api_machinery_reads_them(server: ExecServer, text: str, given: bool) -> None:
    socket = await server.session.ws_connect(f"/exec?command=echo&command=x&stdout={text}&stderr=1", protocols=BOTH)
    async with asyncio.timeout(PATIENCE):
        frames = [message.data async for message in socket]
    assert frames == ([b"\x01", b"\x01x\n", SUCCESS] if given else [b"\x02", SUCCESS])


async def test_arguments_arrive_as_the_bytes_they_are(server: ExecServer) -> None:
    words = ("", "a b&c=d+e", "ünï☃", "\udcff", "%41", "\n")
    exchange = await server.run("printf", "%s|", *words)
    assert exchange.payload(1).split(b"|")[:-1] == [word.encode("utf-8", "surrogateescape") for word in words]


async def test_a_background_child_keeps_the_exec_open_unless_redirected(server: ExecServer) -> None:
    redirected = await server.run("/bin/sh", "-c", "sleep 3600 >/dev/null 2>&1 & echo started")
    assert redirected.frames == [b"\x01", b"\x01started\n", SUCCESS]
    socket = await server.open(["/bin/sh", "-c", "exec 3<&0; (read line <&3; echo late) & exit 5"], stdin=True)
    async with asyncio.timeout(PATIENCE):
        assert await socket.receive_bytes() == b"\x01"
        await socket.send_bytes(b"\x00\n")
        assert [message.data async for message in socket] == [b"\x01late\n", _non_zero(5)]


@pytest.mark.parametrize("tty", [False, True])
@pytest.mark.parametrize("way", ["close", "drop"])
async def test_leaving_does_not_end_the_command(server: ExecServer, tty: bool, way: str) -> None:
    await server.run("sh", "-c", "rm -f $HOME/done; mkfifo $HOME/done")
    script = "echo up; cat >/dev/null; head -c 300000 /dev/zero; echo $? >$HOME/done"
    script = script.replace("cat >/dev/null; ", "") if tty else script
    socket = await server.open(["/bin/sh", "-c", script], stdin=True, tty=tty)
    async with asyncio.timeout(PATIENCE):
        while b"up" not in await socket.receive_bytes():
            pass
        if way == "close":
            await socket.close()
        else:
            socket.get_extra_info("socket").shutdown(SHUT_RDWR)
        assert (await server.run("sh", "-c", "cat $HOME/done")).payload(1) == b"0\n"
    await server.until_idle()


async def test_a_reader_that_is_slow_slows_the_command_down(server: ExecServer) -> None:
    await server.run("sh", "-c", "rm -f $HOME/sent; mkfifo $HOME/sent")
    script = "head -c 20000000 /dev/zero & head -c 20000000 /dev/zero; wait"
    socket = await server.open(["/bin/sh", "-c", script])
    assert await socket.receive_bytes() == b"\x01"
    # Others are served while nobody reads here.
    assert (await server.run("true")).frames[-1] == SUCCESS
    total = 0
    async with asyncio.timeout(PATIENCE):
        async for message in socket:
            total += len(message.data) - 1
    assert total == 40_000_000 + len(SUCCESS) - 1


async def test_a_pod_that_ends_ends_its_execs_with_137(runtime: LocalRuntime, folder: Path) -> None:
    pod = await _start(runtime, folder, "ending")
    async with ExecServer(pod) as ending:
        command = ["/bin/sh", "-c", "echo up; exec sleep 3600"]
        sockets = [await ending.open(command), await ending.open(command, stdin=True, tty=True)]
        async with asyncio.timeout(PATIENCE):
            for socket in sockets:
                while b"up" not in await socket.receive_bytes():
                    pass
            await pod.stop(0)
            for socket in sockets:
                assert [message.data async for message in socket] == [_non_zero(137)]
        exchange = await ending.run("true")
        assert exchange.status["reason"] == "InternalError"
        assert "container is in CONTAINER_EXITED state" in exchange.status["message"]


async def test_two_hundred_at_once(server: ExecServer) -> None:
    exchanges = await asyncio.gather(*(server.run("sh", "-c", f"echo {n}; exit {n % 7}") for n in range(200)))
    for n, exchange in enumerate(exchanges):
        assert exchange.payload(1) == b"%d\n" % n
        assert exchange.frames[-1] == (_non_zero(n % 7) if n % 7 else SUCCESS)
    await server.until_idle()
