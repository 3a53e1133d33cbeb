"""The derived face, against the local cluster."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui import CommandTimeoutError, SandboxStatus
from k8s_sandbox_tui.sync import Sandbox, k8s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.sync import Compute


@pytest.fixture
def compute(local_cluster: LocalClusterStatus) -> Iterator[Compute]:
    with k8s(kube_config_path=str(local_cluster.kubeconfig), runtime="python") as opened:
        yield opened


@pytest.fixture
def sandbox(compute: Compute) -> Iterator[Sandbox]:
    with compute.sandbox.create(metadata={"owner": "ann"}) as created:
        yield created
    gone = compute.sandbox.get_by_id(created.sandbox_id)
    assert gone is None or gone.info.status is SandboxStatus.STOPPING


def test_life_of_a_sandbox(compute: Compute, sandbox: Sandbox) -> None:
    assert sandbox.info.metadata == {"owner": "ann"}
    found = compute.sandbox.get_by_id(sandbox.sandbox_id)
    assert isinstance(found, Sandbox)
    assert found.uid == sandbox.uid
    assert sandbox.uid in {one.uid for one in compute.sandbox.list()}
    assert compute.sandbox.get_by_id("default/none") is None
    assert sandbox.get_url(3000).endswith(":3000")
    assert sandbox.get_info().status == "running"
    pieces: list[str] = []
    result = sandbox.run_command("echo $A; exit 3", env={"A": "b"}, on_stdout=pieces.append)
    assert (result.stdout, result.exit_code, pieces) == ("b\n", 3, ["b\n"])
    assert sandbox.destroy()


def test_running_command(sandbox: Sandbox) -> None:
    with sandbox.start_command("cat; echo err >&2; exit 4", stdin=True) as running:
        running.send_stdin(b"hello\n")
        running.close_stdin()
        # Which of two streams comes first, nobody promises.
        output = sorted((chunk.stream, chunk.data) for chunk in running)
        assert output == [("stderr", b"err\n"), ("stdout", b"hello\n")]
        assert running.wait() == 4
        assert running.duration_ms > 0
    with pytest.raises(CommandTimeoutError):
        sandbox.run_command("sleep 60", timeout=100)


def test_inventory(compute: Compute, sandbox: Sandbox) -> None:
    with compute.inventory() as inventory:
        seen: set[str] = set()
        for update in inventory:
            seen |= {info.uid for info in update.upserted}
            if sandbox.uid in seen:
                inventory.refresh()
                break


def test_interrupt_kills_the_command(sandbox: Sandbox) -> None:
    main = threading.get_ident()
    assert threading.current_thread() is threading.main_thread()
    with pytest.raises(KeyboardInterrupt):
        sandbox.run_command("echo ready; sleep 4721", on_stdout=lambda _: signal.pthread_kill(main, signal.SIGINT))
    left = sandbox.run_command("for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f; echo; done | grep 'slee[p] 4721'")
    assert left.stdout == ""
