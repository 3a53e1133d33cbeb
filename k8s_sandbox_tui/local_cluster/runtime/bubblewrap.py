"""Pods in bubblewrap: namespaces of their own for processes, mounts, hostname and IPC, on wish for the network too."""

from __future__ import annotations

import os
import py_compile
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime import podinit, sandbox_view
from k8s_sandbox_tui.local_cluster.runtime.child_exit import wait_for_exit
from k8s_sandbox_tui.local_cluster.runtime.main_streams import MainStreams
from k8s_sandbox_tui.local_cluster.runtime.pod_home import write_npm_config
from k8s_sandbox_tui.local_cluster.runtime.running_pod import RunningPod
from k8s_sandbox_tui.local_cluster.runtime.types import RunAs, StartError

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.runtime.host_tools import HostTools
    from k8s_sandbox_tui.local_cluster.runtime.limits.hold import Hold
    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

_SAID_BYTES = 4096
_START = "import sys; sys.path.insert(0, sys.argv[1]); from podinit.supervisor import main; main(int(sys.argv[2]))"
# What root of a container has by default, without what reaches beyond its files and processes.
_ROOT_CAPABILITIES = (
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
)


class BubblewrapAnchor:
    """The `bwrap` process; it ends after all processes of its namespace."""

    def __init__(self, process: subprocess.Popen[bytes], errors: int) -> None:
        """Takes both over.

        Args:
            process: `bwrap`.
            errors: A descriptor of what it and the supervisor write to their standard error.
        """
        self._process = process
        self._errors = errors

    async def gone(self) -> None:
        """Waits until `bwrap` has ended."""
        await wait_for_exit(self._process)

    def kill(self) -> None:
        """Kills `bwrap`; the kernel then kills the supervisor, and with it its namespace."""
        self._process.kill()

    def failure(self) -> str:
        """The last line on the standard error of `bwrap` and the supervisor."""
        size = os.fstat(self._errors).st_size
        said = os.pread(self._errors, _SAID_BYTES, max(size - _SAID_BYTES, 0)).decode(errors="replace")
        return said.strip().rpartition("\n")[2]

    def root_pid(self, main: int) -> int | None:  # noqa: ARG002 -- a number of another namespace
        """The process of `bwrap` itself."""
        return self._process.pid

    def close(self) -> None:
        """Forgets what they said."""
        os.close(self._errors)


class BubblewrapLauncher:
    """Starts Pods under one `bwrap` program."""

    def __init__(
        self, bwrap: str, tools: HostTools, shared: Path, *, user_namespace: bool, own_network: bool = False
    ) -> None:
        """Prepares what all Pods share.

        Args:
            bwrap: The program.
            tools: The Python and Node.js of the machine.
            shared: A folder for the supervisor's code, the names of those tools and the system's files; made anew.
            user_namespace: Whether root in the Pods is this user outside; all but root need that.
            own_network: Whether each Pod has a loopback of its own and nothing else; else it has the machine's network.
        """
        self._tools = tools
        sandbox_view.make_shared(shared, tools)
        _compile_supervisor(shared)
        self._user_namespace = user_namespace
        self._command = [bwrap, "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"]
        self._command += ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
        self._own_network = own_network
        if own_network:
            self._command.append("--unshare-net")
        self._command += sandbox_view.shared_view(shared)

    async def launch(self, pod: PodProcessSpec, hold: Hold) -> RunningPod:
        """Starts the sandbox, then the main process in it, under limits.

        Raises:
            StartError: Either cannot be started.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                running = self._start_supervisor(pod, hold, ours, theirs.fileno())
        except OSError as error:
            ours.close()
            raise StartError(f"the sandbox cannot be made: {error}", reason="CreateContainerError") from error
        # Images have no other users than root, and one without an entry in /etc/passwd gets `/`.
        home = "/" if pod.run_as.user else sandbox_view.HOME
        env = {"PATH": sandbox_view.PATH, "HOME": home, "HOSTNAME": pod.hostname, **pod.env}
        become = None if self._user_namespace or pod.run_as.is_root else pod.run_as
        await running.start_main(pod.working_dir or "/", env, become, counted=self._user_namespace)
        return running

    def _rights(self, run_as: RunAs) -> list[str]:
        """As whom the supervisor starts. A user namespace has one user alone; without one it becomes another later."""
        if self._user_namespace:
            rights = ["--unshare-user", "--uid", str(run_as.user), "--gid", str(run_as.group)]
            return [*rights, "--cap-drop", "ALL"] if run_as.drop_capabilities else rights
        kept = _ROOT_CAPABILITIES
        if run_as.drop_capabilities:
            # What it takes to become another, who then has none.
            kept = () if run_as.is_root else ("CAP_CHOWN", "CAP_SETGID", "CAP_SETUID")
        return ["--cap-drop", "ALL", *(word for name in kept for word in ("--cap-add", name))]

    def _start_supervisor(self, pod: PodProcessSpec, hold: Hold, ours: socket.socket, theirs: int) -> RunningPod:
        root = pod.state_dir / "root"
        command = [*self._command, *self._rights(pod.run_as)]
        command += sandbox_view.own_view(root, pod.working_dir, self._tools)
        write_npm_config(root / sandbox_view.HOME[1:])
        with ExitStack() as after:
            passed = [theirs]
            for name, content in sandbox_view.own_files(pod.hostname).items():
                passed.append(_file_in_memory(content))
                after.callback(os.close, passed[-1])
                command += ["--file", str(passed[-1]), f"/etc/{name}"]
            command += sandbox_view.mounts_view(pod)
            command += ["--hostname", pod.hostname, str(self._tools.interpreter)]
            command += ["-I", "-S", "-c", _START, sandbox_view.SHARED, str(theirs)]
            on_failure = after.enter_context(ExitStack())
            errors = os.memfd_create("supervisor")
            on_failure.callback(os.close, errors)
            streams = MainStreams(pod)
            on_failure.callback(streams.finish)
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                env={},
                cwd="/",
                pass_fds=passed,
                start_new_session=True,
            )
            on_failure.pop_all()
        anchor = BubblewrapAnchor(process, errors)
        return RunningPod(pod, ours, anchor, streams, hold, own_network=self._own_network)

    async def close(self) -> None:
        """Nothing runs beside the Pods."""


def _compile_supervisor(shared: Path) -> None:
    """Puts the supervisor where Pods see it."""
    (shared / "podinit").mkdir()
    for source in Path(podinit.__file__).parent.glob("*.py"):
        target = shared / "podinit" / f"{source.stem}.pyc"
        py_compile.compile(str(source), cfile=str(target), doraise=True, optimize=2)


def _file_in_memory(content: str) -> int:
    descriptor = os.memfd_create("file")
    os.write(descriptor, content.encode("utf-8", "replace"))
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
