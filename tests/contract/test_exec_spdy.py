"""pods/exec over SPDY, stream by stream; `test_exec_kubectl` shows that kubectl's own SPDY gets along with it."""

from __future__ import annotations

import asyncio
import hashlib
import random
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from k8s_sandbox_tui.local_cluster.runtime.create import create_runtime
from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec
from k8s_sandbox_tui.spdy import frames as spdy
from tests.contract.exec_client import PATIENCE, SUCCESS, ExecServer
from tests.contract.spdy_client import V4, RefusedError, spdy_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")
_IDLE = ("/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ExecServer]:
    """A server of one idle Pod."""
    folder = tmp_path_factory.mktemp("spdy")
    runtime = await create_runtime(folder / "runtime")
    spec = PodProcessSpec(uid="p", name="p", namespace="n", hostname="p", argv=_IDLE, state_dir=folder / "p")
    async with ExecServer(await runtime.start(spec)) as server:
        yield server
    await runtime.close()


async def test_outputs_and_status_come_each_on_its_stream_and_all_end(server: ExecServer) -> None:
    command = ["sh", "-c", "echo out; echo err >&2; exit 7"]
    async with spdy_client(server.port, "/exec", command=command) as client:
        assert client.protocol == V4
        client.open("error", "stdout", "stderr")
        await client.finish()
    assert client.data("stdout") == b"out\n"
    assert client.data("stderr") == b"err\n"
    assert b'"reason":"NonZeroExitCode"' in client.data("error")
    assert all(client.ended(name) for name in ("stdout", "stderr", "error"))
    assert [frame for frame in client.frames if isinstance(frame, spdy.Accepted)]
    assert isinstance(client.frames[-1], spdy.GoAway)
    await server.until_idle()


@pytest.mark.parametrize(
    ("offered", "chosen", "status"),
    [
        ((V4, "v3.channel.k8s.io"), V4, SUCCESS[1:]),
        (("v5.channel.k8s.io", "v3.channel.k8s.io", V4), "v3.channel.k8s.io", b""),
        (("channel.k8s.io",), "channel.k8s.io", b""),
        ((), None, b""),
    ],
)
async def test_the_first_protocol_that_is_known_is_spoken(
    server: ExecServer, offered: tuple[str, ...], chosen: str | None, status: bytes
) -> None:
    async with spdy_client(server.port, "/exec", protocols=offered, command=["true"]) as client:
        assert client.protocol == chosen
        client.open("error", "stdout", "stderr")
        await client.finish()
    assert client.data("error") == status


async def test_older_protocols_have_words_for_failures_alone(server: ExecServer) -> None:
    offered = ("v2.channel.k8s.io",)
    async with spdy_client(server.port, "/exec", protocols=offered, command=["sh", "-c", "exit 3"]) as client:
        client.open("error", "stdout", "stderr")
        await client.finish()
    assert client.data("error").endswith(b"command terminated with exit code 3")


async def test_unknown_protocols_are_refused_with_those_that_are_known(server: ExecServer) -> None:
    with pytest.raises(RefusedError) as refused:
        async with spdy_client(server.port, "/exec", protocols=["v9.channel.k8s.io"], command=["true"]):
            pass
    assert refused.value.status == 403
    accepted = [value for name, value in refused.value.headers if name == "X-Accepted-Stream-Protocol-Versions"]
    assert accepted == [V4, "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"]
    assert "client supports [v9.channel.k8s.io]" in refused.value.body


async def test_what_a_kubelet_refuses_is_refused_in_its_words(server: ExecServer) -> None:
    with pytest.raises(RefusedError) as refused:
        async with spdy_client(server.port, "/exec", command=["true"], stdout=False, stderr=False):
            pass
    assert (refused.value.status, refused.value.body) == (400, "you must specify at least 1 of stdin, stdout, stderr")
    async with ExecServer(None) as ended:
        with pytest.raises(RefusedError) as refused:
            async with spdy_client(ended.port, "/exec", command=["true"]):
                pass
    assert (refused.value.status, refused.value.body) == (500, 'container not found ("sandbox")')


async def test_the_end_of_a_stream_is_the_end_of_the_input(server: ExecServer) -> None:
    data = random.Random(5).randbytes(3 << 20)
    async with spdy_client(server.port, "/exec", command=["cat"], stdin=True) as client:
        client.open("error", "stdin", "stdout", "stderr")
        for at in range(0, len(data), 1 << 16):
            client.send("stdin", data[at : at + (1 << 16)])
        client.send("stdin", b"", ended=True)
        await client.finish()
    assert hashlib.sha256(client.data("stdout")).digest() == hashlib.sha256(data).digest()
    assert client.data("error") == SUCCESS[1:]
    sizes = [len(frame.data) for frame in client.frames if isinstance(frame, spdy.Data)]
    assert max(sizes) <= 32 * 1024


async def test_a_terminal_takes_its_sizes_however_they_are_cut(server: ExecServer) -> None:
    command = ["sh", "-c", "read go; stty size"]
    async with spdy_client(server.port, "/exec", command=command, stdin=True, stderr=False, tty=True) as client:
        client.open("error", "stdin", "stdout", "resize")
        client.send("resize", b'{"Width":1,"Height":2}\n{"Width":100,"Hei')
        client.send("resize", b'ght":30}\n')
        client.send("stdin", b"\n")
        await client.finish()
    assert b"30 100\r\n" in client.data("stdout")


async def test_pings_are_answered_and_streams_that_were_not_asked_for_refused(server: ExecServer) -> None:
    async with spdy_client(server.port, "/exec", command=["cat"], stdin=True) as client:
        client.open("error", "what", "stdin", "stdin", "resize", "stdout")
        client.writer.write(spdy.ping(7))
        client.open("stderr")
        client.send("stdin", b"x")
        await client.until("stdout", b"x")
        client.send("stdin", b"", ended=True)
        await client.finish()
    assert [frame.stream for frame in client.frames if isinstance(frame, spdy.Reset)] == [3, 7, 9]
    assert [frame.ident for frame in client.frames if isinstance(frame, spdy.Ping)] == [7]


@pytest.mark.parametrize("junk", [b"", b"\x80\x02\x00\x01\x00\x00\x00\x00", b"\x80\x03\x00\x01\x00\xff\xff\xff"])
async def test_a_client_that_leaves_or_speaks_something_else_is_left(server: ExecServer, junk: bytes) -> None:
    async with spdy_client(server.port, "/exec", command=["cat"], stdin=True) as client:
        client.open("error", "stdin", "stdout", "stderr")
        client.send("stdin", b"up")
        await client.until("stdout", b"up")
        if junk:
            client.writer.write(junk)
            async with asyncio.timeout(PATIENCE):
                while await client.next():
                    pass
    await server.until_idle()


async def test_the_command_goes_on_when_its_client_has_left(server: ExecServer) -> None:
    await server.run("sh", "-c", "rm -f $HOME/done; mkfifo $HOME/done")
    command = ["sh", "-c", "echo up; cat >/dev/null; head -c 300000 /dev/zero; echo $? >$HOME/done"]
    async with spdy_client(server.port, "/exec", command=command, stdin=True) as client:
        client.open("error", "stdin", "stdout", "stderr")
        await client.until("stdout", b"up")
    assert (await server.run("sh", "-c", "cat $HOME/done")).payload(1) == b"0\n"
    await server.until_idle()
