"""Forwarded ports: by kubectl, and by a plain WebSocket as Python's clients do it."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import struct
import subprocess
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from yarl import URL

from tests.contract.cluster_client import look, pod_manifest
from tests.contract.kubectls import PROGRAMS, Kubectl
from tests.contract.port_server import ANSWERS_AFTER_THE_END, ask_port

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    import aiohttp

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from tests.contract.cluster_client import ApiClient

_NOTHING_LISTENS = 1
_ACCEPTS = "server.accept()"
_TELLS_OF_THEM = ANSWERS_AFTER_THE_END.replace(_ACCEPTS, _ACCEPTS + "; print('accepted', flush=True)")


@pytest.fixture
async def port(client: ApiClient, pods: str, namespace: str) -> int:
    """The port that the Pod `server` listens on."""
    await client.request("POST", pods, pod_manifest("server", command=["python3", "-c", _TELLS_OF_THEM]))
    await client.wait_for(namespace, "server", "status.phase", "Running")
    headers = {"Authorization": f"Bearer {client.token}"}
    async with client.session.get(f"{client.server}{pods}/server/log?follow=true", headers=headers) as log:
        return int(await log.content.readline())


@asynccontextmanager
async def _kubectl(
    program: Path, cluster: LocalClusterStatus, namespace: str, port: int
) -> AsyncGenerator[tuple[asyncio.subprocess.Process, int]]:
    """A running `kubectl port-forward`, and its local port."""
    command = Kubectl(program, cluster.kubeconfig, namespace).command("port-forward", "server", f":{port}")
    pipe = subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        found = re.search(r"127\.0\.0\.1:(\d+) ->", line)
        assert found, line
        yield process, int(found[1])
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("program", PROGRAMS)
async def test_kubectl_forwards_many_connections_and_their_ends(
    program: Path, local_cluster: LocalClusterStatus, namespace: str, port: int
) -> None:
    async with asyncio.timeout(60), _kubectl(program, local_cluster, namespace, port) as (_, local):
        questions = [secrets.token_hex(20_000).encode() for _ in range(20)]
        answers = await asyncio.gather(*(ask_port(local, question) for question in questions))
        assert answers == [question.upper() for question in questions]


@pytest.mark.parametrize("program", PROGRAMS)
async def test_kubectl_forwards_much(
    program: Path, local_cluster: LocalClusterStatus, namespace: str, port: int
) -> None:
    data = secrets.token_hex(1_500_000).encode()
    async with asyncio.timeout(60), _kubectl(program, local_cluster, namespace, port) as (_, local):
        answer = await ask_port(local, data)
        assert hashlib.sha256(answer).digest() == hashlib.sha256(data.upper()).digest()


@pytest.mark.parametrize("program", PROGRAMS)
async def test_kubectl_says_that_nothing_listens(
    program: Path, local_cluster: LocalClusterStatus, namespace: str, port: int
) -> None:
    async with asyncio.timeout(60), _kubectl(program, local_cluster, namespace, _NOTHING_LISTENS) as (process, local):
        with suppress(ConnectionError):
            assert await ask_port(local, b"hello") == b""
        assert process.stderr is not None
        said = (await process.stderr.readline()).decode()
        assert "failed to connect to localhost:1: dial 127.0.0.1: connection refused" in said


@asynccontextmanager
async def _channels(
    client: ApiClient, pods: str, query: str, *protocols: str
) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:
    url = URL(f"{client.server}{pods}/server/portforward?{query}", encoded=True)
    headers = {"Authorization": f"Bearer {client.token}"}
    offered = protocols or ("v4.channel.k8s.io",)
    async with (
        asyncio.timeout(60),
        client.session.ws_connect(url, protocols=offered, headers=headers, max_msg_size=0) as socket,
    ):
        yield socket


async def test_channels_carry_a_connection_to_each_port(client: ApiClient, pods: str, port: int) -> None:
    query = f"ports={port}&ports={_NOTHING_LISTENS}"
    async with _channels(client, pods, query, "v5.channel.k8s.io", "v4.channel.k8s.io") as socket:
        assert socket.protocol == "v4.channel.k8s.io"
        first = [await socket.receive_bytes() for _ in range(4)]
        expected = [(0, port), (1, port), (2, _NOTHING_LISTENS), (3, _NOTHING_LISTENS)]
        assert [(frame[0], struct.unpack("<H", frame[1:])[0]) for frame in first] == expected
        failure = await socket.receive_bytes()
        assert failure[:1] == b"\x03"
        assert b"connection refused" in failure


async def test_the_socket_closes_when_the_pod_does(client: ApiClient, pods: str, port: int, namespace: str) -> None:
    async with _channels(client, pods, f"ports={port}") as socket:
        for _ in range(2):
            await socket.receive_bytes()
        headers = {"Authorization": f"Bearer {client.token}"}
        async with client.session.get(f"{client.server}{pods}/server/log?follow=true", headers=headers) as log:
            async for line in log.content:
                if line == b"accepted\n":
                    break
        await client.request("DELETE", f"{pods}/server?gracePeriodSeconds=0")
        async for message in socket:
            raise AssertionError(message)
        assert socket.close_code == 1000


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", 'query parameter "ports" is required'),
        ("ports=many", 'unable to parse "many" as a port'),
        ("ports=70000", 'unable to parse "70000" as a port'),
    ],
)
async def test_ports_are_checked(client: ApiClient, pods: str, port: int, query: str, told: str) -> None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
    }
    answer = await client.get(f"{pods}/server/portforward?{query}", **headers)
    assert (answer.status, look(answer.body, "reason")) == (400, "BadRequest")
    assert told in answer.message


async def test_a_tunnel_that_speaks_no_spdy_is_closed(client: ApiClient, pods: str, port: int) -> None:
    async with _channels(client, pods, "", "SPDY/3.1+portforward.k8s.io") as socket:
        await socket.send_bytes(b"\x80\x02\x00\x01\x00\x00\x00\x00")
        async for message in socket:
            raise AssertionError(message)
        assert socket.close_code == 1002
