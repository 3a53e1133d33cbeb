"""The supervisor inside a Pod: starts its processes, reaps them, and ends them all.

With bubblewrap it is PID 1 of the Pod's process namespace, run from a single file under `python -I -S`, where it sees
neither this package nor the site packages; without, the zygote forks it and it is the Pod's child sub-reaper. It
therefore imports little, and nothing of ours: an interpreter with `signal` and `socket` in place of the C modules below
them starts 9 ms later and is 1.3 MB larger.

The server and podinit speak over one stream socket. Requests are a header (body length, kind, id), a body of NUL-ended
strings, and file descriptors by SCM_RIGHTS on their first byte. Reports are of one fixed size: kind, id, value; STARTED
of a command with a terminal carries its master. Id 0 is the Pod's main process. End of file on the socket means that
the server is gone, and so the Pod ends.
"""

from __future__ import annotations

import _signal
import _socket
import errno
import os
import select
import stat
import struct
import sys

MAIN = 0
START, EXEC, TERM, KILL, LIMIT = 1, 2, 3, 4, 5
"""Requests: start the main process; start a command beside it; ask the main process to end; end the Pod; be limited."""
STARTED, EXITED = 1, 2
NOT_FOUND, STAT_FAILED, NOT_EXECUTABLE, NO_DIRECTORY, SPAWN_FAILED, NOT_LIMITED = 3, 4, 5, 6, 7, 8
"""Reports. The value is the pid, the exit code, or the errno of why it did not start."""
STDIN, STDOUT, STDERR, TTY = 1, 2, 4, 8
"""Flags of START and EXEC: which descriptors come, in this order; with TTY none come, and the master goes back."""

REQUEST = struct.Struct("!IBI")
REPORT = struct.Struct("!BIi")

_FORWARDED = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT, _signal.SIGUSR1, _signal.SIGUSR2, _signal.SIGTERM)
_RESET = (*_FORWARDED, _signal.SIGPIPE, _signal.SIGXFSZ, _signal.SIGCHLD)
_CLOEXEC = getattr(_socket, "MSG_CMSG_CLOEXEC", 0)
_DESCRIPTORS = _socket.CMSG_SPACE(16)


def pack(kind: int, ident: int, strings: list[bytes]) -> bytes:
    """One request as bytes; no string may hold a NUL."""
    body = b"".join([string + b"\0" for string in strings])
    return REQUEST.pack(len(body), kind, ident) + body


def exit_code(status: int) -> int:
    """A wait status as a container runtime reports it: 128+n for signal n."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


class Supervisor:
    """One Pod's processes.

    Attributes:
        sessions: The process groups that were started, for systems without a sub-reaper; some may have ended.
    """

    def __init__(self, sock: _socket.socket) -> None:
        self.sessions: set[int] = set()
        self._sock = sock
        self._env: dict[bytes, bytes] = {}
        self._main = 0
        self._idents: dict[int, int] = {}
        self._buffer = b""
        self._descriptors: list[int] = []

    def run(self) -> None:
        """Serves until the main process has ended, the server says so, or the server is gone."""
        wake_read, wake_write = os.pipe()
        for end in (wake_read, wake_write):
            os.set_blocking(end, False)
        for number in (*_FORWARDED, _signal.SIGCHLD):
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
            if number in _FORWARDED:
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
                self._report(EXITED, ident, exit_code(status))
                going_on = going_on and ident != MAIN

    def _on_readable(self) -> bool:
        data, ancillary, _, _ = self._sock.recvmsg(262144, _DESCRIPTORS, _CLOEXEC)
        for level, kind, payload in ancillary:
            if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
                self._descriptors += struct.unpack(f"{len(payload) // 4}i", payload[: len(payload) // 4 * 4])
        if not data:
            return False
        self._buffer += data
        while len(self._buffer) >= REQUEST.size:
            length, kind, ident = REQUEST.unpack_from(self._buffer)
            end = REQUEST.size + length
            if len(self._buffer) < end:
                break
            strings = self._buffer[REQUEST.size : end].split(b"\0")[:-1]
            self._buffer = self._buffer[end:]
            if not self._on_request(kind, ident, strings):
                return False
        return True

    def _on_request(self, kind: int, ident: int, strings: list[bytes]) -> bool:
        """Does it; whether the Pod goes on."""
        if kind == LIMIT:
            return self._limit(strings)
        if kind == START:
            return self._start(strings)
        if kind == EXEC:
            self._spawn(ident, int(strings[0]), strings[1:])
        elif kind == TERM:
            self._signal_main(_signal.SIGTERM)
        return kind != KILL

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
            self._report(NOT_LIMITED, MAIN, error.errno or errno.EIO)
            return False
        return True

    def _start(self, strings: list[bytes]) -> bool:
        """Takes flags, directory, user, group, groups, number of arguments, these, then names and values of variables.

        The user is empty where processes keep the rights that this one has.
        """
        flags, directory, count = int(strings[0]), strings[1], int(strings[5])
        rest = strings[6 + count :]
        self._env = dict(zip(rest[::2], rest[1::2], strict=True))
        os.umask(0o022)
        try:
            os.makedirs(directory, exist_ok=True)  # noqa: PTH103 -- pathlib costs 10 ms here
            os.chdir(directory)
        except OSError as error:
            self._report(NO_DIRECTORY, MAIN, error.errno or errno.EIO)
            return False
        if strings[2]:
            _become(int(strings[2]), int(strings[3]), [int(group) for group in strings[4].split()])
        return self._spawn(MAIN, flags, strings[6 : 6 + count])

    def _spawn(self, ident: int, flags: int, argv: list[bytes]) -> bool:
        wanted = (flags & STDIN, flags & STDOUT, flags & STDERR)
        given = [self._descriptors.pop(0) if flag and not flags & TTY else -1 for flag in wanted]
        for descriptor in given:
            if descriptor >= 0:
                keep_from_children(descriptor)
        try:
            executable = self._find(ident, argv[0])
            if executable is None:
                return False
            if flags & TTY:
                return self._spawn_with_terminal(ident, executable, argv)
            actions: list[tuple[int, int, int] | tuple[int, int, bytes, int, int]] = [
                (os.POSIX_SPAWN_DUP2, descriptor, target)
                if descriptor >= 0
                else (os.POSIX_SPAWN_OPEN, target, b"/dev/null", os.O_RDWR, 0)
                for target, descriptor in enumerate(given)
            ]
            return self._spawn_process(ident, executable, argv, self._env, actions)
        finally:
            for descriptor in given:
                if descriptor >= 0:
                    os.close(descriptor)

    def _spawn_with_terminal(self, ident: int, executable: bytes, argv: list[bytes]) -> bool:
        try:
            master, slave = os.openpty()
        except OSError as error:
            self._report(SPAWN_FAILED, ident, error.errno or errno.EIO)
            return False
        try:
            # A session leader without a terminal gets the first one that it opens.
            actions = [
                (os.POSIX_SPAWN_OPEN, 0, os.ttyname(slave).encode(), os.O_RDWR, 0),
                (os.POSIX_SPAWN_DUP2, 0, 1),
                (os.POSIX_SPAWN_DUP2, 0, 2),
            ]
            env = self._env if b"TERM" in self._env else {**self._env, b"TERM": b"xterm"}
            return self._spawn_process(ident, executable, argv, env, actions, master=master)
        finally:
            os.close(master)
            os.close(slave)

    def _spawn_process(
        self,
        ident: int,
        executable: bytes,
        argv: list[bytes],
        env: dict[bytes, bytes],
        actions: list[tuple[int, int, int] | tuple[int, int, bytes, int, int]],
        *,
        master: int | None = None,
    ) -> bool:
        try:
            pid = os.posix_spawn(
                executable, argv, env, file_actions=actions, setsid=True, setsigmask=(), setsigdef=_RESET
            )
        except OSError as error:
            self._report(SPAWN_FAILED, ident, error.errno or errno.EIO)
            return False
        self._idents[pid] = ident
        self.sessions.add(pid)
        if ident == MAIN:
            self._main = pid
        self._report(STARTED, ident, pid, master)
        return True

    def _find(self, ident: int, name: bytes) -> bytes | None:
        """Looks an executable up as runc does, and reports why there is none."""
        if b"/" not in name:
            for directory in self._env.get(b"PATH", b"").split(b":"):
                path = (directory or b".") + b"/" + name
                if os.access(path, os.X_OK) and not _is_directory(path):
                    return path
            self._report(NOT_FOUND, ident, errno.ENOENT)
            return None
        try:
            os.stat(name)  # noqa: PTH116 -- pathlib costs 10 ms here
        except OSError as error:
            self._report(STAT_FAILED, ident, error.errno or errno.EIO)
            return None
        if _is_directory(name):
            self._report(NOT_EXECUTABLE, ident, errno.EISDIR)
            return None
        if not os.access(name, os.X_OK):
            self._report(NOT_EXECUTABLE, ident, errno.EACCES)
            return None
        return name

    def _signal_main(self, number: int) -> None:
        """Delivers a signal as to PID 1 of a container, which sees only those for which it has a handler."""
        if self._main in self._idents and _catches(self._main, number):
            os.kill(self._main, number)

    def _report(self, kind: int, ident: int, value: int, descriptor: int | None = None) -> None:
        ancillary = []
        if descriptor is not None:
            ancillary = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, struct.pack("i", descriptor))]
        try:
            self._sock.sendmsg([REPORT.pack(kind, ident, value)], ancillary)
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


def _is_directory(path: bytes) -> bool:
    return stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116 -- pathlib costs 10 ms here


def keep_from_children(descriptor: int) -> None:
    """Makes a descriptor close in every program that is started."""
    os.set_inheritable(descriptor, False)  # noqa: FBT003 -- the standard library's own signature


def _wake_up_only(_number: int, _frame: object) -> None:
    """Signals are handled in the loop, told by the wake-up descriptor."""


def main(descriptor: int) -> None:
    """Runs as PID 1 over the inherited socket; when this process ends, the kernel kills all others of the namespace."""
    keep_from_children(descriptor)
    Supervisor(_socket.socket(fileno=descriptor)).run()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
