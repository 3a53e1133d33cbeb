"""The ways that connections can take, for tests that hold for all of them."""

from __future__ import annotations

import asyncio
import shutil
import sys
from types import CoroutineType
from typing import TYPE_CHECKING

import pytest

from tests.contract.port_server import ask_port

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.provider.forward.model import ForwardEvent, ForwardEventKind, ForwardVia
    from k8s_sandbox_tui.provider.forward.port_forward import PortForward
    from tests.unit.forward.forward_cluster import ForwardCluster

PORT_FORWARD = ("tunnel", "channels")
EXEC = ("python3", "node", "nc")
ALL = (*PORT_FORWARD, *EXEC)


def choose(cluster: ForwardCluster, wire: str, folder: Path) -> ForwardVia:
    """Has connections take one of the wires; for exec, the sandbox has that one program."""
    if wire in PORT_FORWARD:
        cluster.kubelet.tunnels = wire == "tunnel"
        return "port-forward"
    have(cluster, folder, wire)
    return "exec"


def have(cluster: ForwardCluster, folder: Path, *tools: str) -> None:
    """The sandbox has these programs beside the usual ones, and no others that could make connections."""
    for tool in ("sh", "grep", "cat", "dd", "sleep", "kill", *tools):
        program = sys.executable if tool == "python3" else shutil.which("busybox" if tool == "nc" else tool)
        if program is None:
            pytest.skip(f"{tool} is not installed on this machine")
        # Not a link: Python finds its libraries from where it stands.
        script = folder / tool
        script.write_text(f'#!/bin/sh\nexec {program} {"nc " if tool == "nc" else ""}"$@"\n')
        script.chmod(0o755)
    cluster.exec.env["PATH"] = str(folder)


async def ask(forward: PortForward, question: bytes) -> bytes:
    """Sends all, ends its half, and reads to the end."""
    return await ask_port(forward.local_port, question, forward.local_host)


async def broken(forward: PortForward, question: bytes = b"") -> bool:
    """Whether a connection is broken, rather than ended in order."""
    try:
        assert await ask(forward, question) == b""
    except ConnectionError:
        return True
    return False


def own_tasks() -> list[str]:
    """The tasks of forwards that have not ended."""
    coroutines = [task.get_coro() for task in asyncio.all_tasks()]
    return [
        one.__qualname__
        for one in coroutines
        if isinstance(one, CoroutineType) and "provider/forward/" in one.cr_code.co_filename
    ]


async def event(forward: PortForward, kind: ForwardEventKind) -> ForwardEvent:
    """The next event of a kind."""
    async with asyncio.timeout(60):
        async for one in forward:
            if one.kind is kind:
                return one
    raise AssertionError(kind)
