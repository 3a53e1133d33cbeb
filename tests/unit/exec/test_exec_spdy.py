"""Exec over SPDY, where WebSockets are refused: what is asked, what is remembered, and all that can go wrong."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from aiohttp import ClientResponse

from k8s_sandbox_tui.provider.connection.upgraded import UpgradedConnection
from k8s_sandbox_tui.provider.errors import (
    ApiError,
    ConnectionLostError,
    ForbiddenError,
    InvalidObjectError,
    NotUpgradedError,
    SandboxGoneError,
    TransportError,
)
from k8s_sandbox_tui.provider.exec.commands import run_command, start_command
from k8s_sandbox_tui.provider.exec.patience import Patience
from k8s_sandbox_tui.spdy import frames as spdy
from tests.unit.exec.exec_server import SUCCESS, TARGET, exit_status
from tests.unit.exec.spdy_server import EXEC, POD, V4, SpdyExec, by_spdy, forbidden, spdy_server
from tests.unit.provider.api_server import ApiServer, answer, issued
from tests.unit.provider.api_server import cut as cut_off
from tests.unit.provider.connecting import connected

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import web

    from tests.unit.exec.spdy_server import Script
    from tests.unit.provider.api_server import Answer

SHORT = Patience(open=5, ping=0.1, pong=1, look=0.1, gone=0.1, close=0.2)


async def hello(command: SpdyExec) -> None:
    await command.begin()
    command.send("stdout", b"hello\n")
    command.send("stderr", b"oh\n")
    command.finish(exit_status(7))
    await command.until_left()


async def test_one_websocket_is_refused_and_then_all_goes_by_spdy() -> None:
    async with spdy_server(hello) as (server, connection):
        for _ in range(3):
            result = await run_command(connection, TARGET, "x", cwd="/tmp")
            assert (result.stdout, result.stderr, result.exit_code) == ("hello\n", "oh\n", 7)
        elsewhere = dataclasses.replace(TARGET, namespace="other")
        server.on("POST", elsewhere.exec_path, by_spdy(hello))
        server.on("GET", elsewhere.exec_path, forbidden("get"))
        assert (await run_command(connection, elsewhere, "x")).exit_code == 7
        assert [(seen.method, seen.path) for seen in server.seen] == [
            ("GET", EXEC),
            *[("POST", EXEC)] * 3,
            # Rights are of a namespace.
            ("GET", elsewhere.exec_path),
            ("POST", elsewhere.exec_path),
        ]
        websocket, first, *_ = server.seen
        assert first.query == websocket.query
        assert first.headers["Upgrade"] == "SPDY/3.1"
        assert first.headers["Authorization"] == "Bearer secret"


async def test_who_may_use_websockets_is_asked_nothing_more() -> None:
    async with spdy_server(hello) as (server, connection):
        server.on("GET", EXEC, answer({"kind": "Status", "message": "container not found"}, 500))
        with pytest.raises(SandboxGoneError):
            await run_command(connection, TARGET, "x")
        assert server.requests("POST", EXEC) == []


@pytest.mark.parametrize(
    ("refusal", "goes_on"),
    [
        (answer({"kind": "Status", "message": "Upgrade request required", "reason": "BadRequest"}, 400), True),
        (answer("<html>Bad Request</html>", 400), True),
        (answer("no such method", 405), True),
        (answer("<html>no such page</html>", 404), True),
        (answer("HTTP/2 is fine", 426), True),
        (answer("a page that a proxy makes of everything", 200), True),
        (answer({"kind": "Status", "message": "container x is not valid for pod sbx", "reason": "BadRequest"}, 400), 0),
        # From 1.35 on a WebSocket needs both verbs.
        (forbidden("create"), False),
        (answer("busy", 503), False),
    ],
)
async def test_only_a_refused_upgrade_is_tried_by_spdy(refusal: Answer, goes_on: bool) -> None:
    async with spdy_server(hello) as (server, connection):
        server.on("GET", EXEC, refusal)
        if goes_on:
            assert (await run_command(connection, TARGET, "x")).exit_code == 7
        else:
            with pytest.raises(ApiError):
                await run_command(connection, TARGET, "x")
        assert [seen.method for seen in server.seen] == ["GET", "POST"][: 1 + bool(goes_on)]


async def test_where_both_are_refused_the_right_that_is_enough_is_named() -> None:
    async with spdy_server(hello) as (server, connection):
        server.on("POST", EXEC, forbidden("create"))
        for _ in range(2):
            with pytest.raises(ForbiddenError, match="'create' on 'pods/exec' in namespace default") as caught:
                await run_command(connection, TARGET, "x")
            assert (caught.value.verb, caught.value.resource) == ("create", "pods/exec")
        assert [seen.method for seen in server.seen] == ["GET", "POST"] * 2


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (answer("unable to upgrade: unable to negotiate protocol", 403, {"Content-Type": "text/plain"}), "negotiate"),
        (answer("<html>", 400, {"Content-Type": "text/html"}), "HTTP 400"),
        (answer("<html>", 200), "did not agree to SPDY"),
    ],
)
async def test_a_way_that_knows_no_spdy_is_told_with_the_missing_right(refusal: Answer, said: str) -> None:
    async with spdy_server(hello) as (server, connection):
        server.on("POST", EXEC, refusal)
        with pytest.raises(ForbiddenError, match=f'cannot get resource "pods/exec".*; and by SPDY: .*{said}') as caught:
            await run_command(connection, TARGET, "x")
        assert "'get' on 'pods/exec'" in caught.value.hint
        server.on("GET", EXEC, answer("no such method", 405))
        with pytest.raises(ApiError, match="no such method; and by SPDY: ") as refused:
            await run_command(connection, TARGET, "x")
        assert refused.value.status == 405
        server.on("GET", EXEC, answer("<html>", 200))
        with pytest.raises(TransportError, match=r"WebSocket.*; and by SPDY: ") as lost:
            await run_command(connection, TARGET, "x")
        assert "proxy" in lost.value.hint
        assert not isinstance(lost.value, NotUpgradedError)


async def test_when_rights_change_the_other_way_is_found_again() -> None:
    async with spdy_server(hello) as (server, connection):
        await run_command(connection, TARGET, "x")
        server.on("POST", EXEC, forbidden("create"))
        server.on("GET", EXEC, answer({"kind": "Status", "message": "not now", "reason": "BadRequest"}, 400))
        with pytest.raises(InvalidObjectError, match="not now"):
            await run_command(connection, TARGET, "x")
        assert [seen.method for seen in server.seen] == ["GET", "POST", "POST", "GET"]
        assert not connection.without_websockets


async def test_a_sandbox_that_has_gone_is_gone_by_spdy_too() -> None:
    async with spdy_server(hello) as (server, connection):
        await run_command(connection, TARGET, "x")
        server.on("POST", EXEC, answer({"kind": "Status", "reason": "NotFound"}, 404))
        with pytest.raises(SandboxGoneError, match="was deleted"):
            await run_command(connection, TARGET, "x")
        server.on("POST", EXEC, answer('container not found ("sandbox")', 500, {"Content-Type": "text/plain"}))
        with pytest.raises(SandboxGoneError, match="does not run"):
            await run_command(connection, TARGET, "x")


async def test_certificates_proxy_and_renewed_credentials_hold_for_spdy(tmp_path: Path) -> None:
    token, ann = tmp_path / "token", issued("ann", "")
    token.write_text("old")
    (tmp_path / "ann.crt").write_bytes(ann.certificate)
    (tmp_path / "ann.key").write_bytes(ann.key)
    tunnels: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tunnels.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        back, forth = await asyncio.open_connection("127.0.0.1", server.port)
        await asyncio.gather(_pass_on(reader, forth), _pass_on(back, writer))

    async def rotate(_: web.Request) -> web.StreamResponse:
        token.write_text("new")
        return await answer({"kind": "Status"}, 401)(_)

    async with (
        ApiServer(host_on_certificate="kubernetes", client_certificates=True) as server,
        await asyncio.start_server(proxy, "127.0.0.1", 0) as listener,
    ):
        server.on("GET", EXEC, forbidden("get"))
        server.on("POST", EXEC, rotate, by_spdy(hello))
        key = {"client-certificate": str(tmp_path / "ann.crt"), "client-key": str(tmp_path / "ann.key")}
        proxy_url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        kubeconfig = server.kubeconfig(tokenFile=str(token), **key)
        way = {"tls-server-name": "kubernetes", "proxy-url": proxy_url}
        async with connected(kubeconfig, **way) as connection:
            assert (await run_command(connection, TARGET, "x")).exit_code == 7
        assert [(seen.headers["Authorization"], seen.client) for seen in server.seen] == [
            ("Bearer old", "ann"),
            ("Bearer old", "ann"),
            ("Bearer new", "ann"),
        ]
    assert tunnels
    assert all(asked.startswith(b"CONNECT 127.0.0.1:") for asked in tunnels)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
    except ConnectionError:
        pass
    writer.close()


async def test_a_kept_connection_that_the_server_has_closed_is_no_failure() -> None:
    async with spdy_server(hello) as (server, connection):
        server.on("POST", EXEC, cut_off(), by_spdy(hello))
        assert (await run_command(connection, TARGET, "x")).exit_code == 7
        server.on("POST", EXEC, cut_off())
        with pytest.raises(TransportError, match="closed the connection before it answered"):
            await run_command(connection, TARGET, "x")
        assert len(server.requests("POST", EXEC)) == 4


async def test_input_goes_as_it_is_and_ends() -> None:
    async def count(command: SpdyExec) -> None:
        await command.begin(4)
        while not command.has_ended("stdin"):
            assert await command.next()
        command.send("stdout", b"%d" % len(command.received("stdin")), ended=True)
        command.finish()
        await command.until_left()

    async with spdy_server(count) as (_, connection):
        result = await run_command(connection, TARGET, ["cat"], stdin=b"x" * 1_000_000)
        assert int(result.stdout) >= 1_000_000
        async with await start_command(connection, TARGET, "cat", stdin=True) as running:
            await running.send_stdin(b"one")
            await running.close_stdin()
            assert await running.wait() == 0


async def test_a_terminal_has_its_sizes_one_a_line() -> None:
    async def sizes(command: SpdyExec) -> None:
        await command.begin()
        assert set(command.streams) == {"error", "stdout", "resize"}
        while command.received("resize").count(b"\n") < 2:
            assert await command.next()
        command.send("stdout", command.received("resize"))
        command.finish()
        await command.until_left()

    async with (
        spdy_server(sizes) as (_, connection),
        await start_command(connection, TARGET, "x", tty=True, size=(80, 24)) as running,
    ):
        await running.resize(100, 30)
        shown = b"".join([chunk.data async for chunk in running])
        assert shown == b'{"Width":80,"Height":24}\n{"Width":100,"Height":30}\n'


async def cut(command: SpdyExec) -> None:
    await command.begin()
    command.send("stdout", b"partial\n")


async def cut_short(command: SpdyExec) -> None:
    """Some of the output is missing, whatever the status says."""
    await command.begin()
    command.send("stdout", b"partial\n")
    command.reset("stdout")
    command.finish()
    await command.until_left()


async def no_status(command: SpdyExec) -> None:
    await command.begin()
    command.send("stdout", b"partial\n", ended=True)
    command.send("stderr", b"", ended=True)
    command.send("error", b"", ended=True)
    await command.until_left()


async def nonsense(command: SpdyExec) -> None:
    await command.begin()
    command.send("stdout", b"partial\n")
    command.raw.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n" + b"\x80\x02\x00\x01\x00\x00\x00\x00")
    await command.until_left()


async def frozen(command: SpdyExec) -> None:
    await command.begin()
    command.send("stdout", b"partial\n")
    await asyncio.Event().wait()


@pytest.mark.parametrize("script", [cut, cut_short, no_status, nonsense, frozen])
async def test_no_status_is_no_success(script: Script) -> None:
    async with spdy_server(script) as (_, connection):
        with pytest.raises(ConnectionLostError) as caught:
            await run_command(connection, TARGET, "x", patience=SHORT)
        assert caught.value.stdout.startswith("partial\n")


async def refused_stream(command: SpdyExec) -> None:
    await command.opened()
    command.reset("stdout")
    await command.until_left()


async def going_away(command: SpdyExec) -> None:
    await command.opened()
    command.raw.write(spdy.go_away(0))
    await command.until_left()


async def unanswered(command: SpdyExec) -> None:
    await command.opened()
    await command.until_left()


@pytest.mark.parametrize(
    ("script", "expected", "patience"),
    [(refused_stream, "did not take the streams", 60), (going_away, "did not take", 60), (unanswered, "in time", 3)],
)
async def test_streams_that_are_not_taken_are_an_error_at_once(script: Script, expected: str, patience: float) -> None:
    async with spdy_server(script) as (server, connection):
        with pytest.raises(TransportError, match=expected):
            await run_command(connection, TARGET, "x", patience=Patience(open=patience))
        assert len(server.requests("POST", EXEC)) == 1


def test_an_aiohttp_that_cannot_hand_its_connection_over_is_told() -> None:
    answered = Mock(spec=ClientResponse, status=101, headers={"Upgrade": "SPDY/3.1"}, connection=None)
    with pytest.raises(TransportError, match="without its compiled parts") as caught:
        UpgradedConnection.take(answered, [V4], "https://x")
    assert "get" in caught.value.hint


@pytest.mark.parametrize("protocol", ["", "v1.channel.k8s.io"])
async def test_a_protocol_without_exit_codes_is_refused(protocol: str) -> None:
    async with spdy_server(hello) as (server, connection):
        server.on("POST", EXEC, by_spdy(hello, protocol))
        with pytest.raises(TransportError, match=f"took none of the protocols .*{V4} over SPDY"):
            await run_command(connection, TARGET, "x")


async def test_the_end_is_not_waited_for_and_going_away_is_none() -> None:
    async def goes_on(command: SpdyExec) -> None:
        await command.begin()
        command.raw.write(spdy.go_away(9) + spdy.ping(2))
        command.send("stdout", b"after all\n", ended=True)
        command.send("error", SUCCESS)
        command.send("stderr", b"last\n", ended=True)
        command.send("error", b"", ended=True)
        await command.until_left()
        assert spdy.Ping(2) in command.frames

    async with spdy_server(goes_on) as (_, connection):
        result = await run_command(connection, TARGET, "x", patience=Patience(close=60))
        assert (result.stdout, result.stderr, result.exit_code) == ("after all\n", "last\n", 0)


async def test_a_silent_command_is_kept_alive_and_one_that_takes_no_input_too() -> None:
    async def silent(command: SpdyExec) -> None:
        await command.begin(4)
        await asyncio.sleep(1.5)
        while not command.has_ended("stdin"):
            assert await command.next()
        while len([frame for frame in command.frames if isinstance(frame, spdy.Ping)]) < 3:
            assert await command.next()
        command.finish()
        await command.until_left()

    async with spdy_server(silent) as (server, connection):
        result = await run_command(connection, TARGET, "x", stdin=b"x" * 30_000_000, patience=SHORT)
        assert result.exit_code == 0
        assert server.requests("GET", TARGET.pod_path)


async def test_who_gives_up_sending_hinders_nobody_else() -> None:
    given_up = asyncio.Event()

    async def slow(command: SpdyExec) -> None:
        await command.begin(4)
        await given_up.wait()
        while not command.has_ended("stdin"):
            assert await command.next()
        command.send("stdout", command.received("stdin")[-4:])
        command.finish()
        await command.until_left()

    async with (
        spdy_server(slow) as (_, connection),
        await start_command(connection, TARGET, ["cat"], stdin=True) as running,
    ):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await running.send_stdin(b"x" * 30_000_000)
        more = asyncio.create_task(running.send_stdin(b"more"))
        await asyncio.sleep(0)
        given_up.set()
        await more
        await running.close_stdin()
        assert [chunk.data async for chunk in running] == [b"more"]


async def test_a_pod_that_vanishes_under_a_silent_command() -> None:
    async def forever(command: SpdyExec) -> None:
        await command.begin()
        server.on("GET", TARGET.pod_path, answer({"kind": "Status"}, 404))
        await command.until_left()

    async with spdy_server(forever) as (server, connection):
        with pytest.raises(SandboxGoneError, match="was deleted"):
            await run_command(connection, TARGET, "x", patience=SHORT)


async def test_the_server_waits_for_a_slow_reader() -> None:
    sent, size = 0, 64 * 1024 * 1024
    stalled = asyncio.Event()

    async def much(command: SpdyExec) -> None:
        nonlocal sent
        await command.begin()
        frame = spdy.data(command.streams["stdout"], bytes(32 * 1024))
        while sent < size:
            try:
                async with asyncio.timeout(None if stalled.is_set() else 0.3):
                    await command.raw.send(frame)
            except TimeoutError:
                stalled.set()
                await command.raw.send(b"")
            sent += 32 * 1024
        command.finish()
        await command.until_left()

    async with spdy_server(much) as (_, connection), await start_command(connection, TARGET, "x") as running:
        received = len((await anext(running)).data)
        await stalled.wait()
        assert sent < size // 2
        async for chunk in running:
            received += len(chunk.data)
        assert (received, await running.wait()) == (size, 0)


async def test_cancelling_and_closing_end_the_connection_at_once() -> None:
    left = asyncio.Event()
    begun = asyncio.Event()

    async def forever(command: SpdyExec) -> None:
        await command.begin()
        begun.set()
        await command.until_left()
        left.set()

    async with spdy_server(forever, hello) as (server, connection):
        server.on("GET", TARGET.pod_path, answer(POD))
        running = asyncio.create_task(run_command(connection, TARGET, "x"))
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await left.wait()
        # The second one kills.
        assert len(server.requests("POST", EXEC)) == 2
