"""Plugins and identity providers behind a whole connection."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from k8s_sandbox_tui.provider.compute import k8s
from k8s_sandbox_tui.provider.connection.connection import Connection
from k8s_sandbox_tui.provider.connection.kubeconfig import load_target
from k8s_sandbox_tui.provider.errors import (
    AuthenticationError,
    ConfigError,
    CredentialPluginError,
    SandboxError,
    TransportError,
)
from tests.unit.provider.api_server import ApiServer, answer, authority_pem, issued, refusal
from tests.unit.provider.cluster import REFUSALS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import web

V1 = "client.authentication.k8s.io/v1"


@pytest.fixture
async def server() -> AsyncIterator[ApiServer]:
    async with ApiServer(client_certificates=True) as running:
        yield running


class Plugin:
    """A credential plugin whose output the test writes; it counts its runs."""

    def __init__(self, folder: Path) -> None:
        self._status = folder / "status"
        self._runs = folder / "runs"
        self._runs.touch()
        self._waits = folder / "waits"
        self._program = folder / "plugin.py"
        self._program.write_text(
            "import os, sys, time\n"
            f"with open({str(self._runs)!r}, 'a') as runs: runs.write('x')\n"
            f"while os.path.exists({str(self._waits)!r}): time.sleep(0.01)\n"
            "time.sleep(0.1)\n"
            f"status = open({str(self._status)!r}).read()\n"
            f'print(\'{{"apiVersion":"{V1}","kind":"ExecCredential","status":\' + status + \'}}\')\n'
        )

    @property
    def runs(self) -> int:
        return len(self._runs.read_text())

    @property
    def user(self) -> dict[str, object]:
        return {"exec": {"apiVersion": V1, "command": sys.executable, "args": ["-S", str(self._program)]}}

    def hangs(self) -> None:
        self._waits.touch()

    def gives(self, **status: object) -> None:
        # In one step: the plugin may be reading it.
        written = self._status.with_suffix(".new")
        written.write_text(json.dumps(status))
        written.replace(self._status)


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    return Plugin(tmp_path)


def connect(server: ApiServer, user: dict[str, object]) -> Connection:
    return Connection(load_target(raw=server.kubeconfig(**user), environ={}))


async def test_f41_sixteen_requests_at_once_with_an_expired_token_run_the_plugin_once(
    server: ApiServer, plugin: Plugin
) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        if request.headers["Authorization"] == "Bearer old":
            plugin.gives(token="new")
            return await refusal(REFUSALS["unauthorized"])(request)
        return await answer("ok")(request)

    server.on("GET", "/x", respond)
    plugin.gives(token="old")
    connection = connect(server, plugin.user)
    assert await asyncio.gather(*(connection.request("GET", "/x") for _ in range(16))) == [b"ok"] * 16
    assert plugin.runs == 2
    await connection.aclose()


async def test_a_token_that_has_expired_by_its_own_word_is_renewed_before_it_is_sent(
    server: ApiServer, plugin: Plugin
) -> None:
    server.on("GET", "/x", answer("ok"))
    plugin.gives(token="one", expirationTimestamp=(datetime.now(UTC) - timedelta(seconds=1)).isoformat())
    connection = connect(server, plugin.user)
    await connection.request("GET", "/x")
    plugin.gives(token="two", expirationTimestamp=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    await connection.request("GET", "/x")
    await connection.request("GET", "/x")
    assert [seen.headers["Authorization"] for seen in server.seen] == ["Bearer one", "Bearer two", "Bearer two"]
    assert plugin.runs == 2
    await connection.aclose()


async def test_a_plugin_that_gives_the_same_rejected_token_again(server: ApiServer, plugin: Plugin) -> None:
    server.on("GET", "/x", refusal(REFUSALS["unauthorized"]))
    plugin.gives(token="t")
    connection = connect(server, plugin.user)
    with pytest.raises(AuthenticationError):
        await connection.request("GET", "/x")
    assert len(server.seen) == 1
    await connection.aclose()


async def test_a_client_certificate_of_a_plugin_is_used_and_replaced(server: ApiServer, plugin: Plugin) -> None:
    ann, bob = issued("ann", ""), issued("bob", "")
    server.on("GET", "/x", answer("ok"), refusal(REFUSALS["unauthorized"]), answer("ok"))
    plugin.gives(clientCertificateData=ann.certificate.decode(), clientKeyData=ann.key.decode())
    connection = connect(server, plugin.user)
    await connection.request("GET", "/x")
    plugin.gives(clientCertificateData=bob.certificate.decode(), clientKeyData=bob.key.decode())
    await connection.request("GET", "/x")
    assert [seen.client for seen in server.seen] == ["ann", "ann", "bob"]
    assert "Authorization" not in server.seen[0].headers
    await connection.aclose()


async def test_f43_a_failing_plugin_sends_nothing(server: ApiServer, plugin: Plugin) -> None:
    connection = connect(server, plugin.user)  # its status file does not exist
    with pytest.raises(CredentialPluginError, match="FileNotFoundError") as caught:
        await connection.request("GET", "/x")
    assert "Traceback" in caught.value.stderr
    assert server.seen == []
    await connection.aclose()


async def test_cancelling_the_only_caller_and_closing_leaves_no_plugin(server: ApiServer, plugin: Plugin) -> None:
    plugin.hangs()
    connection = connect(server, plugin.user)
    asking = asyncio.create_task(connection.request("GET", "/x"))
    async with asyncio.timeout(60):
        while not plugin.runs:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
        asking.cancel()
        await connection.aclose()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert server.seen == []


async def test_closing_while_it_connects_leaves_nothing_open(server: ApiServer, plugin: Plugin) -> None:
    plugin.gives(token="t")
    compute = k8s(kube_config_raw=server.kubeconfig(**plugin.user))
    connecting = asyncio.create_task(compute.connect())
    await asyncio.sleep(0.02)
    await compute.aclose()
    with pytest.raises(SandboxError, match="has been closed"):
        await connecting


def jwt(lifetime: timedelta, name: str) -> str:
    claims = {"exp": (datetime.now(UTC) + lifetime).timestamp(), "sub": name}
    return f"e30.{base64.urlsafe_b64encode(msgspec.json.encode(claims)).decode().rstrip('=')}.x"


def oidc_user(server: ApiServer, **changes: str) -> dict[str, object]:
    config = {
        "idp-issuer-url": server.url + "/idp/",
        "idp-certificate-authority-data": base64.b64encode(authority_pem()).decode(),
        "client-id": "me",
        "client-secret": "s:ecret",
        "id-token": jwt(timedelta(hours=-1), "old"),
        "refresh-token": "refresh-1",
    }
    return {"auth-provider": {"name": "oidc", "config": config | changes}}


DISCOVERY = "/idp/.well-known/openid-configuration"


async def test_an_expired_oidc_token_is_renewed(server: ApiServer) -> None:
    fresh = jwt(timedelta(hours=1), "new")
    server.on("GET", DISCOVERY, answer({"token_endpoint": server.url + "/token"}))
    server.on("POST", "/token", answer({"id_token": fresh, "refresh_token": "refresh-2"}))
    server.on("GET", "/x", answer("ok"), refusal(REFUSALS["unauthorized"]), answer("ok"))
    connection = connect(server, oidc_user(server))
    await connection.request("GET", "/x")
    (renewal,) = server.requests("POST", "/token")
    assert renewal.body == b"grant_type=refresh_token&refresh_token=refresh-1"
    assert renewal.headers["Authorization"] == f"Basic {base64.b64encode(b'me:s%3Aecret').decode()}"
    assert server.requests("GET", "/x")[0].headers["Authorization"] == f"Bearer {fresh}"

    newer = jwt(timedelta(hours=2), "newer")
    server.on("POST", "/token", answer({"id_token": newer}))
    await connection.request("GET", "/x")
    assert server.requests("POST", "/token")[1].body.endswith(b"refresh_token=refresh-2")
    assert server.requests("GET", "/x")[-1].headers["Authorization"] == f"Bearer {newer}"
    await connection.aclose()


@pytest.mark.parametrize(
    ("discovery", "status", "token", "expected"),
    [
        ({"token_endpoint": "http://plain/token"}, 200, {}, "token endpoint that is not https"),
        ({"token_endpoint": "SELF/token"}, 400, {"error": "invalid_grant"}, r"refuses to renew the token \(HTTP 400\)"),
        ({"token_endpoint": "SELF/token"}, 200, {}, "gave no new ID token"),
        ({"token_endpoint": "SELF/token"}, 200, "<html>", "did not answer as OpenID Connect says"),
        ("<html>", 200, {}, "did not answer as OpenID Connect says"),
    ],
)
async def test_identity_providers_that_fail(
    discovery: object, status: int, token: object, expected: str, server: ApiServer
) -> None:
    text = msgspec.json.encode(discovery).decode().replace("SELF", server.url)
    server.on("GET", DISCOVERY, answer(msgspec.json.decode(text)))
    server.on("POST", "/token", answer(token, status))
    connection = connect(server, oidc_user(server))
    with pytest.raises(ConfigError, match=expected):
        await connection.request("GET", "/x")
    assert server.requests("GET", "/x") == []
    await connection.aclose()


async def test_an_identity_provider_with_the_wrong_authority(server: ApiServer) -> None:
    other = base64.b64encode(authority_pem("another")).decode()
    connection = connect(server, oidc_user(server, **{"idp-certificate-authority-data": other}))
    with pytest.raises(ConfigError, match="cannot be asked for a new token"):
        await connection.request("GET", "/x")
    assert server.seen == []
    await connection.aclose()


def test_a_name_server_that_does_not_answer_does_not_hold_the_end_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answered = threading.Event(), threading.Event()

    def never(*_: object, **__: object) -> list[object]:
        asked.set()
        answered.wait(120)
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    raw = msgspec.json.encode(
        {
            "clusters": [{"name": "c", "cluster": {"server": "https://slow.example"}}],
            "contexts": [{"name": "x", "context": {"cluster": "c"}}],
            "current-context": "x",
        }
    ).decode()

    async def ask() -> None:
        connection = Connection(load_target(raw=raw, environ={}))
        with pytest.raises(TransportError):
            await connection.request("GET", "/x", timeout=0.1)
        await connection.aclose()

    began = time.monotonic()
    asyncio.run(ask())
    assert asked.is_set()
    assert time.monotonic() - began < 30
    answered.set()
