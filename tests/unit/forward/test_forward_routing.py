"""Which way connections go, and what is said where there is none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.errors import ApiError, ForbiddenError, ForwardError
from k8s_sandbox_tui.provider.forward.model import ForwardEventKind, ForwardState, ForwardWay
from tests.unit.forward.wires import ask, broken, event, have

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.forward.forward_cluster import ForwardCluster

NO_RIGHT = (
    403,
    'pods "sbx" is forbidden: User "a" cannot create resource "pods/portforward" in API group "" in the namespace "n"',
)
NO_EXEC = (
    403,
    'pods "sbx" is forbidden: User "ann" cannot get resource "pods/exec" in API group "" in the namespace "a"',
)


async def upper(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write((await reader.readline()).upper())
    writer.close()


@pytest.fixture(autouse=True)
def answering(cluster: ForwardCluster) -> None:
    cluster.answer = upper


@pytest.mark.parametrize(
    "refusal", [NO_RIGHT, (500, "unable to upgrade: the kubelet cannot"), (501, "not implemented")]
)
async def test_where_port_forward_is_refused_connections_go_through_exec(
    cluster: ForwardCluster, refusal: tuple[int, str]
) -> None:
    cluster.kubelet.refuse = refusal
    async with cluster.forward(connect=1.0) as forward:
        assert forward.via is ForwardWay.EXEC
        assert await ask(forward, b"question\n") == b"QUESTION\n"
        assert (await event(forward, ForwardEventKind.REROUTED)).message == refusal[1]


async def test_f54_where_port_forward_does_not_reach_the_server_exec_does_from_the_first_connection_on(
    cluster: ForwardCluster,
) -> None:
    cluster.kubelet.reaches = False
    async with cluster.forward() as forward:
        assert forward.via is ForwardWay.PORT_FORWARD
        assert await ask(forward, b"question\n") == b"QUESTION\n"
        assert forward.via is ForwardWay.EXEC
        assert await ask(forward, b"another\n") == b"ANOTHER\n"
        assert (forward.failed_connections, forward.last_error) == (0, "")
        assert "does not reach" in (await event(forward, ForwardEventKind.REROUTED)).message


async def test_f54_through_exec_the_clients_end_is_told_that_port_forward_could_not_tell(
    cluster: ForwardCluster,
) -> None:
    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.read()).upper())
        writer.close()

    cluster.answer = late
    cluster.kubelet.reaches = False
    async with cluster.forward() as forward:
        assert await ask(forward, b"question") == b"QUESTION"


@pytest.mark.parametrize("json_errors", [True, False])
async def test_a_port_on_which_nothing_listens_for_either_way_is_no_reason_to_change_it(
    cluster: ForwardCluster, json_errors: bool
) -> None:
    cluster.kubelet.json_errors = json_errors
    await cluster.stop_server()
    async with cluster.forward(quiet=60.0) as forward:
        assert await broken(forward, b"hello")
        assert await broken(forward)
        assert forward.last_error == f"Nothing listens on port {cluster.port} in sandboxes/sbx."
        assert (forward.via, forward.state) == (ForwardWay.PORT_FORWARD, ForwardState.LISTENING)
        # Of connections that are refused one after the other, not each starts a program in the sandbox.
        assert len([url for url in cluster.exec.served.urls if "in_pod" in url or "forward" in url]) <= 1
        await cluster.start_server()
        assert await ask(forward, b"question\n") == b"QUESTION\n"
        assert forward.via is ForwardWay.PORT_FORWARD


async def test_what_port_forward_has_reached_once_is_not_doubted(cluster: ForwardCluster) -> None:
    async with cluster.forward() as forward:
        assert await ask(forward, b"question\n") == b"QUESTION\n"
        await cluster.stop_server()
        assert await broken(forward)
        assert cluster.exec.served.urls == []


async def test_a_right_that_is_taken_away_meanwhile_leads_to_exec(cluster: ForwardCluster) -> None:
    async with cluster.forward(idle=0.0) as forward:
        cluster.kubelet.refuse = NO_RIGHT
        for socket in tuple(cluster.open_sockets):
            await socket.close()
        assert await ask(forward, b"question\n") == b"QUESTION\n"
        assert forward.via is ForwardWay.EXEC


async def test_where_neither_is_allowed_the_rights_are_named(cluster: ForwardCluster) -> None:
    cluster.kubelet.refuse, cluster.kubelet.refuse_exec = NO_RIGHT, NO_EXEC
    with pytest.raises(ForbiddenError) as told:
        async with cluster.forward():
            pass
    assert "pods/portforward" in told.value.message
    assert "pods/exec" in told.value.message
    assert "'create' on 'pods/portforward'" in told.value.hint
    assert "'pods/exec'" in told.value.hint
    assert told.value.resource == "pods/portforward"


async def test_a_sandbox_with_nothing_to_connect_with_is_told_so(cluster: ForwardCluster, tmp_path: Path) -> None:
    have(cluster, tmp_path)
    with pytest.raises(ForwardError, match="has neither Python, Node") as told:
        async with cluster.forward("exec"):
            pass
    assert "pods/portforward" in told.value.hint
    cluster.kubelet.refuse = NO_RIGHT
    with pytest.raises(ForbiddenError, match="has neither Python, Node"):
        async with cluster.forward():
            pass


async def test_a_broken_program_is_passed_over_and_its_complaint_is_told(
    cluster: ForwardCluster, tmp_path: Path
) -> None:
    have(cluster, tmp_path, "node")
    broken_python = tmp_path / "python3"
    broken_python.write_text("#!/bin/sh\necho 'no module named asyncio' >&2; exit 1\n")
    broken_python.chmod(0o755)
    async with cluster.forward("exec") as forward:
        assert await ask(forward, b"question\n") == b"QUESTION\n"
    (tmp_path / "node").unlink()
    with pytest.raises(ForwardError, match="python3: no module named asyncio"):
        async with cluster.forward("exec"):
            pass


async def test_port_forward_alone_fails_where_it_is_refused(cluster: ForwardCluster) -> None:
    cluster.kubelet.refuse = NO_RIGHT
    with pytest.raises(ForbiddenError, match="pods/portforward"):
        async with cluster.forward("port-forward"):
            pass
    cluster.kubelet.refuse = (500, "unable to upgrade")
    with pytest.raises(ApiError, match="unable to upgrade"):
        async with cluster.forward("port-forward"):
            pass
    assert cluster.exec.served.urls == []


async def test_a_program_that_is_killed_in_the_sandbox_is_started_again(cluster: ForwardCluster) -> None:
    cluster.answer = None
    async with cluster.forward("exec") as forward:
        waiting = asyncio.create_task(ask(forward, b"hello"))
        await cluster.next_peer()
        await cluster.kill_commands()
        with pytest.raises(ConnectionError):
            await waiting
        assert "was lost" in (await event(forward, ForwardEventKind.FAILED)).message
        cluster.answer = upper
        assert await ask(forward, b"question\n") == b"QUESTION\n"
