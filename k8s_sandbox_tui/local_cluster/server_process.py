"""The server's process, seen from outside: finding it, starting it, telling it to end. Imports little."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.control_errors import ConsentNeededError, LocalClusterError
from k8s_sandbox_tui.local_cluster.start_options import FAILED, OTHER, REFUSED

if TYPE_CHECKING:
    import signal

    from k8s_sandbox_tui.local_cluster.state import ServerRecord, StateFolder

PAUSE = 0.005
"""Seconds between two looks at a process."""
_LOG_TAIL = 2000
_ANSWER_BYTES = 4096


def running(state: StateFolder) -> ServerRecord | None:
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


def comes_up(state: StateFolder, timeout: float) -> bool:
    """Whether a server runs, once it is clear: one may be starting whose starter was killed.

    Raises:
        LocalClusterError: there is one that gets no further within `timeout` seconds.
    """
    from k8s_sandbox_tui.local_cluster.locks import is_held

    end = time.monotonic() + timeout
    while running(state) is None:
        if not is_held(state.server_lock):
            return False
        if time.monotonic() >= end:
            raise LocalClusterError(
                f"a process that is not ready for {timeout:g} s holds {state.server_lock}; end it. "
                f"The end of {state.log}:\n{_tail(state)}"
            )
        time.sleep(PAUSE)
    return True


def send(record: ServerRecord, number: signal.Signals) -> None:
    """Sends a signal to the server, if it is still that one."""
    from k8s_sandbox_tui.local_cluster.process_identity import start_time

    if start_time(record.pid) != record.started:
        return
    try:
        os.kill(record.pid, number)
    except ProcessLookupError:
        return


def reap(pid: int) -> None:
    """Takes leave of a server that this very process started: the system keeps ended children until then."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def start(state: StateFolder, timeout: float, network: str) -> None:
    """Starts a server; returns once it answers, or has found that another one runs or is starting.

    Raises:
        ConsentNeededError: the user has to agree first.
        LocalClusterError: it did not come up within `timeout` seconds.
    """
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
        # It ends where nobody has heard that it is ready.
        os.close(reader)
    if answer.startswith((REFUSED, FAILED, OTHER)):
        process.wait()
    if answer.startswith(REFUSED):
        raise ConsentNeededError(answer.removeprefix(REFUSED).decode())
    if answer.startswith(FAILED):
        raise LocalClusterError(answer.removeprefix(FAILED).decode())
    if answer.startswith(OTHER):
        return
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
