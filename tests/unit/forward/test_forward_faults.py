"""What goes wrong under a forward: servers, networks, Pods, and the end of it all."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
from typing import TYPE_CHECKING, Literal

import pytest

from k8s_sandbox_tui.provider.errors import ForwardError, InvalidArgumentError, SandboxError, SandboxGoneError
from k8s_sandbox_tui.provider.forward.model import ForwardEventKind, ForwardState
from k8s_sandbox_tui.provider.forward.opening import open_forward
from k8s_sandbox_tui.provider.forward.same_network import comes_back, this_network
from tests.unit.forward.forward_cluster import TARGET
from tests.unit.forward.wires import ask, broken, choose, event, own_tasks
from tests.unit.provider.api_server import silence

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.forward.forward_cluster import ForwardCluster

POD = "/api/v1/namespaces/sandboxes/pods/sbx"


async def upper(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write((await reader.readline()).upper())
    writer.close()


async def test_a_tunnel_serves_one_connection_after_the_other(cluster: ForwardCluster) -> None:
    cluster.answer = upper
    async with cluster.forward() as forward:
        for number in range(5):
            assert await ask(forward, b"%d\n" % number) == b"%d\n" % number
            await event(forward, ForwardEventKind.CLOSED)
        assert cluster.sockets == 1


async def test_a_tunnel_that_has_died_while_it_was_idle_costs_no_connection(cluster: ForwardCluster) -> None:
    cluster.answer = upper
    async with cluster.forward() as forward:
        for one in tuple(cluster.open_sockets):
            await one.close()
        assert await ask(forward, b"question\n") == b"QUESTION\n"
        assert (forward.failed_connections, cluster.sockets) == (0, 2)


async def test_idle_tunnels_are_closed(cluster: ForwardCluster) -> None:
    async with cluster.forward(idle=0.05), asyncio.timeout(60):
        while cluster.open_sockets:  # noqa: ASYNC110 - nobody tells when a socket has closed
            await asyncio.sleep(0.01)


async def test_messages_may_be_cut_anywhere(cluster: ForwardCluster) -> None:
    cluster.kubelet.cut_messages = True
    cluster.answer = upper
    async with cluster.forward() as forward:
        assert await ask(forward, b"question\n") == b"QUESTION\n"


async def test_a_server_that_takes_no_connection_is_given_up_in_time(cluster: ForwardCluster) -> None:
    cluster.kubelet.mute = True
    async with cluster.forward(connect=2) as forward:
        assert await broken(forward)
        assert forward.last_error == "There was no way into the sandbox within 2 s."
        assert forward.live_connections == 0


async def test_a_connection_that_answers_no_ping_counts_as_lost(cluster: ForwardCluster) -> None:
    cluster.kubelet.deaf = True
    async with cluster.forward("port-forward", ping=0.05) as forward:
        reader, writer = await cluster.connect(forward)
        _, peer = await cluster.next_peer()
        peer.write(b"x")
        assert await reader.read(1) == b"x"
        with pytest.raises(ConnectionError):
            await reader.readexactly(1)
        assert "was lost" in forward.last_error
        writer.close()


@pytest.mark.parametrize("deaf", [False, True])
async def test_a_connection_is_kept_while_its_server_takes_nothing(cluster: ForwardCluster, deaf: bool) -> None:
    # Held up by the server in the sandbox, the kubelet reads no pings either.
    cluster.kubelet.deaf = deaf
    async with cluster.forward("port-forward", ping=0.03) as forward:
        reader, writer = await cluster.connect(forward)
        peer_reader, peer_writer = await cluster.next_peer()
        writer.write(b"x")
        assert await peer_reader.readexactly(1) == b"x"
        await asyncio.sleep(0.4)
        peer_writer.write(b"late")
        assert await reader.readexactly(4) == b"late"
        writer.close()


async def test_the_forward_ends_with_the_sandbox_and_says_so(cluster: ForwardCluster) -> None:
    async with cluster.forward() as forward, asyncio.timeout(60):
        reader, _ = await cluster.connect(forward)
        await cluster.next_peer()
        await cluster.watch.opened.wait()
        cluster.delete_pod()
        assert await forward.wait_closed() is ForwardState.GONE
        assert forward.reason == "Sandbox sandboxes/sbx was deleted."
        with pytest.raises(ConnectionError):
            await reader.readexactly(1)
        with pytest.raises(OSError, match="Connect call failed"):
            await cluster.connect(forward)
        assert (await event(forward, ForwardEventKind.ENDED)).message == forward.reason
        await forward.aclose()
        assert forward.state is ForwardState.GONE


@pytest.mark.parametrize(
    ("change", "told"),
    [({"phase": "Succeeded"}, "has ended"), ({"uid": "uid-2"}, "was deleted, and another Pod has its name")],
)
async def test_a_sandbox_that_ended_or_was_replaced_is_noticed_by_the_watch(
    cluster: ForwardCluster, change: dict[str, str], told: str
) -> None:
    async with cluster.forward() as forward, asyncio.timeout(60):
        await cluster.watch.opened.wait()
        cluster.watch.send("MODIFIED", cluster.make_pod(**change))
        assert await forward.wait_closed() is ForwardState.GONE
        assert told in forward.reason


async def test_without_the_right_to_watch_the_pod_is_looked_at_again_and_again(cluster: ForwardCluster) -> None:
    status = {"kind": "Status", "code": 403, "message": "no", "reason": "Forbidden"}
    from tests.unit.provider.api_server import answer

    cluster.api.on("GET", "/api/v1/namespaces/sandboxes/pods", answer(status, 403))
    async with cluster.forward(look=0.05) as forward, asyncio.timeout(60):
        cluster.pod = None
        assert await forward.wait_closed() is ForwardState.GONE


@pytest.mark.parametrize("wire", ["tunnel", "channels", "python3"])
async def test_a_pod_of_the_same_name_gets_none_of_the_traffic(
    cluster: ForwardCluster, wire: str, tmp_path: Path
) -> None:
    got = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.extend(await reader.read())
        writer.close()

    cluster.answer = listen
    async with cluster.forward(choose(cluster, wire, tmp_path)) as forward, asyncio.timeout(60):
        # The watch has not told of it yet, and what was open to the old one has died with it.
        cluster.pod = cluster.make_pod(uid="uid-2")
        for one in tuple(cluster.open_sockets):
            await one.close()
        await cluster.kill_commands()
        assert await broken(forward, b"secret")
        assert await forward.wait_closed() is ForwardState.GONE
        assert "another Pod has its name" in forward.reason
    assert got == b""


@pytest.mark.parametrize("kind", ["deleted", "replaced", "ended"])
async def test_a_sandbox_that_has_gone_cannot_be_forwarded(cluster: ForwardCluster, kind: str) -> None:
    cluster.pod = {
        "deleted": None,
        "replaced": cluster.make_pod(uid="uid-2"),
        "ended": cluster.make_pod(phase="Failed"),
    }[kind]
    with pytest.raises(SandboxGoneError):
        async with cluster.forward():
            pass


@pytest.mark.parametrize("via", ["auto", "port-forward"])
async def test_a_node_that_is_not_reached_is_told_with_what_to_look_at(
    cluster: ForwardCluster, via: Literal["auto", "port-forward"]
) -> None:
    words = "error dialing backend: proxy error from 127.0.0.1:6443 while dialing 10.0.0.5:10250, code 502: Bad Gateway"
    cluster.kubelet.refuse = cluster.kubelet.refuse_exec = (500, words)
    with pytest.raises(SandboxError, match="cannot reach the node of sandbox sandboxes/sbx: proxy error") as caught:
        async with cluster.forward(via):
            pass
    assert "kubectl get nodes" in caught.value.hint


async def test_a_forward_that_would_connect_to_itself_is_refused(cluster: ForwardCluster) -> None:
    """The commands of this cluster run here, as those of sandboxes in the local cluster do."""
    if not this_network():
        pytest.skip("what network a program has is told by Linux alone")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    async with cluster.access() as access:
        with pytest.raises(ForwardError, match=f"network of this machine, where port {port}") as caught:
            await open_forward(access, TARGET, port, local_port=port, via="exec")
        assert "another local port" in caught.value.hint
        async with await open_forward(access, TARGET, port, via="exec") as forward:
            assert forward.local_port != port


@pytest.mark.parametrize(
    ("host", "port", "back"),
    [
        ("127.0.0.1", 80, True),
        ("0.0.0.0", 80, True),
        ("::1", 80, True),
        ("127.0.0.1", 81, False),
        ("192.168.1.2", 80, False),
    ],
)
def test_what_would_come_back(host: str, port: int, back: bool) -> None:
    assert comes_back(host, port, 80) is back


async def test_what_cannot_be_is_refused_before_any_request(cluster: ForwardCluster) -> None:
    async with cluster.access() as access:
        for remote in (0, 65536, True):
            with pytest.raises(InvalidArgumentError, match="is not a port"):
                await cluster.open(access, port=remote)
        from k8s_sandbox_tui.provider.forward.opening import open_forward
        from tests.unit.forward.forward_cluster import TARGET

        with pytest.raises(InvalidArgumentError, match="is not a port"):
            await open_forward(access, TARGET, 80, local_port=-1)
        with pytest.raises(InvalidArgumentError, match="'nowhere' is not an address"):
            await open_forward(access, TARGET, 80, host="nowhere")
        with pytest.raises(InvalidArgumentError, match="is not a way into a sandbox"):
            await open_forward(access, TARGET, 80, via="socat")  # pyright: ignore[reportArgumentType]
        with pytest.raises(ForwardError, match=r"203\.0\.113\.7 is not an address of this machine"):
            await open_forward(access, TARGET, 80, host="203.0.113.7")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(ForwardError, match=rf"127\.0\.0\.1:{port} is in use") as told:
                await open_forward(access, TARGET, 80, local_port=port)
            assert "Choose another local port" in told.value.hint
    assert cluster.api.seen == []


async def test_localhost_is_both_loopback_addresses(cluster: ForwardCluster) -> None:
    from k8s_sandbox_tui.provider.forward.opening import open_forward
    from tests.unit.forward.forward_cluster import TARGET

    cluster.answer = upper
    async with (
        cluster.access() as access,
        await open_forward(access, TARGET, cluster.port, host="localhost") as forward,
    ):
        assert forward.url == f"http://127.0.0.1:{forward.local_port}"
        for host in ("127.0.0.1", "::1"):
            reader, writer = await asyncio.open_connection(host, forward.local_port)
            writer.write(b"question\n")
            assert await reader.read() == b"QUESTION\n"
            writer.close()


async def test_cancelling_the_opening_leaves_nothing_behind(cluster: ForwardCluster) -> None:
    cluster.api.on("GET", f"{POD}/portforward", silence())
    async with cluster.access() as access:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        from k8s_sandbox_tui.provider.forward.opening import open_forward
        from tests.unit.forward.forward_cluster import TARGET

        opening = asyncio.create_task(open_forward(access, TARGET, 80, local_port=port))
        async with asyncio.timeout(60):
            while not cluster.api.requests("GET", f"{POD}/portforward"):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        assert own_tasks() == []
        with socket.create_server(("127.0.0.1", port)):
            pass


async def test_forwards_end_with_their_compute(cluster: ForwardCluster) -> None:
    async with cluster.access() as access:
        forward = await cluster.open(access)
        reader, _ = await cluster.connect(forward)
        await cluster.next_peer()
    assert forward.state is ForwardState.CLOSED
    with pytest.raises(ConnectionError):
        await reader.readexactly(1)


async def test_closing_takes_a_moment_although_the_server_is_dead(cluster: ForwardCluster) -> None:
    async with cluster.access() as access:
        forward = await cluster.open(access)
        for _ in range(5):
            await cluster.connect(forward)
            await cluster.next_peer()
        # From now on the API server answers nothing, not even the end of a connection.
        assert len(cluster.transports) == 5
        for transport in cluster.transports:
            transport.pause_reading()
        began = asyncio.get_running_loop().time()
        await forward.aclose()
        assert asyncio.get_running_loop().time() - began < 8.0
        for transport in cluster.transports:
            transport.resume_reading()


async def test_f55_f56_forwarding_starts_no_process_and_no_threads(
    cluster: ForwardCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_process(*arguments: object, **_: object) -> None:
        raise AssertionError(arguments)

    cluster.answer = upper
    async with cluster.access() as access:
        await access.open()
        monkeypatch.setattr(subprocess, "Popen", no_process)
        threads = threading.active_count()
        async with await cluster.open(access) as forward:
            clients = [await cluster.connect(forward) for _ in range(20)]
            for _, writer in clients:
                writer.write(b"question\n")
            assert [await reader.read() for reader, _ in clients] == [b"QUESTION\n"] * 20
            assert threading.active_count() <= threads
            for _, writer in clients:
                writer.close()


async def test_f56_a_server_that_never_answers_the_upgrade_has_a_deadline(cluster: ForwardCluster) -> None:
    cluster.api.on("GET", f"{POD}/portforward", silence())
    with pytest.raises(SandboxError, match="did not answer in time"):
        async with cluster.forward(connect=1):
            pass
