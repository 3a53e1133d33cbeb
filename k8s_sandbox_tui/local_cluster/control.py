"""Starting, stopping and asking after the local cluster. Imports little, so that every command can afford it."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.control_errors import ConsentNeededError, LocalClusterError
from k8s_sandbox_tui.local_cluster.server_process import PAUSE, comes_up, reap, running, send, start
from k8s_sandbox_tui.local_cluster.start_options import NETWORK_ENVIRONMENT, NETWORKS
from k8s_sandbox_tui.local_cluster.state import ENVIRONMENT, StateFolder, state_folder

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.start_options import Network

__all__ = [
    "ConsentNeededError",
    "LocalClusterError",
    "LocalClusterStatus",
    "agree_to_plain_processes",
    "down",
    "kubeconfig_path",
    "status",
    "up",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalClusterStatus:
    """What the local cluster is now.

    Attributes:
        pid: The server's process; None while it does not run.
        url: Where it answers; None while it does not run.
        kubeconfig: The file that clients read; it is there after the first start.
        isolation: `bubblewrap`, `landlock` or `process`; empty while it does not run.
        limits: What holds Pods back.
        network: What network Pods have.
        warning: Empty, or a plain sentence that has to stay on screen.
        pods: How many Pods there are.
    """

    running: bool
    pid: int | None
    url: str | None
    kubeconfig: Path
    isolation: str
    limits: str
    network: str
    warning: str
    pods: int


def kubeconfig_path() -> Path:
    """The kubeconfig of the local cluster, whether it runs or not."""
    return state_folder().kubeconfig


def status() -> LocalClusterStatus:
    """What the local cluster is now."""
    state = state_folder()
    record = running(state)
    if record is None:
        return LocalClusterStatus(
            running=False,
            pid=None,
            url=None,
            kubeconfig=state.kubeconfig,
            isolation="",
            limits="",
            network="",
            warning="",
            pods=0,
        )
    return LocalClusterStatus(
        running=True,
        pid=record.pid,
        url=f"https://127.0.0.1:{record.port}",
        kubeconfig=state.kubeconfig,
        isolation=record.isolation,
        limits=record.limits,
        network=record.network,
        warning=record.warning,
        pods=_count(state.pods),
    )


def up(timeout: float = 10.0, *, network: Network | None = None) -> LocalClusterStatus:
    """Starts the local cluster unless it runs; returns once it answers.

    Several callers at once share one server.

    Args:
        timeout: How long it may take, in seconds.
        network: Which network sandboxes have; None: what the environment says, else that of the machine, unless the
            cluster runs.

    Raises:
        ConsentNeededError: the user has to agree first.
        LocalClusterError: it did not come up within `timeout` seconds, or it runs with another network.
    """
    _check_system()
    from k8s_sandbox_tui.local_cluster.locks import FileLock

    state = state_folder()
    if running(state) is not None:
        return _as_wanted(status(), network)
    try:
        state.make()
        lock = FileLock(state.start_lock)
        locked = lock.acquire(timeout)
    except OSError as error:
        raise _unusable(state, error) from error
    if not locked:
        raise LocalClusterError(f"another process has been starting the local cluster for {timeout:g} s; try again")
    with lock:
        # The one that is started may find that another one was quicker.
        while not comes_up(state, timeout):
            start(state, timeout, _network(network))
    return _as_wanted(status(), network)


def agree_to_plain_processes() -> None:
    """Remembers that the user agrees to sandboxes that nothing holds back.

    Raises:
        LocalClusterError: it cannot be written down.
    """
    from k8s_sandbox_tui.local_cluster import consent

    state = state_folder()
    try:
        consent.give(state)
    except OSError as error:
        raise _unusable(state, error) from error


def down(timeout: float = 10.0) -> bool:
    """Stops the local cluster and all its Pods; False when it did not run.

    Raises:
        LocalClusterError: it does not end.
    """
    _check_system()
    state = state_folder()
    # One that is only just starting is waited for: it would come up behind our back.
    comes_up(state, timeout)
    record = running(state)
    if record is None:
        return False
    for number, patience in ((signal.SIGTERM, timeout), (signal.SIGKILL, 2.0)):
        send(record, number)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            reap(record.pid)
            if running(state) != record:
                return True
            time.sleep(PAUSE)
    raise LocalClusterError(f"the local cluster (process {record.pid}) does not end; see {state.log}")


def _network(wanted: Network | None) -> str:
    """Which network a new server gives its Pods."""
    network = wanted or os.environ.get(NETWORK_ENVIRONMENT, "") or NETWORKS[0]
    if network not in NETWORKS:
        raise LocalClusterError(f"{NETWORK_ENVIRONMENT} is {network!r}; it can be {' or '.join(NETWORKS)}")
    return network


def _as_wanted(found: LocalClusterStatus, network: Network | None) -> LocalClusterStatus:
    if network is not None and found.network != network:
        raise LocalClusterError(
            f"the local cluster runs with the network {found.network!r}; end it and its sandboxes first: local down"
        )
    return found


def _unusable(state: StateFolder, error: OSError) -> LocalClusterError:
    return LocalClusterError(
        f"the local cluster cannot use the folder {state.root}: {error}; set {ENVIRONMENT} to one that you can write to"
    )


def _check_system() -> None:
    if os.name == "nt":
        raise LocalClusterError(
            "the local cluster does not run on Windows itself: use it in WSL, or name a real cluster with --kubeconfig"
        )


def _count(folder: Path) -> int:
    try:
        return sum(1 for _ in folder.iterdir())
    except FileNotFoundError:
        return 0
