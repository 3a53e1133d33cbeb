"""Starting and stopping the local cluster: shared, private, and back after a crash."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster import control
from k8s_sandbox_tui.local_cluster.control import ConsentNeededError, LocalClusterError
from tests.contract.cluster_client import api_client, kubeconfig_parts, look, pod_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder that does not exist yet."""
    with tempfile.TemporaryDirectory(prefix="sbx-") as folder:
        path = Path(folder) / "state"
        monkeypatch.setenv("K8S_SANDBOX_TUI_STATE", str(path))
        yield path
        control.down()


def test_up_and_down(state: Path) -> None:
    before = control.status()
    assert (before.running, before.pid, before.url, before.pods) == (False, None, None, 0)
    assert before.kubeconfig == control.kubeconfig_path() == state / "kubeconfig"
    first = control.up()
    assert first.running
    assert first.isolation in {"bubblewrap", "landlock", "process"}
    assert control.up() == first == control.status()
    assert first.pid is not None
    assert os.getsid(first.pid) == first.pid
    assert control.down()
    assert not control.status().running
    assert not control.down()


def test_each_state_folder_has_a_token_of_its_own(state: Path, local_cluster: LocalClusterStatus) -> None:
    tokens = [kubeconfig_parts(status.kubeconfig)[2] for status in (control.up(), local_cluster)]
    assert tokens[0] != tokens[1]
    assert min(map(len, tokens)) >= 32
    assert state.exists()


def test_asking_does_not_make_a_folder(state: Path) -> None:
    control.status()
    control.down()
    assert not state.exists()


async def test_many_starters_share_one_server(state: Path) -> None:
    statuses = await asyncio.gather(*(asyncio.to_thread(control.up) for _ in range(4)))
    assert len({status.pid for status in statuses}) == 1


async def test_a_killed_server_leaves_nothing_that_hinders_the_next(state: Path) -> None:
    first = control.up()
    kubeconfig = first.kubeconfig.read_bytes()
    async with api_client(first.kubeconfig) as client:
        await client.request("POST", "/api/v1/namespaces/default/pods", pod_manifest("p"))
        running = await client.wait_for("default", "p", "status.phase", "Running")
        assert control.status().pods == 1
    assert first.pid is not None
    _kill(first.pid)
    second = control.up()
    assert second.pid != first.pid
    assert (second.url, second.pods) == (first.url, 0)
    assert second.kubeconfig.read_bytes() == kubeconfig
    async with api_client(second.kubeconfig) as client:
        listed = await client.get("/api/v1/pods")
        assert listed.items == []
        # A watch of before the crash is told to start anew.
        old = look(running, "metadata.resourceVersion")
        events = await client.first_events(f"/api/v1/pods?watch=1&resourceVersion={old}", 1)
        assert look(events[0], "object.code") == 410


def _kill(pid: int) -> None:
    """Kills a server as a crash would, and waits until it is gone."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_what_a_crash_left_is_not_taken_for_a_running_server(state: Path) -> None:
    control.up()
    record = (state / "server.json").read_bytes()
    control.down()
    (state / "server.json").write_bytes(record)
    assert not control.status().running
    (state / "server.json").write_bytes(b"cut o")
    assert not control.status().running
    assert control.up().running


def test_another_port_is_taken_where_the_last_is_in_use(state: Path) -> None:
    first = control.up()
    assert first.url is not None
    control.down()
    with socket.create_server(("127.0.0.1", int(first.url.rpartition(":")[2]))):
        second = control.up()
        assert second.url != first.url
        assert second.url is not None
        assert second.url in second.kubeconfig.read_text()


def test_a_folder_that_cannot_be_used_is_told_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("K8S_SANDBOX_TUI_STATE", str(tmp_path / "file" / "state"))
    with pytest.raises(LocalClusterError, match="set K8S_SANDBOX_TUI_STATE to one that you can write to"):
        control.up()
    assert not control.status().running


def test_a_server_that_cannot_start_tells_why(state: Path) -> None:
    state.mkdir(parents=True)
    (state / "identities.json").write_text("[{}]")
    with pytest.raises(LocalClusterError, match=r"ended at once[\s\S]*missing required field `token`"):
        control.up()
    assert not control.status().running


def test_a_start_that_takes_too_long_is_given_up(state: Path) -> None:
    with pytest.raises(LocalClusterError, match=r"did not answer within 0\.001 s"):
        control.up(timeout=0.001)
    assert not control.status().running


@pytest.fixture
def state_in_tmp(monkeypatch: pytest.MonkeyPatch, state: Path) -> Iterator[Path]:
    """The same below /tmp, which sandboxes under Landlock would share."""
    with tempfile.TemporaryDirectory(prefix="sbx-", dir="/tmp") as folder:
        monkeypatch.setenv("K8S_SANDBOX_TUI_STATE", folder)
        yield Path(folder)
        control.down()
    monkeypatch.setenv("K8S_SANDBOX_TUI_STATE", str(state))


def test_a_server_that_was_not_agreed_to_ends_and_says_why(state_in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = state_in_tmp
    monkeypatch.setenv("PATH", str(state))
    monkeypatch.setenv("K8S_SANDBOX_TUI_PLAIN_PROCESSES", "")
    with pytest.raises(ConsentNeededError, match="plain processes with your rights"):
        control.up()
    program = [sys.executable, "-m", "k8s_sandbox_tui.local_cluster"]
    by_hand = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    assert by_hand.returncode == 1
    assert by_hand.stderr.endswith("Set K8S_SANDBOX_TUI_PLAIN_PROCESSES=1 to agree to that.\n")
    assert not control.status().running
    control.agree_to_plain_processes()
    assert control.up().isolation == "process"
    assert oct((state / "plain-processes-allowed").stat().st_mode & 0o777) == "0o600"


def test_windows_is_told_what_to_use_instead(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(control.os, "name", "nt")
        with pytest.raises(LocalClusterError, match="use it in WSL"):
            control.up()


def test_a_second_server_in_the_same_folder_refuses(state: Path) -> None:
    control.up()
    program = [sys.executable, "-m", "k8s_sandbox_tui.local_cluster"]
    second = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    assert second.returncode == 1
    assert second.stderr == f"a local cluster runs already with the state folder {state}\n"


@pytest.mark.usefixtures("local_cluster")
def test_asking_is_cheap_to_import() -> None:
    heavy = {"aiohttp", "asyncio", "cryptography", "kubernetes", "ssl", "subprocess", "yaml"}
    code = (
        "import sys; from k8s_sandbox_tui.local_cluster import control; control.status(); "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
