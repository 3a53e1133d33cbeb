"""Pods with a loopback of their own: what they reach, and how the server reaches them."""

from __future__ import annotations

import array
import asyncio
import os
import socket
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from k8s_sandbox_tui.local_cluster.runtime.create import NoPrivateNetworkError, create_runtime
from k8s_sandbox_tui.local_cluster.runtime.pod_sockets import PodSockets
from k8s_sandbox_tui.local_cluster.runtime.podinit import wire
from k8s_sandbox_tui.local_cluster.runtime.report_socket import Report, ReportSocket
from tests.unit.local_runtime.kit import PATIENCE, Kit, names_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_aio = pytest.mark.asyncio(loop_scope="module")
_LISTEN = """
import socket, sys
server = socket.create_server(("127.0.0.1", 3000))
print("up", flush=True)
while True:
    peer = server.accept()[0]
    peer.sendall(sys.argv[1].encode())
    peer.close()
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def private(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kit]:
    """A runtime whose Pods have networks of their own."""
    folder = tmp_path_factory.mktemp("private")
    try:
        runtime = await create_runtime(folder / "runtime", network="private")
    except NoPrivateNetworkError as error:
        pytest.skip(str(error))
    yield Kit(runtime, folder)
    await runtime.close()


@_aio
async def test_a_pod_has_a_loopback_and_nothing_else(private: Kit) -> None:
    assert private.runtime.network == "private"
    pod = await private.start()
    interfaces = (await private.shell(pod, "grep : /proc/net/dev | cut -d: -f1")).stdout.split()
    assert interfaces == [b"lo"]
    with socket.create_server(("127.0.0.1", 0)) as ours:
        connect = f"import socket; socket.create_connection(('127.0.0.1', {ours.getsockname()[1]}))"
        assert b"Connection refused" in (await private.run(pod, "python3", "-c", connect)).stderr


@_aio
async def test_two_pods_listen_on_one_port_and_each_is_reached(private: Kit) -> None:
    loop = asyncio.get_running_loop()
    for name in ("one", "two"):
        pod = await private.start()
        server = await pod.exec(["python3", "-c", _LISTEN, name], stdin=False, stdout=True, stderr=False, tty=False)
        assert server.stdout_fd is not None
        await _said(server.stdout_fd, b"up\n")
        with await pod.open_socket(socket.AF_INET) as opened:
            opened.settimeout(0)
            async with asyncio.timeout(PATIENCE):
                await loop.sock_connect(opened, ("127.0.0.1", 3000))
                assert await loop.sock_recv(opened, 100) == name.encode()
        server.detach()


async def _said(descriptor: int, text: bytes) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, lambda: ready.done() or ready.set_result(None))
    async with asyncio.timeout(PATIENCE):
        await ready
    loop.remove_reader(descriptor)
    assert os.read(descriptor, 100) == text


@_aio
async def test_a_pod_that_ends_gives_no_sockets(private: Kit) -> None:
    pod = await private.start()
    await pod.stop(0)
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(OSError, match="reset"):
            await pod.open_socket(socket.AF_INET)


@_aio
async def test_the_machines_network_needs_no_supervisor(kit: Kit) -> None:
    pod = await kit.start()
    with await pod.open_socket(socket.AF_INET6) as opened:
        assert opened.family == socket.AF_INET6


async def test_without_bubblewrap_there_is_none_and_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoPrivateNetworkError, match=r"needs bubblewrap \(bubblewrap is not installed"):
        await create_runtime(tmp_path / "runtime", network="private")


class _Supervisor:
    """One that is not to be trusted."""

    def __init__(self) -> None:
        ours, self.end = socket.socketpair()
        self.reports = ReportSocket(ours, self)
        self.sockets = PodSockets(self.reports)

    def on_report(self, report: Report) -> None:
        self.sockets.on_report(report)

    def on_end(self) -> None:
        self.sockets.on_end()

    def answer(self, kind: int, ident: int, value: int = 0, descriptor: int | None = None) -> None:
        passed = [] if descriptor is None else [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
        self.end.sendmsg([wire.REPORT.pack(kind, ident, value)], passed)


async def test_what_a_supervisor_hands_out_is_looked_at() -> None:
    before = len(names_in("/proc/self/fd"))
    supervisor = _Supervisor()
    read, write = os.pipe()
    unix, peer = socket.socketpair()
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for descriptor in (read, unix.fileno(), datagrams.fileno()):
        # Nobody has asked for this one.
        supervisor.answer(wire.OPENED, 99, descriptor=descriptor)
        supervisor.answer(wire.OPENED, 7, descriptor=descriptor)
        supervisor.answer(wire.OPENED, 7)
        with pytest.raises(OSError, match=r"Protocol error|non-socket"):
            await supervisor.sockets.open(7, socket.AF_INET)
    supervisor.answer(wire.SPAWN_FAILED, 8, 24)
    with pytest.raises(OSError, match="Too many open files"):
        await supervisor.sockets.open(8, socket.AF_INET)
    supervisor.end.close()
    with pytest.raises(ConnectionResetError):
        await supervisor.sockets.open(9, socket.AF_INET)
    supervisor.reports.close()
    for descriptor in (read, write):
        os.close(descriptor)
    for opened in (unix, peer, datagrams):
        opened.close()
    assert len(names_in("/proc/self/fd")) == before
