"""Port-forward over SPDY, where `create` on pods/portforward is granted and `get` is not."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.errors import ForbiddenError
from k8s_sandbox_tui.provider.forward.model import ForwardEventKind, ForwardWay
from tests.unit.forward.forward_cluster import POD
from tests.unit.forward.wires import ask, broken, event, own_tasks

if TYPE_CHECKING:
    from tests.unit.forward.forward_cluster import ForwardCluster


@pytest.fixture(autouse=True)
def without_websockets(cluster: ForwardCluster) -> None:
    cluster.kubelet.websockets = False


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65536):
        writer.write(piece)
        await writer.drain()
    writer.close()


async def test_connections_are_carried_and_one_websocket_is_refused_for_all(cluster: ForwardCluster) -> None:
    async with cluster.access() as access:
        for _ in range(2):
            async with await cluster.open(access) as forward:
                assert forward.via is ForwardWay.PORT_FORWARD
                for _ in range(2):
                    reader, writer = await cluster.connect(forward)
                    writer.write(b"question")
                    peer_reader, peer_writer = await cluster.next_peer()
                    assert await peer_reader.readexactly(8) == b"question"
                    peer_writer.write(b"an answer")
                    peer_writer.close()
                    assert await reader.read() == b"an answer"
                    writer.close()
                    closed = await event(forward, ForwardEventKind.CLOSED)
                    assert (closed.bytes_sent, closed.bytes_received, closed.message) == (8, 9, "")
    assert len(cluster.api.requests("GET", f"{POD}/portforward")) == 1
    # A connection that has ended in order leaves its tunnel to the next one.
    assert cluster.upgrades == 2


@pytest.mark.parametrize("cut", [False, True])
async def test_much_is_carried_as_it_is(cluster: ForwardCluster, cut: bool) -> None:
    cluster.kubelet.cut_messages = cut
    cluster.answer = echo
    data = secrets.token_bytes(3000 if cut else 3_000_000)
    async with cluster.forward("port-forward") as forward, asyncio.timeout(60):
        reader, writer = await cluster.connect(forward)
        writer.write(data)
        assert await reader.readexactly(len(data)) == data
        writer.close()


async def test_a_port_without_a_server_is_said(cluster: ForwardCluster) -> None:
    await cluster.stop_server()
    async with cluster.forward("port-forward") as forward:
        assert await broken(forward, b"hello")
        failed = await event(forward, ForwardEventKind.FAILED)
        assert failed.message == f"Nothing listens on port {cluster.port} in sandboxes/sbx."


async def test_a_dead_connection_is_noticed_by_pings(cluster: ForwardCluster) -> None:
    cluster.kubelet.deaf = True
    async with cluster.forward("port-forward", ping=0.05) as forward:
        reader, _ = await cluster.connect(forward)
        _, peer = await cluster.next_peer()
        peer.write(b"x")
        assert await reader.read(1) == b"x"
        with pytest.raises(ConnectionError):
            await reader.readexactly(1)
        assert "was lost" in (await event(forward, ForwardEventKind.FAILED)).message
    assert not own_tasks()


async def test_without_create_too_it_goes_through_exec(cluster: ForwardCluster) -> None:
    cluster.api.on("POST", f"{POD}/portforward", cluster.refuse_spdy)
    async with cluster.forward() as forward:
        assert forward.via is ForwardWay.EXEC
        cluster.answer = echo
        assert await ask(forward, b"question\n") == b"question\n"
    with pytest.raises(ForbiddenError, match="cannot create resource") as told:
        async with cluster.forward("port-forward"):
            pass
    assert "'create' on 'pods/portforward'" in told.value.hint
