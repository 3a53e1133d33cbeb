"""The loop of the supervisor: requests in, processes out, and their ends reported."""

from __future__ import annotations

import _signal
import _socket
import errno
import os
import select
import struct

from . import wire
from .spawning import FORWARDED, NotStartedError, Spawner, run_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .spawning import Run

_CLOEXEC = getattr(_socket, "MSG_CMSG_CLOEXEC", 0)
_DESCRIPTORS = _socket.CMSG_SPACE(16)


def exit_code(status: int) -> int:
    """A wait status as a container runtime reports it: 128+n for signal n."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


class Supervisor:
    """One Pod's processes.

    Attributes:
        sessions: The process groups that were started, for systems without a sub-reaper; some may have ended.
    """

    def __init__(self, sock: _socket.socket, run: Run = run_here) -> None:
        self.sessions: set[int] = set()
        self._sock = sock
        self._spawner = Spawner(run)
        self._main = 0
        self._idents: dict[int, int] = {}
        self._buffer = b""
        self._descriptors: list[int] = []

    def run(self) -> None:
        """Serves until the main process has ended, the server says so, or the server is gone."""
        wake_read, wake_write = os.pipe()
        for end in (wake_read, wake_write):
            os.set_blocking(end, False)
        for number in (*FORWARDED, _signal.SIGCHLD):
            _signal.signal(number, _wake_up_only)
        _signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(wake_read, select.POLLIN)
        poll.register(self._sock.fileno(), select.POLLIN)
        going_on = True
        while going_on:
            for descriptor, _ in poll.poll():
                if descriptor == wake_read:
                    going_on = self._on_signals(os.read(wake_read, 4096))
                else:
                    going_on = self._on_readable()
                if not going_on:
                    break

    def _on_signals(self, numbers: bytes) -> bool:
        for number in numbers:
            if number in FORWARDED:
                self._signal_main(number)
        going_on = True
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return going_on
            if pid == 0:
                return going_on
            ident = self._idents.pop(pid, None)
            if ident is not None:
                self._report(wire.EXITED, ident, exit_code(status))
                going_on = going_on and ident != wire.MAIN

    def _on_readable(self) -> bool:
        try:
            data, ancillary, _, _ = self._sock.recvmsg(262144, _DESCRIPTORS, _CLOEXEC)
        except OSError as error:
            if error.errno != errno.ECONNRESET:
                raise
            # The server was killed before it had read all that it was told.
            return False
        for level, kind, payload in ancillary:
            if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
                self._descriptors += struct.unpack(f"{len(payload) // 4}i", payload[: len(payload) // 4 * 4])
        if not data:
            return False
        self._buffer += data
        while len(self._buffer) >= wire.REQUEST.size:
            length, kind, ident = wire.REQUEST.unpack_from(self._buffer)
            end = wire.REQUEST.size + length
            if len(self._buffer) < end:
                break
            strings = wire.strings_of(self._buffer[wire.REQUEST.size : end])
            self._buffer = self._buffer[end:]
            if not self._on_request(kind, ident, strings):
                return False
        return True

    def _on_request(self, kind: int, ident: int, strings: list[bytes]) -> bool:
        """Does it; whether the Pod goes on."""
        if kind == wire.LIMIT:
            return self._limit(strings)
        if kind == wire.START:
            return self._start(strings)
        if kind == wire.EXEC:
            self._spawn(ident, int(strings[0]), strings[1:])
        elif kind == wire.SOCKET:
            self._open_socket(ident, int(strings[0]))
        elif kind == wire.TERM:
            self._signal_main(_signal.SIGTERM)
        return kind != wire.KILL

    def _limit(self, strings: list[bytes]) -> bool:
        """Takes whether a `cgroup.procs` to enter comes along, bytes of private memory and processes; empty: no limit.

        All that is started later is limited too, so it comes before the main process.
        """
        try:
            if strings[0]:
                descriptor = self._descriptors.pop(0)
                try:
                    os.write(descriptor, b"0")
                finally:
                    os.close(descriptor)
            for name, value in (("RLIMIT_DATA", strings[1]), ("RLIMIT_NPROC", strings[2])):
                if value:
                    _set_limit(name, int(value))
        except OSError as error:
            self._report(wire.NOT_LIMITED, wire.MAIN, error.errno or errno.EIO)
            return False
        return True

    def _start(self, strings: list[bytes]) -> bool:
        """Takes flags, directory, user, group, groups, number of arguments, these, then names and values of variables.

        The user is empty where processes keep the rights that this one has.
        """
        flags, directory, count = int(strings[0]), strings[1], int(strings[5])
        rest = strings[6 + count :]
        self._spawner.env = dict(zip(rest[::2], rest[1::2], strict=True))
        os.umask(0o022)
        try:
            self._spawner.enter(directory)
        except OSError as error:
            self._report(wire.NO_DIRECTORY, wire.MAIN, error.errno or errno.EIO)
            return False
        if strings[2]:
            _become(int(strings[2]), int(strings[3]), [int(group) for group in strings[4].split()])
        return self._spawn(wire.MAIN, flags, strings[6 : 6 + count])

    def _spawn(self, ident: int, flags: int, argv: list[bytes]) -> bool:
        wanted = (flags & wire.STDIN, flags & wire.STDOUT, flags & wire.STDERR)
        given = [self._descriptors.pop(0) if flag and not flags & wire.TTY else -1 for flag in wanted]
        for descriptor in given:
            if descriptor >= 0:
                wire.keep_from_children(descriptor)
        master = None
        try:
            if flags & wire.TTY:
                pid, master = self._spawner.start_with_terminal(argv)
            else:
                pid = self._spawner.start(argv, given)
            self._idents[pid] = ident
            self.sessions.add(pid)
            if ident == wire.MAIN:
                self._main = pid
            self._report(wire.STARTED, ident, pid, master)
        except NotStartedError as error:
            self._report(error.kind, ident, error.number)
            return False
        finally:
            for descriptor in given if master is None else (master,):
                if descriptor >= 0:
                    os.close(descriptor)
        return True

    def _open_socket(self, ident: int, family: int) -> None:
        """Opens one of this network; who connects it may be elsewhere."""
        try:
            opened = _socket.socket(family, _socket.SOCK_STREAM)
        except OSError as error:
            self._report(wire.SPAWN_FAILED, ident, error.errno or errno.EIO)
            return
        self._report(wire.OPENED, ident, 0, opened.fileno())
        opened.close()

    def _signal_main(self, number: int) -> None:
        """Delivers a signal as to PID 1 of a container, which sees only those for which it has a handler."""
        if self._main in self._idents and _catches(self._main, number):
            os.kill(self._main, number)

    def _report(self, kind: int, ident: int, value: int, descriptor: int | None = None) -> None:
        ancillary = []
        if descriptor is not None:
            ancillary = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, struct.pack("i", descriptor))]
        try:
            self._sock.sendmsg([wire.REPORT.pack(kind, ident, value)], ancillary)
        except OSError as error:
            # The server is gone; the next read says so.
            if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                raise


def _become(user: int, group: int, groups: list[int]) -> None:
    """Gives up root's rights for good."""
    os.setgroups(groups)
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)


def _set_limit(name: str, value: int) -> None:
    """Lowers a limit for good; one that is lower already stays."""
    import resource  # where nothing is limited, it need not be loaded

    number: int = getattr(resource, name)
    hard = resource.getrlimit(number)[1]
    if hard == resource.RLIM_INFINITY or value < hard:
        resource.setrlimit(number, (value, value))


def _catches(pid: int, number: int) -> bool:
    try:
        with open(f"/proc/{pid}/status", "rb") as lines:  # noqa: PTH123 -- pathlib costs 10 ms here
            for line in lines:
                if line.startswith(b"SigCgt:"):
                    return bool(int(line[7:], 16) >> (number - 1) & 1)
    except (FileNotFoundError, ProcessLookupError):
        pass
    return True


def _wake_up_only(_number: int, _frame: object) -> None:
    """Signals are handled in the loop, told by the wake-up descriptor."""


def main(descriptor: int) -> None:
    """Runs as PID 1 over the inherited socket; when this process ends, the kernel kills all others of the namespace."""
    wire.keep_from_children(descriptor)
    Supervisor(_socket.socket(fileno=descriptor)).run()
    os._exit(0)
