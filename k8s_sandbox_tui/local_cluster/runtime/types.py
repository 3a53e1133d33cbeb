"""What the API server asks of the runtime. Values and protocols only; no processes are started here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A folder of this machine that a Pod is to see.

    Attributes:
        source: The folder; it exists.
        path: Where the Pod sees it: absolute, without `..`.
        read_only: Whether it may only read.
    """

    source: Path
    path: str
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAs:
    """As whom a Pod's processes run, where the isolation can give them other rights than the server's.

    Attributes:
        user: The uid.
        group: The gid.
        groups: Further gids.
        read_only_root: Whether only what is mounted may be written to.
        drop_capabilities: Whether root has none of root's powers.
    """

    user: int = 0
    group: int = 0
    groups: tuple[int, ...] = ()
    read_only_root: bool = False
    drop_capabilities: bool = False

    @property
    def is_root(self) -> bool:
        """Whether it is root, and in no group but root's."""
        return not (self.user or self.group or self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class PodProcessSpec:
    """All that is needed to run one container as a process tree.

    Attributes:
        uid: The Pod's uid.
        name: The Pod's name.
        namespace: The Pod's namespace.
        hostname: What `hostname` prints in the Pod where the isolation allows (at most 63 characters).
        argv: Command and arguments, already resolved from `command`, `args` and the image's default; must not be empty.
        env: The container's environment. PATH, HOME and HOSTNAME are added where it does not set them.
        working_dir: Where all processes of the Pod start; made when missing.
            None: `/` with isolation, the Pod's own folder without.
        state_dir: The Pod's own folder on this machine; made when missing. `Runtime.remove` deletes it.
        memory_bytes: The memory limit; None: no limit. See `Runtime.limits` for what is enforced.
        cpu: The limit in cores; None: no limit.
        mounts: Folders to see. Plain processes find them below the Pod's own folder, and HOME and TMPDIR lead there.
        run_as: As whom to run. Plain processes run as the server does.
        stdin: Whether the main process has an input, which `PodProcess.attach` writes to; else it is empty.
        stdin_once: Whether that input ends with that of the first who attaches.
        tty: Whether the main process has a terminal; its output is one stream then.
        log_name: The log's file in `state_dir`; each start of a container has its own.
    """

    uid: str
    name: str
    namespace: str
    hostname: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    working_dir: str | None = None
    state_dir: Path
    memory_bytes: int | None = None
    cpu: float | None = None
    mounts: tuple[Mount, ...] = ()
    run_as: RunAs = RunAs()
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False
    log_name: str = "main.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why the runtime itself ended a Pod; nothing where it did not.

    Attributes:
        reason: Of the terminated container state: `OOMKilled` or `Error`.
        message: What was too much, in words.
    """

    reason: str = ""
    message: str = ""


class StartError(Exception):
    """The main process could not be started.

    Attributes:
        reason: The reason of the terminated container state, `StartError`.
        message: Worded as containerd and runc do.
        exit_code: What a kubelet reports for it, 128.
    """

    def __init__(self, message: str, *, reason: str = "StartError", exit_code: int = 128) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.exit_code = exit_code


class ExecError(Exception):
    """A command could not be started in a running Pod; `message` is worded as runc does, without any prefix."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class PodGoneError(Exception):
    """The Pod's processes have ended, so nothing can be started among them."""


class ExecProcess(Protocol):
    """One command in a running Pod, with its ends of the pipes. The owner of the fds is this object; `close` ends all.

    With a tty, `stdin_fd` and `stdout_fd` are the same: the master. All fds are non-blocking and close-on-exec.
    """

    @property
    def stdin_fd(self) -> int | None:
        """Where to write the command's input; None when there is none or it was closed."""
        ...

    @property
    def stdout_fd(self) -> int | None:
        """Where to read the command's output."""
        ...

    @property
    def stderr_fd(self) -> int | None:
        """Where to read the command's errors; None with a tty, which has them in its output."""
        ...

    async def wait(self) -> int:
        """Waits for the command itself; children of it may live on. 128+n for signal n; 137 when the Pod was killed."""
        ...

    def resize(self, columns: int, rows: int) -> None:
        """Sets the terminal's size; without a tty nothing happens."""
        ...

    def close_stdin(self) -> None:
        """Gives the command its end of file. With a tty nothing happens, as in Kubernetes."""
        ...

    def detach(self) -> None:
        """Leaves the command running without a reader: its output is discarded, the fds close when it ends."""
        ...

    def close(self) -> None:
        """Closes all fds at once; may be called again."""
        ...


class PodProcess(Protocol):
    """The process tree of one Pod."""

    @property
    def spec(self) -> PodProcessSpec:
        """What it was started with."""
        ...

    @property
    def root_pid(self) -> int | None:
        """A process of this machine that all of the Pod's descend from; None when there is none any more."""
        ...

    @property
    def ending(self) -> Ending:
        """Why it ended, where that was the runtime's doing; final once `wait` has returned."""
        ...

    @property
    def log_path(self) -> Path:
        """The log of the main process as the CRI has it, for each line `<RFC3339Nano> stdout|stderr F|P <text>`.

        Bounded: at 10 MiB the file moves to `<name>.1` (one is kept) and a new one begins, as a kubelet rotates.
        """
        ...

    def discard_log(self) -> None:
        """Deletes the log; the process tree has ended."""
        ...

    async def log_grown(self) -> None:
        """Returns after the next write to the log or rotation of it, at once when the process tree has ended."""
        ...

    async def wait(self) -> int:
        """Waits until the main process and with it the whole tree has ended.

        Returns:
            The main process' exit code, 128+n for signal n; 137 when the supervisor was killed.
        """
        ...

    async def exec(self, argv: Sequence[str], *, stdin: bool, stdout: bool, stderr: bool, tty: bool) -> ExecProcess:
        """Starts a command beside the main process, with its environment and working directory.

        Raises:
            ExecError: The executable is missing, may not be executed, or `argv` is empty.
            PodGoneError: The Pod ended before the command was started.
        """
        ...

    def attach(self, *, stdin: bool, stdout: bool, stderr: bool) -> ExecProcess:
        """Joins the main process: its output from now on, and its input beside others'.

        What is returned is a command that was started already: `detach` and the end of its input leave the main process
        running, and its `wait` gives 0 once there is no more to come. A slow reader slows the main process down.

        Raises:
            PodGoneError: The main process has ended.
        """
        ...

    async def open_socket(self, family: socket.AddressFamily) -> socket.socket:
        """Opens a TCP socket of the network that the Pod has, not connected.

        Raises:
            OSError: It cannot be opened, or the Pod has ended.
        """
        ...

    async def stop(self, grace_seconds: float) -> None:
        """Ends the tree: TERM to the main process, KILL to everything after the grace (0: at once).

        As PID 1 of a container, a main process without a handler for TERM does not see it, and takes the full grace.
        Returns when nothing is left. Called again with a shorter grace, the shorter one holds.
        """
        ...


class Runtime(Protocol):
    """Starts Pods."""

    @property
    def isolation(self) -> str:
        """`bubblewrap`, `landlock` or `process`."""
        ...

    @property
    def limits(self) -> str:
        """What holds a Pod's resources back: `cgroup2 (…)`, `watchdog (…)` or `none`; in brackets what it holds."""
        ...

    @property
    def network(self) -> str:
        """`host`: Pods share the machine's network. `private`: each has a loopback of its own, and nothing else."""
        ...

    @property
    def warning(self) -> str:
        """Empty, or a plain sentence that the person at the screen must see."""
        ...

    async def start(self, pod: PodProcessSpec) -> PodProcess:
        """Starts a Pod's main process.

        Raises:
            StartError: It cannot be started (executable missing, not executable, isolation refused).
        """
        ...

    def has_executable(self, name: str) -> bool:
        """Whether Pods will find `name` on their PATH: a node image cannot run where the machine has no node."""
        ...

    async def remove(self, state_dir: Path) -> None:
        """Deletes a Pod's folder, whatever was left there; a missing one is fine. Its processes must have ended."""
        ...

    async def close(self) -> None:
        """Kills all Pods at once and waits until nothing is left."""
        ...
