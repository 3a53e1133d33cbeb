"""pods/attach: the main process' streams, over both kinds of connection, and its place in the API."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from tests.contract.cluster_client import pod_manifest
from tests.contract.exec_client import PATIENCE, SUCCESS, V4, V5, ExecServer
from tests.contract.spdy_client import spdy_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import aiohttp

    from tests.contract.cluster_client import ApiClient

from k8s_sandbox_tui.local_cluster.runtime.create import create_runtime
from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

_ECHO = 'while read line; do echo "got $line"; echo "not $line" >&2; done; echo over; exit 4'


@pytest.fixture(params=[True, False], ids=["once", "often"])
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ExecServer]:
    """A server of one Pod that answers its input; with `once` it ends with the first that attaches."""
    runtime = await create_runtime(tmp_path / "runtime")
    spec = PodProcessSpec(
        uid="p",
        name="p",
        namespace="n",
        hostname="p",
        argv=("/bin/sh", "-c", _ECHO),
        state_dir=tmp_path / "p",
        stdin=True,
        stdin_once=request.param,
    )
    async with ExecServer(await runtime.start(spec)) as server:
        yield server
    await runtime.close()


async def _rest(socket: aiohttp.ClientWebSocketResponse) -> list[bytes]:
    async with asyncio.timeout(PATIENCE):
        return [message.data async for message in socket]


def _once(server: ExecServer) -> bool:
    assert server.pod is not None
    return server.pod.spec.stdin_once


async def test_the_streams_come_each_on_its_channel_and_the_end_is_success(server: ExecServer) -> None:
    socket = await server.attach(stdin=True)
    assert await socket.receive_bytes() == b"\x01"
    await socket.send_bytes(b"\x00one\n")
    async with asyncio.timeout(PATIENCE):
        assert {await socket.receive_bytes(), await socket.receive_bytes()} == {b"\x01got one\n", b"\x02not one\n"}
    await socket.send_bytes(b"\xff\x00")
    # Only where there will be no other input does the process see the end of this one.
    assert await _rest(socket) == ([b"\x01over\n", SUCCESS] if _once(server) else [SUCCESS])
    assert socket.close_code == 1000
    await server.until_idle()


async def test_a_client_of_v4_ends_its_input_by_leaving(server: ExecServer) -> None:
    socket = await server.attach(V4, stdin=True)
    watching = await server.attach(V5)
    for opened in (socket, watching):
        assert await opened.receive_bytes() == b"\x01"
    await socket.send_bytes(b"\xff\x00")
    await socket.send_bytes(b"\x00one\n")
    async with asyncio.timeout(PATIENCE):
        assert await socket.receive_bytes() in {b"\x01got one\n", b"\x02not one\n"}
        await socket.close()
        if not _once(server):
            async with spdy_client(server.port, "/attach", stdin=True, stderr=False) as client:
                client.open("error", "stdin", "stdout")
                client.send("stdin", b"two\n")
                await client.until("stdout", b"got two\n")
            assert server.pod is not None
            await server.pod.stop(0)
    assert (await _rest(watching))[-1] == SUCCESS


async def test_over_spdy_too(server: ExecServer) -> None:
    async with spdy_client(server.port, "/attach", stdin=True) as client:
        client.open("error", "stdin", "stdout", "stderr")
        client.send("stdin", b"one\n")
        await client.until("stdout", b"got one\n")
        await client.until("stderr", b"not one\n")
        client.send("stdin", b"", ended=True)
        await client.finish()
    assert client.data("stdout") == b"got one\n" + b"over\n" * _once(server)
    assert json.loads(client.data("error"))["status"] == "Success"


async def test_a_process_that_has_ended_is_refused(server: ExecServer) -> None:
    assert server.pod is not None
    await server.pod.stop(0)
    socket = await server.attach()
    first, status = await _rest(socket)
    assert first == b"\x01"
    assert json.loads(status[1:])["message"] == (
        "Internal error occurred: Internal error occurred: error attaching to container: "
        "container is in CONTAINER_EXITED state"
    )


async def test_the_api_checks_container_and_node_first(client: ApiClient, pods: str, namespace: str) -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "SPDY/3.1"}
    missing = await client.request("POST", f"{pods}/none/attach?stdout=true", headers=headers)
    assert (missing.status, missing.message) == (404, 'pods "none" not found')
    await client.request("POST", pods, pod_manifest("big", nodeSelector={"nowhere": "true"}))
    await client.request("POST", pods, pod_manifest("box"))
    unscheduled = await client.request("POST", f"{pods}/big/attach?stdout=true", headers=headers)
    assert (unscheduled.status, unscheduled.message) == (400, "pod big does not have a host assigned")
    await client.wait_for(namespace, "box", "status.phase", "Running")
    wrong = await client.request("POST", f"{pods}/box/attach?container=none&stdout=true", headers=headers)
    assert (wrong.status, wrong.message) == (400, "container none is not valid for pod box")
    plain = await client.get(f"{pods}/box/attach?stdout=true")
    assert (plain.status, plain.message) == (400, "Upgrade request required")
