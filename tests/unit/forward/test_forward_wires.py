"""What holds whichever way connections take, against a cluster that behaves as real ones do."""

from __future__ import annotations

import asyncio
import secrets
import socket
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.forward.model import ForwardEventKind, ForwardState
from tests.unit.forward.wires import ALL, EXEC, ask, broken, choose, event, own_tasks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.forward.forward_cluster import ForwardCluster

EVERY_WIRE = pytest.mark.parametrize("wire", ALL)


async def upper(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that answers when it has got everything."""
    writer.write((await reader.read()).upper())
    writer.close()


@EVERY_WIRE
async def test_both_directions_are_carried_and_counted(cluster: ForwardCluster, wire: str, tmp_path: Path) -> None:
    async with cluster.forward(choose(cluster, wire, tmp_path)) as forward:
        reader, writer = await cluster.connect(forward)
        writer.write(b"question")
        peer_reader, peer_writer = await cluster.next_peer()
        assert await peer_reader.readexactly(8) == b"question"
        peer_writer.write(b"an answer")
        assert await reader.readexactly(9) == b"an answer"
        assert (forward.live_connections, forward.total_connections) == (1, 1)
        peer_writer.close()
        assert await reader.read() == b""
        writer.close()
        closed = await event(forward, ForwardEventKind.CLOSED)
        assert (closed.connection, closed.bytes_sent, closed.bytes_received, closed.message) == (1, 8, 9, "")
        assert (forward.bytes_sent, forward.bytes_received) == (8, 9)
        assert (forward.live_connections, forward.failed_connections, forward.last_error) == (0, 0, "")
    assert forward.state is ForwardState.CLOSED


@EVERY_WIRE
async def test_much_is_carried_as_it_is(cluster: ForwardCluster, wire: str, tmp_path: Path) -> None:
    data = secrets.token_bytes(3_000_000)

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
        writer.close()

    cluster.answer = echo
    async with cluster.forward(choose(cluster, wire, tmp_path)) as forward, asyncio.timeout(60):
        reader, writer = await cluster.connect(forward)
        sending = asyncio.create_task(_send(writer, data))
        assert await reader.readexactly(len(data)) == data
        await sending
        writer.close()


@EVERY_WIRE
async def test_a_port_without_a_server_is_said_and_the_client_sees_no_end_in_order(
    cluster: ForwardCluster, wire: str, tmp_path: Path
) -> None:
    via = choose(cluster, wire, tmp_path)
    await cluster.stop_server()
    async with cluster.forward(via) as forward:
        assert await broken(forward, b"hello")
        failed = await event(forward, ForwardEventKind.FAILED)
        assert failed.message == f"Nothing listens on port {cluster.port} in sandboxes/sbx."
        assert (forward.last_error, forward.failed_connections) == (failed.message, 1)
        # And it is no end of the forward: the server may come.
        assert forward.state is ForwardState.LISTENING
        await cluster.start_server()
        _, writer = await cluster.connect(forward)
        writer.write(b"x")
        assert await (await cluster.next_peer())[0].readexactly(1) == b"x"
        writer.close()


@pytest.mark.parametrize("wire", EXEC)
async def test_a_server_that_answers_after_the_clients_end_is_heard_through_exec(
    cluster: ForwardCluster, wire: str, tmp_path: Path
) -> None:
    cluster.answer = upper
    async with cluster.forward(choose(cluster, wire, tmp_path)) as forward:
        assert await ask(forward, b"question") == b"QUESTION"


async def test_a_server_that_answers_after_the_clients_end_is_heard_where_the_runtime_passes_it_on(
    cluster: ForwardCluster,
) -> None:
    cluster.pod, cluster.kubelet.passes_end = cluster.make_pod(runtime="local"), True
    cluster.answer = upper
    async with cluster.forward("port-forward") as forward:
        assert await ask(forward, b"question") == b"QUESTION"


@pytest.mark.parametrize("wire", ["tunnel", "channels"])
async def test_a_slow_answer_survives_the_clients_end_where_the_runtime_would_cut_it_off(
    cluster: ForwardCluster, wire: str, tmp_path: Path
) -> None:
    cluster.kubelet.grace = 0.0
    async with cluster.forward(choose(cluster, wire, tmp_path)) as forward:
        asking = asyncio.create_task(ask(forward, b"GET"))
        reader, writer = await cluster.next_peer()
        assert await reader.readexactly(3) == b"GET"
        for piece in (b"one ", b"two ", b"three"):
            await asyncio.sleep(0.05)
            writer.write(piece)
        writer.close()
        assert await asking == b"one two three"


async def test_a_server_that_waits_for_an_end_that_cannot_be_told_is_given_up_with_the_way_out(
    cluster: ForwardCluster,
) -> None:
    cluster.answer = upper
    async with cluster.forward("port-forward", quiet=0.1) as forward:
        assert await broken(forward, b"question")
        assert "port-forward cannot tell it of that here, a forward through exec can" in forward.last_error


@pytest.mark.parametrize("wire", ["python3", "node"])
async def test_the_client_may_go_on_when_the_server_has_ended_its_half(
    cluster: ForwardCluster, wire: str, tmp_path: Path
) -> None:
    async with cluster.forward(choose(cluster, wire, tmp_path)) as forward:
        reader, writer = await cluster.connect(forward)
        peer_reader, peer_writer = await cluster.next_peer()
        peer_writer.write_eof()
        assert await reader.read() == b""
        writer.write(b"still here")
        writer.write_eof()
        assert await peer_reader.read() == b"still here"
        writer.close()


@pytest.mark.parametrize("wire", ["tunnel", "python3", "node"])
async def test_a_reader_that_does_not_read_holds_up_its_own_server_and_nobody_else(
    cluster: ForwardCluster, wire: str, tmp_path: Path
) -> None:
    pushed = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal pushed
        if await reader.read(1) == b"?":
            writer.write(b"here")
            writer.close()
            return
        while True:
            writer.write(bytes(65536))
            await writer.drain()
            pushed += 65536

    cluster.answer = flood
    async with cluster.forward(choose(cluster, wire, tmp_path)) as forward:
        client = socket.create_connection((forward.local_host, forward.local_port))
        client.setblocking(False)
        client.send(b"!")
        before = -1
        while pushed != before or not pushed:
            before = pushed
            await asyncio.sleep(0.2)
        # Sockets between here and there have their buffers, and no more is kept anywhere.
        assert pushed < 24_000_000
        assert await ask(forward, b"?") == b"here"
        assert await ask(forward, b"?") == b"here"
        client.close()


@EVERY_WIRE
async def test_many_connections_at_once(cluster: ForwardCluster, wire: str, tmp_path: Path) -> None:
    count = {"tunnel": 200, "nc": 20}.get(wire, 60)

    async def lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.readline()).upper())
        writer.close()

    cluster.answer = lines
    async with cluster.forward(choose(cluster, wire, tmp_path), connect=60.0) as forward:
        clients = await asyncio.gather(*(cluster.connect(forward) for _ in range(count)))
        for number, (_, writer) in enumerate(clients):
            writer.write(b"client %d\n" % number)
        answers = await asyncio.gather(*(reader.read() for reader, _ in clients))
        assert answers == [b"CLIENT %d\n" % number for number in range(count)]
        assert (forward.total_connections, forward.failed_connections, forward.last_error) == (count, 0, "")
        for _, writer in clients:
            writer.close()


@EVERY_WIRE
async def test_closing_breaks_what_is_open_and_leaves_nothing(
    cluster: ForwardCluster, wire: str, tmp_path: Path
) -> None:
    async with cluster.access() as access:
        forward = await cluster.open(access, choose(cluster, wire, tmp_path))
        clients = [await cluster.connect(forward) for _ in range(3)]
        peers = [await cluster.next_peer() for _ in clients]
        async with asyncio.timeout(60):
            await forward.aclose()
            for reader, _ in clients:
                with pytest.raises(ConnectionError):
                    await reader.readexactly(1)
            assert await forward.wait_closed() is ForwardState.CLOSED
            for reader, _ in peers:
                # The server in the sandbox learns of it too.
                assert await reader.read() == b""
        with pytest.raises(OSError, match="Connect call failed"):
            await cluster.connect(forward)
        assert [one.kind async for one in forward][-1] is ForwardEventKind.ENDED
        assert own_tasks() == []


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()
    writer.write_eof()
