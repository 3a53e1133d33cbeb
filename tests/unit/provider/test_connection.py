"""Requests, streams and WebSockets over a real TLS server that misbehaves in every way that was thought of."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import TYPE_CHECKING

import msgspec
import pytest
from aiohttp import web

from k8s_sandbox_tui.provider.connection.certificates import ClientCertificate, tls_context
from k8s_sandbox_tui.provider.connection.connection import Connection
from k8s_sandbox_tui.provider.connection.kubeconfig import load_target
from k8s_sandbox_tui.provider.connection.kubeconfig_schema import Cluster
from k8s_sandbox_tui.provider.errors import (
    ApiError,
    AuthenticationError,
    CertificateError,
    ForbiddenError,
    InvalidKubeconfigError,
    InvalidObjectError,
    NotFoundError,
    RateLimitedError,
    SandboxError,
    TransportError,
)
from tests.unit.provider.api_server import (
    Answer,
    ApiServer,
    Watch,
    answer,
    authority_pem,
    cut,
    issued,
    recordings,
    refusal,
    silence,
)
from tests.unit.provider.connecting import connected

if TYPE_CHECKING:
    from pathlib import Path

REFUSALS = recordings().refusals


async def test_a_request_and_its_answer(server: ApiServer, connection: Connection) -> None:
    server.on("POST", "/x", answer("yes", 201))
    body = await connection.request("POST", "/x", params=[("a", "b c/é"), ("d", "")], body=b'{"k":1}', accept="text/x")
    assert body == b"yes"
    (seen,) = server.seen
    assert seen.query == {"a": "b c/é", "d": ""}
    assert seen.body == b'{"k":1}'
    assert seen.headers["Authorization"] == "Bearer secret"
    assert seen.headers["Accept"] == "text/x"
    assert seen.headers["Content-Type"] == "application/json"
    assert seen.headers["Accept-Encoding"] == "identity"
    assert connection.requests == 1


async def test_ts17_connections_are_kept(server: ApiServer, connection: Connection) -> None:
    peers: set[object] = set()

    async def peer(request: web.Request) -> web.Response:
        peers.add(request.get_extra_info("peername"))
        return web.Response()

    server.on("GET", "/x", peer)
    for _ in range(5):
        await connection.request("GET", "/x")
    assert len(peers) == 1


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        (
            "namespace missing",
            NotFoundError,
            r'namespaces "absent" not found. Create it \(kubectl create namespace absent',
        ),
        ("pod missing", NotFoundError, 'pods "golden-none" not found'),
        ("invalid name", InvalidObjectError, 'Pod "Bad_Name" is invalid'),
        ("malformed quantity", InvalidObjectError, "quantities must match"),
        ("bad continue", InvalidObjectError, "continue key is not valid"),
        ("unauthorized", AuthenticationError, "does not accept the credentials. The token may have expired"),
        ("watch forbidden", ForbiddenError, "A Role with the verb 'watch' on 'pods' in namespace sandboxes grants it"),
        (
            "list everywhere forbidden",
            ForbiddenError,
            "A ClusterRole with the verb 'list' on 'pods' in the whole cluster",
        ),
        ("exec forbidden", ForbiddenError, "verb 'get' on 'pods/exec' in namespace sandboxes grants it"),
        ("anonymous", ForbiddenError, "The API server saw no credentials"),
        ("unknown path", NotFoundError, "404 page not found"),
    ],
)
async def test_recorded_refusals(
    name: str, kind: type[ApiError], expected: str, server: ApiServer, connection: Connection
) -> None:
    server.on("GET", "/x", refusal(REFUSALS[name]))
    with pytest.raises(kind, match=expected) as caught:
        await connection.request("GET", "/x")
    assert caught.value.status == REFUSALS[name]["status"]
    assert len(server.seen) == 1


async def test_a_forbidden_request_says_what_it_lacked(server: ApiServer, connection: Connection) -> None:
    server.on("GET", "/x", refusal(REFUSALS["watch forbidden"]))
    with pytest.raises(ForbiddenError) as caught:
        await connection.request("GET", "/x")
    assert (caught.value.verb, caught.value.resource, caught.value.namespace) == ("watch", "pods", "sandboxes")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (418, "", "HTTP 418"),
        (404, "<html>not what you think</html>", "HTTP 404"),
        (409, {"kind": "Status"}, "HTTP 409"),
        (409, {"kind": "Pod", "message": "x"}, "HTTP 409"),
        (409, [1], "HTTP 409"),
        (302, "", "a redirect, which is not followed. Check the server"),
    ],
)
async def test_answers_of_something_else_than_an_api_server(
    status: int, body: object, expected: str, server: ApiServer, connection: Connection
) -> None:
    headers = {"Location": "/login", "Content-Type": "text/html"} if isinstance(body, str) else None
    server.on("GET", "/x", answer(body, status, headers))
    with pytest.raises(ApiError, match=expected):
        await connection.request("GET", "/x")


async def test_f41_a_401_renews_the_credential_once_and_sends_again(server: ApiServer, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old")

    async def rotate(_: web.Request) -> web.Response:
        token.write_text("new")
        return web.json_response(REFUSALS["unauthorized"]["body"], status=401)

    server.on("POST", "/x", rotate, answer("ok"))
    async with connected(server.kubeconfig(tokenFile=str(token))) as connection:
        assert await connection.request("POST", "/x") == b"ok"
    assert [seen.headers["Authorization"] for seen in server.seen] == ["Bearer old", "Bearer new"]


async def test_a_second_401_is_an_error(server: ApiServer, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("0")

    async def rotate(_: web.Request) -> web.Response:
        token.write_text(token.read_text() + "0")
        return web.json_response(REFUSALS["unauthorized"]["body"], status=401)

    server.on("GET", "/x", rotate)
    async with connected(server.kubeconfig(tokenFile=str(token))) as connection:
        with pytest.raises(AuthenticationError):
            await connection.request("GET", "/x")
    assert len(server.seen) == 2


async def test_a_401_with_nothing_to_renew_is_an_error_at_once(server: ApiServer, connection: Connection) -> None:
    server.on("GET", "/x", refusal(REFUSALS["unauthorized"]))
    with pytest.raises(AuthenticationError):
        await connection.request("GET", "/x")
    assert len(server.seen) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_f38_429_waits_as_told_for_every_method(method: str, server: ApiServer, connection: Connection) -> None:
    busy = answer({"kind": "Status", "message": "slow down"}, 429, {"Retry-After": "1"})
    server.on(method, "/x", busy, answer("ok"))
    began = time.monotonic()
    assert await connection.request(method, "/x") == b"ok"
    assert time.monotonic() - began >= 1


async def test_f38_429_beyond_the_deadline_says_when_to_come_back(server: ApiServer, connection: Connection) -> None:
    body = {"kind": "Status", "message": "slow down", "details": {"retryAfterSeconds": 7}}
    server.on("GET", "/x", answer(body, 429))
    with pytest.raises(RateLimitedError, match="slow down") as caught:
        await connection.request("GET", "/x", timeout=2)
    assert caught.value.retry_after == 7
    assert caught.value.retryable


@pytest.mark.parametrize("fault", [answer("", 503), answer("", 500), cut()])
async def test_what_may_be_done_twice_is_sent_again(fault: Answer, server: ApiServer, connection: Connection) -> None:
    server.on("GET", "/x", fault, fault, answer("ok"))
    assert await connection.request("GET", "/x") == b"ok"


@pytest.mark.parametrize(("fault", "kind"), [(answer("", 503), ApiError), (cut(), TransportError)])
async def test_a_post_is_sent_once(
    fault: Answer, kind: type[SandboxError], server: ApiServer, connection: Connection
) -> None:
    server.on("POST", "/x", fault, answer("ok"))
    with pytest.raises(kind) as caught:
        await connection.request("POST", "/x")
    assert len(server.seen) == 1
    assert caught.value.retryable


async def test_no_answer_in_time(server: ApiServer, connection: Connection) -> None:
    server.on("GET", "/x", silence())
    with pytest.raises(TransportError, match="did not answer in time") as caught:
        async with asyncio.timeout(60):
            await connection.request("GET", "/x", timeout=1)
    assert caught.value.sent


async def test_nothing_listens(server: ApiServer, connection: Connection) -> None:
    await server.stop_listening()
    with pytest.raises(TransportError, match=r"cannot be reached: .*refused.* Check that the cluster runs") as caught:
        await connection.request("POST", "/x")
    assert not caught.value.sent


async def test_an_unknown_host() -> None:
    raw = '{"clusters":[{"name":"c","cluster":{"server":"https://no.invalid"}}],"contexts":[{"name":"x","context":{"cluster":"c"}}],"current-context":"x"}'
    async with connected(raw) as connection:
        with pytest.raises(TransportError, match="is not known") as caught:
            await connection.request("GET", "/x")
    assert not caught.value.sent


async def test_the_wrong_authority(server: ApiServer) -> None:
    other = base64.b64encode(authority_pem("another authority")).decode()
    async with connected(server.kubeconfig(), **{"certificate-authority-data": other}) as connection:
        with pytest.raises(CertificateError, match="not signed by the authority that the kubeconfig expects"):
            await connection.request("GET", "/x")


async def test_a_certificate_for_another_host_and_tls_server_name() -> None:
    async with ApiServer(host_on_certificate="kubernetes") as server:
        server.on("GET", "/x", answer("ok"))
        server.on("GET", "/ws", answer("no", 400))
        async with connected(server.kubeconfig()) as connection:
            with pytest.raises(CertificateError, match=r"is for another host: .*[^.]\. Use"):
                await connection.request("GET", "/x")
        async with connected(server.kubeconfig(), **{"tls-server-name": "kubernetes"}) as connection:
            assert await connection.request("GET", "/x") == b"ok"
            with pytest.raises(InvalidObjectError):
                await connection.open_websocket("/ws", [], ["v5.channel.k8s.io"])


async def test_insecure_skip_tls_verify(server: ApiServer) -> None:
    server.on("GET", "/x", answer("ok"))
    insecure = {"certificate-authority-data": "", "insecure-skip-tls-verify": True}
    async with connected(server.kubeconfig(), **insecure) as connection:
        assert await connection.request("GET", "/x") == b"ok"


async def test_an_authority_and_insecure_contradict_each_other(server: ApiServer) -> None:
    async with connected(server.kubeconfig(), **{"insecure-skip-tls-verify": True}) as connection:
        with pytest.raises(InvalidKubeconfigError, match="Remove one of the two"):
            await connection.request("GET", "/x")


async def test_a_client_certificate() -> None:
    ann = issued("ann", "")
    user = {
        "client-certificate-data": base64.b64encode(ann.certificate).decode(),
        "client-key-data": base64.b64encode(ann.key).decode(),
    }
    async with ApiServer(client_certificates=True) as server:
        server.on("GET", "/x", answer("ok"))
        async with connected(server.kubeconfig(**user)) as connection:
            assert await connection.request("GET", "/x") == b"ok"
        assert [seen.client for seen in server.seen] == ["ann"]


def test_f46_no_key_stays_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delattr("os.memfd_create", raising=False)  # the way of systems that have none
    ann = issued("ann", "")
    tls_context(Cluster(server="https://x"), ClientCertificate(ann.certificate, ann.key))
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"client-certificate-data": "!"}, "client-certificate-data of the kubeconfig is not base64"),
        ({"client-certificate-data": "YQ=="}, "has no client-key"),
        ({"client-certificate-data": "YQ==", "client-key-data": "YQ=="}, "do not fit together, or are not PEM"),
        ({"client-certificate": "/no/such", "client-key": "/no/such"}, "cannot be read: No such file"),
    ],
)
async def test_client_certificates_that_cannot_be_used(
    user: dict[str, object], expected: str, server: ApiServer
) -> None:
    with pytest.raises(InvalidKubeconfigError, match=expected):
        async with connected(server.kubeconfig(**user)) as connection:
            await connection.prepare()


async def test_f45_impersonation_reaches_requests_and_websockets(server: ApiServer) -> None:
    user = {"token": "t", "as": "bob", "as-groups": ["a", "b"]}
    server.on("GET", "/x", answer("ok"))
    async with connected(server.kubeconfig(**user)) as connection:
        await connection.request("GET", "/x")
        with pytest.raises(NotFoundError):
            await connection.open_websocket("/ws", [], ["v5.channel.k8s.io"])
    for seen in server.seen:
        assert seen.headers["Impersonate-User"] == "bob"
        assert seen.groups == ["a", "b"]
        assert seen.headers["Authorization"] == "Bearer t"


async def test_f48_a_proxy(server: ApiServer) -> None:
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(proxy, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with (
        listener,
        connected(server.kubeconfig(), **{"proxy-url": f"http://u:hush@127.0.0.1:{port}"}) as connection,
    ):
        with pytest.raises(TransportError, match="proxy refuses to connect") as caught:
            await connection.request("POST", "/x")
    assert asked[0].startswith(b"CONNECT 127.0.0.1:")
    assert b"Proxy-Authorization: Basic" in asked[0]
    assert b"Bearer" not in asked[0]
    assert "hush" not in str(caught.value)
    assert not caught.value.sent


def test_a_proxy_of_another_kind_is_refused(server: ApiServer) -> None:
    document = msgspec.json.decode(server.kubeconfig())
    document["clusters"][0]["cluster"]["proxy-url"] = "socks5://u:hush@proxy:1"
    with pytest.raises(InvalidKubeconfigError, match="'socks5', which is not supported") as caught:
        Connection(load_target(raw=msgspec.json.encode(document).decode(), environ={}))
    assert "hush" not in str(caught.value)


async def test_a_stream_gives_lines_whatever_their_pieces(server: ApiServer, connection: Connection) -> None:
    watch = Watch()
    server.on("GET", "/x", watch)
    for piece in (b"o", b"ne\ntwo\nth", b"ree", b"\n", b"four"):
        watch.send_raw(piece)
    watch.end()
    async with connection.stream("/x") as batches:
        pieces = [bytes(lines) async for lines in batches]
    assert b"".join(pieces).split() == [b"one", b"two", b"three", b"four"]
    assert all(lines.endswith(b"\n") for lines in pieces[:-1])


async def test_a_refused_stream(server: ApiServer, connection: Connection) -> None:
    server.on("GET", "/x", refusal(REFUSALS["watch forbidden"]))
    with pytest.raises(ForbiddenError, match="cannot watch"):
        await read_all(connection, [])


async def test_a_stream_that_breaks(server: ApiServer, connection: Connection) -> None:
    watch = Watch()
    server.on("GET", "/x", watch)
    watch.send_raw(b"one\ntw")
    watch.cut()
    lines: list[bytes] = []
    with pytest.raises(TransportError, match="broke"):
        await read_all(connection, lines)
    assert lines == [b"one"]


async def read_all(connection: Connection, lines: list[bytes], idle_timeout: float = 10) -> None:
    async with connection.stream("/x", idle_timeout=idle_timeout) as batches:
        async for batch in batches:
            lines.extend(bytes(batch).splitlines())


async def test_a_stream_that_falls_silent(server: ApiServer, connection: Connection) -> None:
    server.on("GET", "/x", Watch())
    with pytest.raises(TransportError, match="did not answer in time"):
        await read_all(connection, [], idle_timeout=0.2)


def echo(*protocols: str) -> Answer:
    async def respond(request: web.Request) -> web.StreamResponse:
        websocket = web.WebSocketResponse(protocols=protocols)
        await websocket.prepare(request)
        await websocket.send_str(request.path_qs)
        await websocket.close()
        return websocket

    return respond


async def test_a_websocket(server: ApiServer, connection: Connection) -> None:
    respond = echo("v4.channel.k8s.io")
    server.on("GET", "/x", respond)
    params = [("command", "/bin/sh"), ("command", "-c"), ("command", "echo 'a b'&c\n")]
    websocket = await connection.open_websocket("/x", params, ["v5.channel.k8s.io", "v4.channel.k8s.io"])
    assert websocket.protocol == "v4.channel.k8s.io"
    assert server.seen[0].headers["Sec-WebSocket-Protocol"] == "v5.channel.k8s.io,v4.channel.k8s.io"
    assert (await websocket.receive()).data.startswith("/x?command=%2Fbin%2Fsh&command=-c&command=echo%20")
    await websocket.close()


async def test_f11_a_refused_upgrade_says_why(server: ApiServer, connection: Connection) -> None:
    server.on("GET", "/x", refusal(REFUSALS["exec forbidden"]))
    with pytest.raises(ForbiddenError, match=r"cannot get resource \"pods/exec\".*verb 'get' on 'pods/exec'"):
        await connection.open_websocket("/x", [], ["v5.channel.k8s.io"])


async def test_an_upgrade_after_a_401(server: ApiServer, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old")

    async def rotate(_: web.Request) -> web.Response:
        token.write_text("new")
        return web.json_response(REFUSALS["unauthorized"]["body"], status=401)

    respond = echo("v5.channel.k8s.io")
    server.on("GET", "/x", rotate, respond)
    async with connected(server.kubeconfig(tokenFile=str(token))) as connection:
        websocket = await connection.open_websocket("/x", [], ["v5.channel.k8s.io"])
        await websocket.close()


@pytest.mark.parametrize(
    ("respond", "expected"),
    [
        (answer("hello"), "did not agree to a WebSocket"),
        (echo("other"), "took none of the protocols"),
        (silence(), "in time"),
    ],
)
async def test_an_upgrade_that_comes_to_nothing(
    respond: Answer, expected: str, server: ApiServer, connection: Connection
) -> None:
    server.on("GET", "/x", respond)
    with pytest.raises(TransportError, match=expected):
        await connection.open_websocket("/x", [], ["v5.channel.k8s.io"], timeout=1 if expected == "in time" else 30)


async def test_a_closed_connection_makes_no_request(server: ApiServer, connection: Connection) -> None:
    await connection.aclose()
    with pytest.raises(TransportError, match="has been closed"):
        await connection.request("GET", "/x")
    assert server.seen == []


async def test_closing_does_not_wait_for_an_open_stream(server: ApiServer, connection: Connection) -> None:
    watch = Watch()
    server.on("GET", "/x", watch)

    reading = asyncio.create_task(read_all(connection, []))
    await watch.opened.wait()
    async with asyncio.timeout(60):
        await connection.aclose()
        with pytest.raises(TransportError):
            await reading


async def test_a_stream_that_was_closed_before_it_was_read_ends_with_an_error_of_ours(
    server: ApiServer, connection: Connection
) -> None:
    server.on("GET", "/x", Watch())
    async with connection.stream("/x") as batches:
        await connection.aclose()
        with pytest.raises(TransportError):
            async for _ in batches:
                pass


async def test_two_hundred_requests_at_once(server: ApiServer, connection: Connection) -> None:
    gate = asyncio.Event()
    waiting = 0

    async def wait(_: web.Request) -> web.Response:
        nonlocal waiting
        waiting += 1
        if waiting == 200:
            gate.set()
        await gate.wait()
        return web.Response()

    server.on("GET", "/x", wait)
    await asyncio.gather(*(connection.request("GET", "/x") for _ in range(200)))


@pytest.mark.parametrize("server_url", ["", "ftp://x", "https://", "example:6443", "/x"])
def test_servers_that_are_no_url(server_url: str) -> None:
    document = {
        "clusters": [{"name": "c", "cluster": {"server": server_url}}],
        "contexts": [{"name": "x", "context": {"cluster": "c"}}],
        "current-context": "x",
    }
    with pytest.raises(InvalidKubeconfigError, match="server"):
        Connection(load_target(raw=msgspec.json.encode(document).decode(), environ={}))
