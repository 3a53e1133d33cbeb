"""The processes of a Pod, by way of the whole server as this machine isolates them: what they reach, and their end."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from typing import TYPE_CHECKING

from tests.contract.cluster_client import pod_manifest
from tests.contract.exec_client import PATIENCE, run_in_pod
from tests.unit.local_runtime.kit import until_all_ended, until_none_has, with_argument

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from tests.contract.cluster_client import ApiClient

# These leave the group and the session of whoever starts them; one of them ignores what it can.
_ESCAPES = "setsid sleep {0} & (env -i /usr/bin/setsid /bin/sleep {0} &) & (trap '' TERM HUP; exec setsid sleep {0}) &"
_ESCAPED = 6


def _all_escaped(token: str) -> list[int]:
    """The pids of those of the main process and those of a command, as soon as all are there."""
    end = time.monotonic() + PATIENCE
    while len(pids := with_argument(token)) < _ESCAPED:
        assert time.monotonic() < end, pids
        time.sleep(0.01)
    return pids


async def test_a_pod_reaches_the_machines_loopback_and_is_deleted_with_all_it_started(
    client: ApiClient, local_cluster: LocalClusterStatus, namespace: str, pods: str
) -> None:
    assert local_cluster.network == "host"
    token = f"3{secrets.randbelow(10**8) + 10**8}"
    escapes = _ESCAPES.format(token)
    await client.request("POST", pods, pod_manifest("p", command=["sh", "-c", f"{escapes} sleep 1000"]))
    await client.wait_for(namespace, "p", "status.phase", "Running")
    with socket.create_server(("127.0.0.1", 0)) as ours:
        dial = f"import socket; socket.create_connection(('127.0.0.1', {ours.getsockname()[1]})).sendall(b'x')"
        dialled = await run_in_pod(client, f"{pods}/p", "python3", "-c", dial)
        assert dialled.status["status"] == "Success", dialled.payload(2)
        with ours.accept()[0] as peer:
            assert peer.recv(1) == b"x"
    await run_in_pod(client, f"{pods}/p", "sh", "-c", f"({escapes}) >/dev/null 2>&1")
    pids = await asyncio.to_thread(_all_escaped, token)
    assert (await client.request("DELETE", f"{pods}/p")).status == 200
    assert (await client.get(f"{pods}/p")).status == 404
    await until_all_ended(pids)
    await until_none_has(token)
