"""Pods in bubblewrap: namespaces of their own for processes, mounts, hostname and IPC; the machine's network."""

from __future__ import annotations

import asyncio
import py_compile
import shutil
import socket
import subprocess
from pathlib import Path

from k8s_sandbox_tui.local_cluster.runtime import podinit
from k8s_sandbox_tui.local_cluster.runtime.child_exit import wait_for_exit
from k8s_sandbox_tui.local_cluster.runtime.host_tools import SYSTEM_PATH, HostTools, link_programs
from k8s_sandbox_tui.local_cluster.runtime.pod_log import LOG_NAME, PodLog
from k8s_sandbox_tui.local_cluster.runtime.pod_root import (
    ETC_FOLDERS,
    HOME,
    SHARED,
    SYSTEM_FOLDERS,
    copy_system_files,
    make_pod_root,
)
from k8s_sandbox_tui.local_cluster.runtime.running_pod import RunningPod
from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec, StartError

POD_PATH = f"{SHARED}/bin:{HOME}/.local/bin:{SYSTEM_PATH}"
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

    def __init__(self, process: subprocess.Popen[bytes], errors: Path) -> None:
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
        lines = self._errors.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


class BubblewrapLauncher:
    """Starts Pods under one `bwrap` program."""

    def __init__(self, bwrap: str, tools: HostTools, shared: Path, *, user_namespace: bool) -> None:
        """Prepares what all Pods share.

        Args:
            bwrap: The program.
            tools: The Python and Node.js of the machine.
            shared: A folder for the supervisor's code, the names of those tools and the system's files; made anew.
            user_namespace: Whether root in the Pods is this user outside; all but root need that.
        """
        self._tools = tools
        self._shared = shared
        shutil.rmtree(shared, ignore_errors=True)
        link_programs(tools, shared / "bin")
        copy_system_files(shared)
        py_compile.compile(podinit.__file__, cfile=str(shared / "podinit.pyc"), doraise=True, optimize=2)
        self._command = [bwrap, "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"]
        self._command += ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
        if user_namespace:
            self._command += ["--unshare-user", "--uid", "0", "--gid", "0"]
        else:
            self._command += ["--cap-drop", "ALL"]
            self._command += [word for name in _ROOT_CAPABILITIES for word in ("--cap-add", name)]
        self._binds = ["--ro-bind", "/usr", "/usr", "--ro-bind", str(shared), SHARED]
        for name in SYSTEM_FOLDERS:
            if Path("/", name).is_dir() and not Path("/", name).is_symlink():
                self._binds += ["--ro-bind", f"/{name}", f"/{name}"]
        seen = (*(Path("/etc", name) for name in ETC_FOLDERS), *tools.folders, Path("/sys/devices/system"))
        for folder in seen:
            if folder.exists():
                self._binds += ["--ro-bind", str(folder), str(folder)]
        self._binds += ["--proc", "/proc", "--dev", "/dev", "--chdir", "/"]

    async def launch(self, pod: PodProcessSpec) -> RunningPod:
        """Starts the sandbox, then the main process in it.

        Raises:
            StartError: Either cannot be started.
        """
        root, errors = pod.state_dir / "root", pod.state_dir / "supervisor.log"
        try:
            make_pod_root(root, pod.hostname, self._shared)
            log = PodLog(pod.state_dir / LOG_NAME)
        except OSError as error:
            message = f"the Pod's folder cannot be made: {error}"
            raise StartError(message, reason="CreateContainerError") from error
        ours, theirs = socket.socketpair()
        command = [*self._command, "--bind", str(root), "/", "--hostname", pod.hostname, *self._binds]
        command += [str(self._tools.interpreter), "-I", "-S", f"{SHARED}/podinit.pyc", str(theirs.fileno())]
        try:
            with theirs, errors.open("wb") as said:
                process = subprocess.Popen(  # noqa: ASYNC220 -- 1 ms; asyncio's own takes a thread for each
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    env={},
                    cwd="/",
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
        except OSError as error:
            ours.close()
            log.close()
            raise StartError(f"bubblewrap cannot be run: {error}", reason="CreateContainerError") from error
        running = RunningPod(pod, ours, BubblewrapAnchor(process, errors), log)
        env = {"PATH": POD_PATH, "HOME": HOME, "HOSTNAME": pod.hostname, **pod.env}
        await running.start_main(pod.working_dir or "/", env)
        return running

    async def close(self) -> None:
        """Nothing runs beside the Pods."""

    async def probe(self, folder: Path) -> str:
        """Runs a Pod to see whether this machine lets it; why not, or an empty string."""
        script = 'test "$(cat /proc/sys/kernel/hostname)" = probe && test ! -e "$0" && test -w /tmp && test ! -w /usr'
        pod = PodProcessSpec(
            uid="probe",
            name="probe",
            namespace="probe",
            hostname="probe",
            argv=("/bin/sh", "-c", script, str(folder)),
            state_dir=folder,
        )
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        try:
            running = await self.launch(pod)
        except StartError as error:
            return error.message
        return "" if await running.wait() == 0 else "it does not isolate"
