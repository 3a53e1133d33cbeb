"""Starting, stopping and asking after the local cluster. Imports little, so that every command can afford it."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.start_options import FAILED, NETWORK_ENVIRONMENT, NETWORKS, REFUSED
from k8s_sandbox_tui.local_cluster.state import ENVIRONMENT, ServerRecord, StateFolder, state_folder

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.start_options import Network

_LOG_TAIL = 2000
_ANSWER_BYTES = 4096
_PAUSE = 0.005


class LocalClusterError(Exception):
    """The local cluster cannot be started or stopped; the message says why and what to do."""


class ConsentNeededError(LocalClusterError):
    """Sandboxes would run as plain processes, which the user has to agree to first (`agree_to_plain_processes`).

    Attributes:
        warning: What that means, and why there is nothing better.
    """

    def __init__(self, warning: str) -> None:
        super().__init__(warning)
        self.warning = warning


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
    record = _running(state)
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
    if _running(state) is not None:
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
        if _running(state) is None:
            _start(state, timeout, _network(network))
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
    record = _running(state)
    if record is None:
        return False
    for number, patience in ((signal.SIGTERM, timeout), (signal.SIGKILL, 2.0)):
        _signal(record, number)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            _reap(record.pid)
            if _running(state) is None:
                return True
            time.sleep(_PAUSE)
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


def _running(state: StateFolder) -> ServerRecord | None:
    """What the running server says of itself; None when none runs.

    The server holds a lock for as long as it lives, so a record without a lock is what a crash left behind.
    """
    if os.name == "nt" or not state.server_lock.exists():
        return None
    from k8s_sandbox_tui.local_cluster.locks import is_held

    if not is_held(state.server_lock):
        return None
    record = state.read_record()
    if record is None:
        return None
    from k8s_sandbox_tui.local_cluster.process_identity import start_time

    # A server that is only just starting holds the lock, but the record is still that of the last one.
    return record if start_time(record.pid) == record.started else None


def _signal(record: ServerRecord, number: signal.Signals) -> None:
    from k8s_sandbox_tui.local_cluster.process_identity import start_time

    if start_time(record.pid) != record.started:
        return
    try:
        os.kill(record.pid, number)
    except ProcessLookupError:
        return


def _reap(pid: int) -> None:
    """Takes leave of a server that this very process started: the system keeps ended children until then."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _start(state: StateFolder, timeout: float, network: str) -> None:
    import select
    import subprocess

    reader, writer = os.pipe()
    command = [sys.executable, "-m", "k8s_sandbox_tui.local_cluster", "--ready-fd", str(writer), "--network", network]
    with state.crash_log.open("wb") as errors:
        # A session of its own: it outlives the terminal and is not reached by its Ctrl-C.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            cwd="/",
            start_new_session=True,
            pass_fds=(writer,),
        )
    os.close(writer)
    try:
        readable, _, _ = select.select([reader], [], [], timeout)
        answer = os.read(reader, _ANSWER_BYTES) if readable else b""
        while answer.startswith((REFUSED, FAILED)) and (more := os.read(reader, _ANSWER_BYTES)):
            answer += more
    finally:
        os.close(reader)
    if answer.startswith(REFUSED):
        process.wait()
        raise ConsentNeededError(answer.removeprefix(REFUSED).decode())
    if answer.startswith(FAILED):
        process.wait()
        raise LocalClusterError(answer.removeprefix(FAILED).decode())
    if answer:
        # It lives on by itself; without this the interpreter would warn that nobody waits for it.
        process.returncode = 0
        return
    late = not readable
    process.kill()
    process.wait()
    why = f"did not answer within {timeout:g} s" if late else f"ended at once (exit code {process.returncode})"
    raise LocalClusterError(f"the local cluster {why}. The end of {state.log}:\n{_tail(state)}")


def _tail(state: StateFolder) -> str:
    parts: list[str] = []
    for file in (state.log, state.crash_log):
        try:
            parts.append(file.read_text(errors="replace")[-_LOG_TAIL:])
        except FileNotFoundError:
            continue
    return "\n".join(part.strip() for part in parts if part.strip()) or "(empty)"


def _count(folder: Path) -> int:
    try:
        return sum(1 for _ in folder.iterdir())
    except FileNotFoundError:
        return 0
