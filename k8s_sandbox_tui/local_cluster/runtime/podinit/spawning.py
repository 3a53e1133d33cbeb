"""Starts one process of a Pod: looks its program up as runc does, gives it its descriptors or a terminal."""

from __future__ import annotations

import _signal
import errno
import os
import stat

from . import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Action = tuple[int, int, int] | tuple[int, int, bytes, int, int]
    Run = Callable[[Callable[[], int], bytes], int]

FORWARDED = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT, _signal.SIGUSR1, _signal.SIGUSR2, _signal.SIGTERM)
"""Signals that the supervisor itself handles."""
_RESET = (*FORWARDED, _signal.SIGPIPE, _signal.SIGXFSZ, _signal.SIGCHLD)


class NotStartedError(Exception):
    """The process was not started: the kind of the report, and the errno."""

    def __init__(self, kind: int, number: int | None) -> None:
        super().__init__()
        self.kind = kind
        self.number = number or errno.EIO


def run_here(work: Callable[[], int], terminal: bytes) -> int:  # noqa: ARG001 -- what confines it may need to know
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
            run: Does work that starts a process, perhaps with fewer rights; it is told the path of the terminal that
                the process is to open, or nothing.
        """
        self.env: dict[bytes, bytes] = {}
        self._run = run

    def enter(self, directory: bytes) -> None:
        """Makes a directory and enters it, as the processes themselves would; OSError when they could not."""

        def make_and_enter() -> int:
            os.makedirs(directory, exist_ok=True)  # noqa: PTH103 -- pathlib costs 10 ms here
            os.chdir(directory)
            return 0

        self._run(make_and_enter, b"")

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
        return self._spawn(argv, self.env, actions, b"")

    def start_with_terminal(self, argv: list[bytes]) -> tuple[int, int]:
        """Starts a process with a terminal of its own, and returns its pid and the terminal's master.

        Raises:
            NotStartedError: It cannot be started.
        """
        try:
            master, slave = os.openpty()
        except OSError as error:
            raise NotStartedError(wire.SPAWN_FAILED, error.errno) from error
        try:
            terminal = os.ttyname(slave).encode()
            # A session leader without a terminal gets the first one that it opens.
            actions: list[Action] = [
                (os.POSIX_SPAWN_OPEN, 0, terminal, os.O_RDWR, 0),
                (os.POSIX_SPAWN_DUP2, 0, 1),
                (os.POSIX_SPAWN_DUP2, 0, 2),
            ]
            env = self.env if b"TERM" in self.env else {**self.env, b"TERM": b"xterm"}
            return self._spawn(argv, env, actions, terminal), master
        except NotStartedError:
            os.close(master)
            raise
        finally:
            os.close(slave)

    def _spawn(self, argv: list[bytes], env: dict[bytes, bytes], actions: list[Action], terminal: bytes) -> int:
        executable = self._find(argv[0])

        def spawn() -> int:
            return os.posix_spawn(
                executable, argv, env, file_actions=actions, setsid=True, setsigmask=(), setsigdef=_RESET
            )

        try:
            return self._run(spawn, terminal)
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


def _is_directory(path: bytes) -> bool:
    return stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116 -- pathlib costs 10 ms here
