"""The process tree of one Pod as the server holds it: however isolated, a supervisor at the end of a socket."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.local_cluster.runtime import wording
from k8s_sandbox_tui.local_cluster.runtime.pod_sockets import PodSockets
from k8s_sandbox_tui.local_cluster.runtime.podinit import wire
from k8s_sandbox_tui.local_cluster.runtime.report_socket import Report, ReportSocket
from k8s_sandbox_tui.local_cluster.runtime.running_exec import RunningExec, open_streams
from k8s_sandbox_tui.local_cluster.runtime.types import (
    Ending,
    ExecError,
    PodGoneError,
    PodProcessSpec,
    RunAs,
    StartError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.runtime.attachment import Attachment
    from k8s_sandbox_tui.local_cluster.runtime.limits.hold import Hold
    from k8s_sandbox_tui.local_cluster.runtime.main_streams import MainStreams

_KILLED = 137
_PATIENCE_SECONDS = 0.5
"""How long a supervisor has to end its Pod itself before it is ended from outside: it needs milliseconds."""


class Anchor(Protocol):
    """What holds a supervisor from outside."""

    async def gone(self) -> None:
        """Returns when the supervisor and all processes of its Pod have ended."""
        ...

    def kill(self) -> None:
        """Kills the supervisor, and with it the Pod, without its help."""
        ...

    def failure(self) -> str:
        """What the supervisor said on its standard error; empty when nothing."""
        ...

    def root_pid(self, main: int) -> int | None:
        """A process that all of the Pod's descend from; `main` is the main process, as the supervisor sees it."""
        ...

    def close(self) -> None:
        """Lets go of what is held for this; the last call."""
        ...


class RunningPod:
    """A `PodProcess`."""

    def __init__(
        self,
        spec: PodProcessSpec,
        sock: socket.socket,
        anchor: Anchor,
        streams: MainStreams,
        hold: Hold,
        *,
        own_network: bool = False,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._spec = spec
        self._anchor = anchor
        self._streams = streams
        self._hold = hold
        self._socket = ReportSocket(sock, self)
        self._sockets = PodSockets(self._socket)
        self._own_network = own_network
        self._started: asyncio.Future[None] = loop.create_future()
        self._ended: asyncio.Future[int] = loop.create_future()
        self._working_dir = ""
        self._become: RunAs | None = None
        self._exit_code = _KILLED
        self._main_pid = 0
        self._execs: dict[int, RunningExec] = {}
        self._next_ident = wire.MAIN
        self._killed = False
        self._why_ended = Ending()
        self._kill_timer: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def spec(self) -> PodProcessSpec:
        """What it was started with."""
        return self._spec

    @property
    def root_pid(self) -> int | None:
        """A process that all of the Pod's descend from; None when there is none any more."""
        return None if self._ending is not None else self._anchor.root_pid(self._main_pid)

    @property
    def ending(self) -> Ending:
        """Why it ended, where that was the runtime's doing."""
        return self._why_ended

    @property
    def log_path(self) -> Path:
        """The log of the main process."""
        return self._streams.log_path

    def discard_log(self) -> None:
        """Deletes the log."""
        self._streams.discard_log()

    async def log_grown(self) -> None:
        """Returns after the next write to the log, at once when the process tree has ended."""
        await self._streams.log_grown()

    async def start_main(
        self, working_dir: str, env: Mapping[str, str], become: RunAs | None = None, *, counted: bool = False
    ) -> None:
        """Starts the main process; what fails ends the supervisor too.

        Args:
            working_dir: As the Pod's processes see it.
            env: All of the Pod's environment.
            become: Whom the supervisor, which is root, is to become first; None: nobody else.
            counted: Whether the system counts this Pod's processes apart from all others of the user.

        Raises:
            StartError: It cannot be started.
        """
        argv = self._spec.argv
        self._working_dir = working_dir
        self._become = become
        whom = ("", "", "") if become is None else (str(become.user), str(become.group), _listed(become.groups))
        strings = [working_dir, *whom, str(len(argv)), *argv, *(part for item in env.items() for part in item)]
        flags = str(self._streams.flags).encode()
        try:
            if any("\0" in string for string in strings):
                raise StartError(wording.start_with_nul(argv[0]))  # noqa: TRY301 -- ended below like all others
            self._send_limits(counted=counted)
            request = wire.pack(wire.START, wire.MAIN, [flags, *map(_encoded, strings)])
            self._socket.send(request, self._given_over(self._streams.take_theirs()))
            await self._started
        except BaseException as error:
            self._kill()
            await asyncio.shield(self._ended)
            if isinstance(error, OSError):
                raise StartError(f"the limits cannot be set: {error}", reason="CreateContainerError") from error
            raise
        self._hold.watch(self)

    async def wait(self) -> int:
        """Waits until the whole tree has ended and returns the main process' exit code."""
        return await asyncio.shield(self._ended)

    async def exec(self, argv: Sequence[str], *, stdin: bool, stdout: bool, stderr: bool, tty: bool) -> RunningExec:
        """Starts a command beside the main process; see `PodProcess.exec`."""
        if not argv:
            raise ExecError(wording.NO_ARGUMENTS)
        if any("\0" in argument for argument in argv):
            raise ExecError(wording.exec_with_nul(argv[0]))
        if self._ending is not None:
            raise PodGoneError
        streams = None if tty else open_streams(stdin=stdin, stdout=stdout, stderr=stderr)
        process = RunningExec(streams, argv[0])
        ident = self._take_ident()
        self._execs[ident] = process
        flags = wire.TTY if streams is None else streams.flags
        request = wire.pack(wire.EXEC, ident, [str(flags).encode(), *map(_encoded, argv)])
        self._socket.send(request, () if streams is None else self._given_over(streams.theirs))
        try:
            await process.started
        except BaseException:
            process.close()
            raise
        return process

    def attach(self, *, stdin: bool, stdout: bool, stderr: bool) -> Attachment:
        """Joins the main process; see `PodProcess.attach`."""
        if self._ending is not None:
            raise PodGoneError
        return self._streams.attach(stdin=stdin, stdout=stdout, stderr=stderr)

    async def open_socket(self, family: socket.AddressFamily) -> socket.socket:
        """Opens a socket of the Pod's network; see `PodProcess.open_socket`."""
        if not self._own_network:
            return socket.socket(family, socket.SOCK_STREAM)
        return await self._sockets.open(self._take_ident(), family)

    async def stop(self, grace_seconds: float) -> None:
        """Ends the tree; see `PodProcess.stop`."""
        when = self._loop.time() + max(grace_seconds, 0.0)
        if self._ending is None and not self._killed and (self._kill_timer is None or when < self._kill_timer.when()):
            if grace_seconds > 0:
                self._socket.send(wire.pack(wire.TERM, wire.MAIN, []))
                self._at(when, self._kill)
            else:
                self._kill()
        await asyncio.shield(self._ended)

    def end(self) -> bool:
        """Kills the Pod; False when it is ending already."""
        if self._ending is not None or self._killed:
            return False
        self._kill()
        return True

    def on_report(self, report: Report) -> None:
        """Takes what the supervisor says; nonsense, which only the Pod itself can send, is passed over."""
        if report.ident == wire.MAIN:
            self._on_main(report)
            return
        process = self._execs.get(report.ident)
        if process is None:
            self._sockets.on_report(report)
            return
        if report.kind == wire.STARTED:
            process.on_started(self._socket.take_descriptor() if process.tty else None)
        elif report.kind == wire.EXITED:
            del self._execs[report.ident]
            process.on_exit(report.value & 0xFF)
        else:
            del self._execs[report.ident]
            process.on_failure(report.kind, report.value)

    def on_end(self) -> None:
        """The supervisor is gone, so its Pod is going."""
        self._ending = self._loop.create_task(self._end())

    def _on_main(self, report: Report) -> None:
        if report.kind == wire.EXITED:
            self._exit_code = report.value & 0xFF
        elif not self._started.done():
            if report.kind == wire.STARTED:
                self._main_pid = report.value
                master = self._socket.take_descriptor() if self._spec.tty else None
                if master is not None:
                    self._streams.use_terminal(master)
                self._started.set_result(None)
            else:
                message = wording.start_failure(report.kind, report.value, self._spec.argv[0], self._working_dir)
                self._started.set_exception(StartError(message))

    async def _end(self) -> None:
        await self._anchor.gone()
        self._why_ended = await self._hold.release()
        if self._kill_timer is not None:
            self._kill_timer.cancel()
        self._streams.finish()
        if not self._started.done():
            said = self._anchor.failure() or "the sandbox's supervisor ended before the command was started"
            self._started.set_exception(StartError(said, reason="RunContainerError"))
            # Nobody waits for it when the caller was cancelled.
            self._started.exception()
        self._anchor.close()
        for process in self._execs.values():
            process.on_pod_end(_KILLED)
        self._execs.clear()
        self._sockets.on_end()
        self._ended.set_result(self._exit_code)

    def _take_ident(self) -> int:
        self._next_ident += 1
        return self._next_ident

    def _send_limits(self, *, counted: bool) -> None:
        entry = self._hold.entry()
        values = ("" if entry.procs is None else "1", entry.data_bytes, entry.processes if counted else None)
        if any(values):
            strings = [b"" if value is None else str(value).encode() for value in values]
            passed = () if entry.procs is None else (entry.procs,)
            self._socket.send(wire.pack(wire.LIMIT, wire.MAIN, strings), passed)

    def _given_over(self, descriptors: tuple[int, ...]) -> tuple[int, ...]:
        """Pipes that the Pod's user may open anew by the names /dev/stdout and so on."""
        if self._become is not None:
            for descriptor in descriptors:
                os.fchown(descriptor, self._become.user, self._become.group)
        return descriptors

    def _kill(self) -> None:
        self._killed = True
        self._socket.send(wire.pack(wire.KILL, wire.MAIN, []))
        self._at(self._loop.time() + _PATIENCE_SECONDS, self._anchor.kill)

    def _at(self, when: float, action: Callable[[], None]) -> None:
        if self._kill_timer is not None:
            self._kill_timer.cancel()
        self._kill_timer = self._loop.call_at(when, action)


def _listed(numbers: Sequence[int]) -> str:
    return " ".join(map(str, numbers))


def _encoded(text: str) -> bytes:
    """As the bytes it was given in: what is not UTF-8 in a query is kept by surrogates."""
    return text.encode("utf-8", "surrogateescape")
