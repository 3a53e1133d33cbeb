"""Forks a supervisor for each Pod where there is no isolation: one interpreter start for all of them, memory shared.

The server asks over one stream socket, in podinit's frames: FORK with the Pod's socket by SCM_RIGHTS, and the rules of
Landlock where the Pod is to be under them, or FORGET to kill a supervisor that does not answer. The answer to both,
in its time, is GONE: nothing of that Pod is left. A supervisor is the sub-reaper of its Pod and the zygote that of all
supervisors, so that nothing escapes when one is killed. The zygote ends with the server (end of file on the socket).
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime.podinit import wire
from k8s_sandbox_tui.local_cluster.runtime.podinit.spawning import run_here
from k8s_sandbox_tui.local_cluster.runtime.podinit.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.local_cluster.runtime.podinit.spawning import Run

FORK, FORGET = 1, 2
GONE = 1
_SET_CHILD_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of linux/prctl.h


class Zygote:
    """The parent of all supervisors."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._idents: dict[int, int] = {}
        self._wake_read, self._wake_write = os.pipe()

    def run(self) -> None:
        """Serves until the server is gone, then kills what is left, whatever else goes wrong."""
        become_subreaper()
        try:
            self._serve()
        finally:
            kill_tree(set())

    def _serve(self) -> None:
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        poll.register(self._control, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == self._wake_read:
                    os.read(self._wake_read, 4096)
                    self._reap()
                elif not self._on_request():
                    return

    def _on_request(self) -> bool:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, wire.REQUEST.size, 1)
        except ConnectionResetError:
            # The server was killed before it had read all that it was told.
            return False
        if not data:
            return False
        length, kind, ident = wire.REQUEST.unpack(data)
        rules = wire.strings_of(self._control.recv(length, socket.MSG_WAITALL)) if length else []
        if kind == FORK:
            self._fork(ident, descriptors[0], rules)
        else:
            for pid, known in self._idents.items():
                if known == ident:
                    os.kill(pid, signal.SIGKILL)
        return True

    def _fork(self, ident: int, descriptor: int, rules: list[bytes]) -> None:
        # Loaded before the fork: once for all the Pods to come.
        confine = _landlock() if rules else None
        pid = os.fork()
        if pid:
            self._idents[pid] = ident
            os.close(descriptor)
            return
        self._control.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
        become_subreaper()
        wire.keep_from_children(descriptor)
        sessions: set[int] = set()
        try:
            supervisor = Supervisor(socket.socket(fileno=descriptor), confine(rules) if confine else run_here)
            sessions = supervisor.sessions
            supervisor.run()
        finally:
            kill_tree(sessions)
            os._exit(0)

    def _reap(self) -> None:
        gone: list[int] = []
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid in self._idents:
                gone.append(self._idents.pop(pid))
        if gone:
            # What a killed supervisor left has become ours.
            kill_children(spared=self._idents)
        for ident in gone:
            try:
                self._control.sendall(wire.REPORT.pack(GONE, ident, 0))
            except (BrokenPipeError, ConnectionResetError):
                # The server is gone; the next request says so, and then all others are killed.
                return


def _landlock() -> Callable[[list[bytes]], Run]:
    from k8s_sandbox_tui.local_cluster.runtime.landlock.confinement import Confinement
    from k8s_sandbox_tui.local_cluster.runtime.landlock.ruleset import Kind, Rule

    def confine(rules: list[bytes]) -> Run:
        return Confinement([Rule(Kind(rule[:1].decode()), rule[1:]) for rule in rules]).run

    return confine


def become_subreaper() -> None:
    """Makes this process the parent of its orphaned descendants, where the system can (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_tree(sessions: set[int]) -> None:
    """Kills all descendants of this process.

    Args:
        sessions: Process groups to kill where there are no sub-reapers; there, what called setsid escapes.
    """
    if sys.platform == "linux":
        kill_children(spared={})
        return
    for session in sessions:
        try:
            os.killpg(session, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            # Ended long ago; the number may be another's by now.
            continue


def kill_children(spared: dict[int, int]) -> None:
    """Kills all descendants of this sub-reaper and waits for them.

    As one dies its own children become ours, so nothing that forks, calls setsid or clears its environment escapes.

    Args:
        spared: Children, by pid, that live on.
    """
    beyond_reach: set[int] = set()
    while victims := [pid for pid in _children() if pid not in spared and pid not in beyond_reach]:
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except PermissionError:
                # A set-user-id program, started by a Pod of a server without root's rights.
                beyond_reach.add(pid)
        for pid in victims:
            os.waitpid(pid, os.WNOHANG if pid in beyond_reach else 0)


def _children() -> list[int]:
    """The children of all threads: a process is the child of the thread that started it."""
    me = os.getpid()
    try:
        lists = [(thread / "children").read_bytes() for thread in Path("/proc/self/task").iterdir()]
        return [int(pid) for pids in lists for pid in pids.split()]
    except (FileNotFoundError, ProcessLookupError):
        return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and _parent(path) == me]


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_bytes().rpartition(b")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def main(descriptor: int) -> None:
    """Runs over the inherited control socket."""
    wire.keep_from_children(descriptor)
    with socket.socket(fileno=descriptor) as control:
        Zygote(control).run()
