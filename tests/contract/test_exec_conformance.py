"""Replays recorded execs of a real cluster against the local one, message by message; see `known_differences`."""

from __future__ import annotations

import asyncio
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from aiohttp import WSServerHandshakeError
from yarl import URL

from tests.contract.cluster_client import api_client, look, own_cluster, pod_manifest
from tests.contract.exec_client import PATIENCE
from tests.contract.known_differences import unexplained
from tests.contract.recording import ExecExchange, Frame, exec_exchanges, failed_handshake

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.contract.cluster_client import ApiClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Drawn anew each time. Where outputs are cut into messages, and how stdout and stderr are mixed, is a matter of time.
_FREE = (
    (re.compile(rb'start exec \\"[0-9a-f]{64}\\"'), b"start exec ID"),
    (re.compile(rb"/dev/pts/\d+"), b"/dev/pts/N"),
)
_IDLE = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"]
EXCHANGES = exec_exchanges()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client() -> AsyncIterator[ApiClient]:
    """A cluster in which the recorded Pods are, one running and one ended."""
    with own_cluster() as cluster:
        async with api_client(cluster.kubeconfig) as client:
            pods = "/api/v1/namespaces/default/pods"
            await client.request("POST", pods, pod_manifest("golden-a", command=_IDLE))
            await client.request("POST", pods, pod_manifest("golden-done", command=["true"]))
            await client.wait_for("default", "golden-a", "status.phase", "Running")
            await client.wait_for("default", "golden-done", "status.phase", "Succeeded")
            yield client


@pytest.mark.parametrize("exchange", [pytest.param(one, id=one.name) for one in EXCHANGES])
async def test_exec_goes_as_recorded(client: ApiClient, exchange: ExecExchange) -> None:
    if exchange.name == "exec permission denied" and os.access("/etc/hostname", os.X_OK):
        node = (await client.get("/api/v1/nodes")).items[0]
        if look(node, "status.nodeInfo.containerRuntimeVersion") != "local://bubblewrap":
            pytest.skip("the machine's own /etc/hostname is executable")
    protocol, frames, close_code = await _replay(client, exchange)
    assert max(map(len, frames)) <= 32 * 1024 + 1
    found = _differences(exchange, protocol, frames, close_code)
    assert not (wrong := unexplained(exchange.name, found)), "\n".join(wrong)


def _differences(
    exchange: ExecExchange, protocol: str | None, frames: list[bytes], close_code: int | None
) -> list[str]:
    """In what an exec went differently."""
    expected = [frame for frame in exchange.response.frames if frame.dir == "server" and not frame.control]
    ends = [frame.code for frame in exchange.response.frames if frame.control]
    pairs: list[tuple[str, object, object]] = [
        ("protocol", protocol, exchange.response.protocol),
        ("first message", frames[0], expected[0].data),
        ("last channel", frames[-1][0], expected[-1].channel),
        ("close code", close_code, ends[-1]),
    ]
    for channel in (1, 2, 3):
        payload = b"".join(frame[1:] for frame in frames if frame[0] == channel)
        recorded = [frame for frame in expected if frame.channel == channel]
        pairs.append((f"length of channel {channel}", len(payload), sum(frame.len for frame in recorded)))
        pairs.append((f"channel {channel}", _normal(payload), _normal(_recorded_payload(recorded, payload))))
    return [f"{what}: {actual!r}, expected {wanted!r}" for what, actual, wanted in pairs if actual != wanted]


async def test_an_unknown_protocol_is_refused_as_recorded(client: ApiClient) -> None:
    recorded = failed_handshake("exec unknown subprotocol")
    url = URL(f"{client.server}/api/v1/namespaces/default/pods/golden-a/exec?{recorded.query}", encoded=True)
    headers = {"Authorization": f"Bearer {client.token}"}
    with pytest.raises(WSServerHandshakeError) as refused:
        await client.session.ws_connect(url, protocols=[recorded.protocol], headers=headers)
    assert refused.value.headers is not None
    assert (refused.value.status, refused.value.headers["Connection"]) == (recorded.status, recorded.connection)


async def test_all_recorded_execs_are_replayed() -> None:
    assert len(EXCHANGES) == 17


async def _replay(client: ApiClient, exchange: ExecExchange) -> tuple[str | None, list[bytes], int | None]:
    """Sends what was sent as soon as what came before it has come."""
    request = exchange.request
    pod = "golden-done" if exchange.name == "exec in a finished pod" else "golden-a"
    flags = {"stdout": "true", "container": "sandbox"} | ({} if request.tty else {"stderr": "true"})
    flags |= {name: "true" for name, asked in (("stdin", request.stdin), ("tty", request.tty)) if asked}
    query = urlencode([*flags.items(), *(("command", word) for word in request.command)])
    url = URL(f"{client.server}/api/v1/namespaces/default/pods/{pod}/exec?{query}", encoded=True)
    headers = {"Authorization": f"Bearer {client.token}"}
    protocols = request.protocols_offered
    frames: list[bytes] = []
    async with (
        asyncio.timeout(PATIENCE),
        client.session.ws_connect(url, protocols=protocols, max_msg_size=0, headers=headers) as socket,
    ):
        awaited = 0
        for frame in exchange.response.frames:
            if frame.control:
                break
            if frame.dir == "server":
                awaited += frame.len + 1
                continue
            while sum(map(len, frames)) < awaited:
                frames.append(await socket.receive_bytes())
            await socket.send_bytes(frame.data)
        frames += [message.data async for message in socket]
        return socket.protocol, frames, socket.close_code


def _recorded_payload(recorded: list[Frame], payload: bytes) -> bytes:
    """What came on a channel; what the recording cut off is taken from what came now."""
    whole = b""
    for frame in recorded:
        data = frame.data[1:]
        whole += data + payload[len(whole) + len(data) : len(whole) + frame.len]
    return whole


def _normal(payload: bytes) -> bytes:
    for pattern, replacement in _FREE:
        payload = pattern.sub(replacement, payload)
    return payload
