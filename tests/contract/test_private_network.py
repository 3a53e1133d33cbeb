"""A local cluster whose sandboxes have networks of their own, as its users see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster import control
from k8s_sandbox_tui.local_cluster.control import LocalClusterError
from k8s_sandbox_tui.provider import k8s
from tests.contract.cluster_client import own_state
from tests.contract.port_server import ANSWERS_AFTER_THE_END, ask_port

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui import RunningCommand

LISTENS = ANSWERS_AFTER_THE_END.replace('("127.0.0.1", 0)', '("127.0.0.1", 3000)')


async def test_two_sandboxes_listen_on_one_port_and_both_are_forwarded() -> None:
    with own_state():
        try:
            status = control.up(network="private")
        except LocalClusterError as error:
            pytest.skip(str(error))
        assert status.network == control.status().network == control.up().network == "private"
        with pytest.raises(LocalClusterError, match="runs with the network 'private'; end it"):
            control.up(network="host")
        async with k8s(kube_config_path=str(status.kubeconfig), runtime="python") as compute:
            answers: list[bytes] = []
            servers: list[RunningCommand] = []
            for question in (b"one", b"two"):
                sandbox = await compute.sandbox.create()
                assert "'local.computesdk.io/network': 'private'" in str(await sandbox.get_pod())
                # Left running, so that the next one meets it.
                servers.append(await sandbox.start_command(["python3", "-u", "-c", LISTENS]))
                assert (await anext(servers[-1])).data.strip() == b"3000"
                async with await sandbox.forward_port(3000, via="port-forward") as forward:
                    answers.append(await ask_port(forward.local_port, question))
            assert answers == [b"ONE", b"TWO"]


def test_a_machine_that_has_none_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("K8S_SANDBOX_TUI_NETWORK", "private")
    with own_state():
        with pytest.raises(LocalClusterError, match="A private network for sandboxes needs bubblewrap"):
            control.up()
        assert not control.status().running
        monkeypatch.setenv("K8S_SANDBOX_TUI_NETWORK", "none")
        with pytest.raises(LocalClusterError, match="K8S_SANDBOX_TUI_NETWORK is 'none'; it can be host or private"):
            control.up()
        # What is asked for goes before the environment.
        assert control.up(network="host").network == "host"
