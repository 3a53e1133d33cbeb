"""Forwarded ports against the local cluster, over both wires of port-forward and through exec."""

from __future__ import annotations

import asyncio
import secrets
import socket
import sys
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui import ForwardEventKind, ForwardState, ForwardWay
from k8s_sandbox_tui.provider.forward import carrier, opening, wire
from k8s_sandbox_tui.provider.forward.patience import PATIENCE
from k8s_sandbox_tui.sync import k8s
from tests.contract.port_server import ANSWERS_AFTER_THE_END, ask_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.provider.forward.model import ForwardVia
    from k8s_sandbox_tui.provider.sandbox import Sandbox

SAYS_WHAT_IT_GOT = """
import socket, threading
server = socket.create_server(("127.0.0.1", 0), backlog=500)
print(server.getsockname()[1], flush=True)
def serve(peer):
    with peer:
        peer.sendall(peer.makefile("rb").readline().upper())
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
"""


@pytest.fixture
async def port(sandbox: Sandbox) -> AsyncIterator[int]:
    """Of a server that answers after the client's end."""
    async with await sandbox.start_command(["python3", "-u", "-c", ANSWERS_AFTER_THE_END]) as server:
        yield int((await anext(server)).data)


@pytest.mark.parametrize("via", ["port-forward", "exec"])
async def test_two_hundred_connections_with_their_ends(
    sandbox: Sandbox, port: int, via: ForwardVia, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two hundred handshakes at once take a starved machine longer than one connection may take.
    patient = replace(PATIENCE, connect=60.0, hello=60.0)
    monkeypatch.setattr(opening, "open_forward", partial(opening.open_forward, patience=patient))
    questions = [secrets.token_hex(5_000).encode() for _ in range(200)]
    async with asyncio.timeout(60), await sandbox.forward_port(port, via=via) as forward:
        answers = await asyncio.gather(*(ask_port(forward.local_port, question) for question in questions))
        assert answers == [question.upper() for question in questions]
        assert (forward.via, forward.total_connections, forward.failed_connections) == (ForwardWay(via), 200, 0)
        assert (forward.bytes_sent, forward.bytes_received) == (2_000_000, 2_000_000)


async def test_channels_carry_connections_where_there_are_no_tunnels(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrier, "PROTOCOLS", (wire.CHANNELS,))
    async with (
        asyncio.timeout(60),
        await sandbox.start_command(["python3", "-u", "-c", SAYS_WHAT_IT_GOT]) as server,
        await sandbox.forward_port(int((await anext(server)).data)) as forward,
    ):
        questions = [b"question %d\n" % number for number in range(20)]
        answers = await asyncio.gather(*(ask_port(forward.local_port, question) for question in questions))
        assert answers == [question.upper() for question in questions]
        assert forward.via is ForwardWay.PORT_FORWARD


async def test_nothing_listens(sandbox: Sandbox) -> None:
    async with asyncio.timeout(60), await sandbox.forward_port(1) as forward:
        with pytest.raises(ConnectionError):
            await ask_port(forward.local_port, b"hello")
        async for event in forward:
            if event.kind is ForwardEventKind.FAILED:
                break
        assert forward.last_error == f"Nothing listens on port 1 in {sandbox.sandbox_id}."
        assert forward.state is ForwardState.LISTENING


@pytest.mark.skipif(sys.platform != "linux", reason="nothing tells who listens")
async def test_a_forward_from_the_number_of_its_port_does_not_lead_back_to_itself(sandbox: Sandbox) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    async with asyncio.timeout(60), await sandbox.forward_port(number, local_port=number) as forward:
        with suppress(ConnectionError):
            assert await ask_port(number, b"hello") == b""
        assert forward.total_connections == 1
        assert "listens there, not the pod" in forward.last_error
        assert forward.via is ForwardWay.PORT_FORWARD


async def test_the_forward_ends_with_the_sandbox(sandbox: Sandbox, port: int) -> None:
    async with asyncio.timeout(60), await sandbox.forward_port(port) as forward:
        reader, writer = await asyncio.open_connection("127.0.0.1", forward.local_port)
        writer.write(b"hello")
        await sandbox.destroy()
        assert await forward.wait_closed() is ForwardState.GONE
        assert sandbox.sandbox_id in forward.reason
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("127.0.0.1", forward.local_port)


def test_without_await(local_cluster: LocalClusterStatus) -> None:
    with k8s(kube_config_path=str(local_cluster.kubeconfig), runtime="python") as compute:
        sandbox = compute.sandbox.create()
        with sandbox.start_command(["python3", "-u", "-c", SAYS_WHAT_IT_GOT]) as server:
            port = int(next(server).data)
            with sandbox.forward_port(port) as forward:
                with socket.create_connection((forward.local_host, forward.local_port), timeout=60) as client:
                    client.sendall(b"question\n")
                    assert client.makefile("rb").read() == b"QUESTION\n"
                assert [next(forward).kind, next(forward).kind] == [ForwardEventKind.OPENED, ForwardEventKind.CLOSED]
                assert forward.url == f"http://127.0.0.1:{forward.local_port}"
            assert forward.wait_closed() is ForwardState.CLOSED
        sandbox.destroy()
