"""Starts one process of a Pod: looks its program up as runc does, gives it its descriptors or a terminal."""

from __future__ import annotations

import _signal
import errno
import os
import stat
import sys

from . import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Action = tuple[int, int, int] | tuple[int, int, bytes, int, int]
    Run = Callable[[Callable[[], int]], int]

FORWARDED = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT, _signal.SIGUSR1, _signal.SIGUSR2, _signal.SIGTERM)
"""Signals that the supervisor itself handles."""
_RESET = (*FORWARDED, _signal.SIGPIPE, _signal.SIGXFSZ, _signal.SIGCHLD)


class NotStartedError(Exception):
    """The process was not started: the kind of the report, and the errno."""

    def __init__(self, kind: int, number: int | None) -> None:
        super().__init__()
        self.kind = kind
        self.number = number or errno.EIO


def run_here(work: Callable[[], int]) -> int:
    """Does work with the rights of the supervisor."""
    return work()


class Spawner:
    """Starts processes with one environment.

    Attributes:
        env: The environment.
    """

    def __init__(self, run: Run) -> None:
        """Starts nothing yet.

        Args:
            run: Does work that starts a process, perhaps with fewer rights.
        """
        self.env: dict[bytes, bytes] = {}
        self._run = run

    def enter(self, directory: bytes) -> None:
        """Makes a directory and enters it, as the processes themselves would; OSError when they could not."""

        def make_and_enter() -> int:
            os.makedirs(directory, exist_ok=True)  # noqa: PTH103 -- pathlib costs 10 ms here
            os.chdir(directory)
            return 0

        self._run(make_and_enter)

    def start(self, argv: list[bytes], given: list[int]) -> int:
        """Starts a process with these three descriptors, or nothing where one is negative, and returns its pid.

        Raises:
            NotStartedError: It cannot be started.
        """
        actions: list[Action] = [
            (os.POSIX_SPAWN_DUP2, descriptor, target)
            if descriptor >= 0
            else (os.POSIX_SPAWN_OPEN, target, b"/dev/null", os.O_RDWR, 0)
            for target, descriptor in enumerate(given)
        ]
        return self._spawn(argv, self.env, actions)

    def start_with_terminal(self, argv: list[bytes]) -> tuple[int, int]:
        """Starts a process with a terminal of its own, and returns its pid and the terminal's master.

        Raises:
            NotStartedError: It cannot be started.
        """
        try:
            master, slave = os.openpty()
        except OSError as error:
            raise NotStartedError(wire.SPAWN_FAILED, error.errno) from error
        env = self.env if b"TERM" in self.env else {**self.env, b"TERM": b"xterm"}
        try:
            if self._run is run_here and sys.platform == "linux":
                return self._spawn(argv, env, _opening(slave)), master
            return self._fork_with(slave, argv, env), master
        except NotStartedError:
            os.close(master)
            raise
        finally:
            os.close(slave)

    def _spawn(self, argv: list[bytes], env: dict[bytes, bytes], actions: list[Action]) -> int:
        executable = self._find(argv[0])

        def spawn() -> int:
            return os.posix_spawn(
                executable, argv, env, file_actions=actions, setsid=True, setsigmask=(), setsigdef=_RESET
            )

        return self._started(spawn)

    def _fork_with(self, terminal: int, argv: list[bytes], env: dict[bytes, bytes]) -> int:
        """Hands an open terminal over: a process with fewer rights may not open it by its name.

        Other systems than Linux do not take an open for the wish to control it.
        """
        import fcntl  # all of them before there is a process that may not read them
        import signal
        import termios

        executable = self._find(argv[0])
        failed, fail = os.pipe()

        def fork() -> int:
            pid = os.fork()
            if pid == 0:
                _become_command(take_terminal, fail, executable, argv, env)
            return pid

        def take_terminal() -> None:
            os.setsid()
            for number in _RESET:
                signal.signal(number, signal.SIG_DFL)
            fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
            for target in range(3):
                os.dup2(terminal, target)

        try:
            pid = self._started(fork)
            os.close(fail)
            fail = -1
            # Closed by the program's start; else what went wrong.
            number = os.read(failed, 4)
        finally:
            os.close(failed)
            if fail >= 0:
                os.close(fail)
        if number:
            raise NotStartedError(wire.SPAWN_FAILED, int.from_bytes(number, "little"))
        return pid

    def _started(self, start: Callable[[], int]) -> int:
        try:
            return self._run(start)
        except OSError as error:
            raise NotStartedError(wire.SPAWN_FAILED, error.errno) from error

    def _find(self, name: bytes) -> bytes:
        if b"/" not in name:
            for directory in self.env.get(b"PATH", b"").split(b":"):
                path = (directory or b".") + b"/" + name
                if os.access(path, os.X_OK) and not _is_directory(path):
                    return path
            raise NotStartedError(wire.NOT_FOUND, errno.ENOENT)
        try:
            os.stat(name)  # noqa: PTH116 -- pathlib costs 10 ms here
        except OSError as error:
            raise NotStartedError(wire.STAT_FAILED, error.errno) from error
        if _is_directory(name):
            raise NotStartedError(wire.NOT_EXECUTABLE, errno.EISDIR)
        if not os.access(name, os.X_OK):
            raise NotStartedError(wire.NOT_EXECUTABLE, errno.EACCES)
        return name


def _opening(terminal: int) -> list[Action]:
    """Opens a terminal by its name: on Linux, a session leader without one gets the first that it opens."""
    return [
        (os.POSIX_SPAWN_OPEN, 0, os.ttyname(terminal).encode(), os.O_RDWR, 0),
        (os.POSIX_SPAWN_DUP2, 0, 1),
        (os.POSIX_SPAWN_DUP2, 0, 2),
    ]


def _become_command(
    take_terminal: Callable[[], None], fail: int, executable: bytes, argv: list[bytes], env: dict[bytes, bytes]
) -> None:
    """In a forked process: gets its terminal and executes the program; does not return."""
    number = errno.EIO
    try:
        take_terminal()
        os.execve(executable, argv, env)  # noqa: S606 -- a container has the shell that its command names
    except OSError as error:
        number = error.errno or number
    finally:
        os.write(fail, number.to_bytes(4, "little"))
        os._exit(127)


def _is_directory(path: bytes) -> bool:
    return stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116 -- pathlib costs 10 ms here
