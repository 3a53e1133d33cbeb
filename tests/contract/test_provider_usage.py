"""What sandboxes use, from a server that measures it."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.compute import k8s

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.provider.usage import SandboxUsage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc to read")

BUSY = "data = b'x' * 50_000_000\nprint('ready', flush=True)\nwhile True: pass"


async def test_a_busy_sandbox_uses_cpu_and_memory(local_cluster: LocalClusterStatus, namespace: str) -> None:
    async with k8s(kube_config_path=local_cluster.kubeconfig, namespace=namespace, runtime="python") as compute:
        assert await compute.list_usage() == []
        sandbox = await compute.sandbox.create()
        async with await sandbox.start_command(["python3", "-c", BUSY]) as command:
            assert (await anext(command)).data == b"ready\n"
            async with asyncio.timeout(60):
                while True:
                    used = measured(await compute.list_usage(), sandbox.info.name)
                    if used:
                        break
                    await asyncio.sleep(0.1)
            everywhere = await compute.list_usage(namespaces=())
        assert used[0].namespace == namespace
        assert used[0].memory > 50_000_000
        assert used[0].measured_at >= sandbox.info.created_at
        assert sandbox.info.name in {one.name for one in everywhere}


def measured(used: list[SandboxUsage], name: str) -> list[SandboxUsage]:
    """The measurement of this sandbox, once it tells of some work."""
    return [one for one in used if one.name == name and one.cpu > 0.05 and one.memory > 50_000_000]
