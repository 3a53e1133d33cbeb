"""Pods without namespaces: processes in a folder of their own, forked by a zygote; plain ones, or under Landlock."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime import zygote
from k8s_sandbox_tui.local_cluster.runtime.child_exit import wait_for_exit
from k8s_sandbox_tui.local_cluster.runtime.host_tools import SYSTEM_PATH, HostTools, link_programs
from k8s_sandbox_tui.local_cluster.runtime.landlock.allowed import for_all, for_one
from k8s_sandbox_tui.local_cluster.runtime.main_streams import MainStreams
from k8s_sandbox_tui.local_cluster.runtime.pod_home import remove_tree, write_npm_config, write_pip_config
from k8s_sandbox_tui.local_cluster.runtime.podinit import wire
from k8s_sandbox_tui.local_cluster.runtime.report_socket import Report, ReportSocket
from k8s_sandbox_tui.local_cluster.runtime.running_pod import RunningPod
from k8s_sandbox_tui.local_cluster.runtime.types import StartError

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.runtime.landlock.ruleset import Rule
    from k8s_sandbox_tui.local_cluster.runtime.limits.hold import Hold
    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

_SOURCE = Path(__file__).parents[3]
# Seconds: all of a process' sockets close as it ends.
_MOMENT = 0.1
_START = f"import sys; sys.path.insert(0, sys.argv[1]); from {zygote.__name__} import main; main(int(sys.argv[2]))"


class ZygoteAnchor:
    """A supervisor that the zygote forked."""

    def __init__(self, host: ZygoteHost, ident: int) -> None:
        self._host = host
        self._ident = ident
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def gone(self) -> None:
        """Waits until the zygote says that nothing is left."""
        await self._gone

    def kill(self) -> None:
        """Has the zygote kill the supervisor and what it leaves."""
        self._host.forget(self._ident)

    def failure(self) -> str:
        """Nothing: a fork has no words of its own."""
        return ""

    def root_pid(self, main: int) -> int | None:
        """The supervisor, which is the parent of the main process."""
        try:
            return int(Path(f"/proc/{main}/stat").read_bytes().rpartition(b")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            return None

    def close(self) -> None:
        """Nothing is held."""

    def on_gone(self) -> None:
        """The zygote has said it, or is itself gone."""
        if not self._gone.done():
            self._gone.set_result(None)


class ZygoteHost:
    """One zygote process and the Pods that it has forked."""

    def __init__(self, interpreter: Path, errors: Path) -> None:
        ours, theirs = socket.socketpair()
        try:
            with theirs, errors.open("ab") as log:
                self._process = subprocess.Popen(
                    [str(interpreter), "-I", "-S", "-c", _START, str(_SOURCE), str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env={},
                    cwd="/",
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
        except OSError:
            ours.close()
            raise
        self._ended = asyncio.Event()
        self._anchors: dict[int, ZygoteAnchor] = {}
        self._next_ident = 0
        self._socket = ReportSocket(ours, self)

    @property
    def alive(self) -> bool:
        """Whether it can fork."""
        return not self._ended.is_set() and self._process.poll() is None

    async def ends_now(self) -> bool:
        """Whether it has ended, or is found to within a moment."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_MOMENT):
                await self._ended.wait()
        return not self.alive

    def fork(self, pod_socket: socket.socket, rules: list[Rule]) -> ZygoteAnchor:
        """Has a supervisor forked that serves the socket, with processes under Landlock where there are rules."""
        self._next_ident += 1
        anchor = self._anchors[self._next_ident] = ZygoteAnchor(self, self._next_ident)
        strings = [rule.kind.encode() + rule.path for rule in rules]
        self._socket.send(wire.pack(zygote.FORK, self._next_ident, strings), (pod_socket.detach(),))
        return anchor

    def forget(self, ident: int) -> None:
        """Has a supervisor killed that does not answer."""
        self._socket.send(wire.pack(zygote.FORGET, ident, []))

    async def close(self) -> None:
        """Ends the zygote, which kills all that is left first."""
        self._socket.close()
        self.on_end()
        await wait_for_exit(self._process)

    def on_report(self, report: Report) -> None:
        """Takes what the zygote says: that a Pod is gone."""
        anchor = self._anchors.pop(report.ident, None)
        if anchor is not None:
            anchor.on_gone()

    def on_end(self) -> None:
        """The zygote is gone; the Pods' supervisors have noticed on their own sockets, or run on."""
        self._ended.set()
        for anchor in self._anchors.values():
            anchor.on_gone()
        self._anchors.clear()


class PlainLauncher:
    """Starts Pods as plain processes."""

    def __init__(self, tools: HostTools, shared: Path, *, landlock: bool = False) -> None:
        """Prepares what all Pods share.

        Args:
            tools: The Python and Node.js of the machine.
            shared: A folder for their names; made anew.
            landlock: Whether the processes of Pods are held back by it.
        """
        self._rules = for_all(shared, tools) if landlock else []
        self._tools = tools
        self._shared = shared
        shutil.rmtree(shared, ignore_errors=True)
        link_programs(tools, shared / "bin")
        self._host: ZygoteHost | None = None

    async def launch(self, pod: PodProcessSpec, hold: Hold) -> RunningPod:
        """Starts the main process in the Pod's folder, under limits.

        Raises:
            StartError: It cannot be started.
        """
        host = await self._living_host()
        try:
            return await self._launch_from(host, pod, hold)
        except StartError as error:
            if error.reason == "StartError" or not await host.ends_now():
                raise
        # A Pod without isolation has killed the zygote.
        await asyncio.to_thread(remove_tree, pod.state_dir / "root")
        return await self._launch_from(await self._living_host(), pod, hold)

    async def _launch_from(self, host: ZygoteHost, pod: PodProcessSpec, hold: Hold) -> RunningPod:
        root = pod.state_dir / "root"
        home, temporary = root / "root", root / "tmp"
        try:
            (home / ".config" / "pip").mkdir(parents=True)
            write_pip_config(home / ".config" / "pip" / "pip.conf")
            write_npm_config(home)
            temporary.mkdir()
            for mount in sorted(pod.mounts, key=lambda mount: mount.path):
                _link_mount(Path(_below(root, mount.path)), mount.source)
            streams = MainStreams(pod)
        except OSError as error:
            message = f"the Pod's folder cannot be made: {error}"
            raise StartError(message, reason="CreateContainerError") from error
        rules = [*self._rules, *for_one(root, pod)] if self._rules else []
        ours, theirs = socket.socketpair()
        with theirs:
            running = RunningPod(pod, ours, host.fork(theirs, rules), streams, hold)
        env = {
            "PATH": f"{self._shared}/bin:{home}/.local/bin:/opt/homebrew/bin:{SYSTEM_PATH}",
            "HOME": str(home),
            "HOSTNAME": pod.hostname,
            "TMPDIR": str(temporary),
            **pod.env,
        }
        for name in ("HOME", "TMPDIR"):
            if any(Path(mount.path) in (Path(env[name]), *Path(env[name]).parents) for mount in pod.mounts):
                env[name] = _below(root, env[name])
        await running.start_main(_below(root, pod.working_dir or "/"), env)
        return running

    async def _living_host(self) -> ZygoteHost:
        host = self._host
        if host is not None and not host.alive:
            self._host = None
            await host.close()
        if self._host is None:
            try:
                self._host = ZygoteHost(self._tools.interpreter, self._shared / "zygote.log")
            except OSError as error:
                message = f"the supervisors' parent process cannot be started: {error}"
                raise StartError(message, reason="CreateContainerError") from error
        return self._host

    async def close(self) -> None:
        """Ends the zygote."""
        if self._host is not None:
            await self._host.close()


def _below(root: Path, path: str) -> str:
    """A path of the container as one of the machine; taken as absolute first, so that `..` does not lead out."""
    return f"{root}{os.path.normpath('/' + path.lstrip('/'))}"


def _link_mount(where: Path, source: Path) -> None:
    """Puts a volume where its mount would be, if there were mounts: programs find it by HOME, TMPDIR and `pwd`."""
    if where.is_dir() and not where.is_symlink():
        shutil.rmtree(where)
    where.parent.mkdir(parents=True, exist_ok=True)
    where.symlink_to(source)
