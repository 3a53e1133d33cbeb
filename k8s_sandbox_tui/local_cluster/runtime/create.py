"""Chooses how Pods run on this machine: by trying, best first."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import sys
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.local_cluster.runtime.bubblewrap import BubblewrapLauncher
from k8s_sandbox_tui.local_cluster.runtime.host_tools import SYSTEM_PATH, HostTools, find_host_tools
from k8s_sandbox_tui.local_cluster.runtime.limits.choose import choose_limiter
from k8s_sandbox_tui.local_cluster.runtime.plain_process import PlainLauncher
from k8s_sandbox_tui.local_cluster.runtime.pod_home import remove_tree

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.runtime.limits.hold import Hold, Limiter
    from k8s_sandbox_tui.local_cluster.runtime.running_pod import RunningPod
    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

_DESCRIPTORS = 65536
_NOT_ISOLATED = (
    "Sandboxes are not isolated on this machine: their commands run as plain processes with your rights and share /tmp"
)


class Launcher(Protocol):
    """One way to run Pods."""

    async def launch(self, pod: PodProcessSpec, hold: Hold) -> RunningPod:
        """Starts a Pod's main process under limits; StartError when it cannot."""
        ...

    async def close(self) -> None:
        """Ends what all Pods shared; they have ended."""
        ...


class LocalRuntime:
    """A `Runtime`: one launcher, and the Pods it has started."""

    def __init__(self, launcher: Launcher, limiter: Limiter, tools: HostTools, *, isolation: str, warning: str) -> None:
        self._launcher = launcher
        self._limiter = limiter
        self._tools = tools
        self._pods: set[RunningPod] = set()
        self._watches: set[asyncio.Task[None]] = set()
        self.isolation = isolation
        self.limits = limiter.description
        self.network = "host"
        self.warning = warning

    async def start(self, pod: PodProcessSpec) -> RunningPod:
        """Starts a Pod's main process; see `Runtime.start`."""
        pod.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (pod.state_dir / "root").exists():
            # A container that starts again gets its image's files anew.
            await asyncio.to_thread(remove_tree, pod.state_dir / "root")
        hold = self._limiter.hold(pod)
        try:
            running = await self._launcher.launch(pod, hold)
        except BaseException:
            await hold.release()
            raise
        self._pods.add(running)
        watch = asyncio.create_task(self._forget_when_ended(running))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)
        return running

    def has_executable(self, name: str) -> bool:
        """Whether Pods will find `name` on their PATH."""
        return name in self._tools.programs or shutil.which(name, path=SYSTEM_PATH) is not None

    async def remove(self, state_dir: Path) -> None:
        """Deletes a Pod's folder."""
        await asyncio.to_thread(remove_tree, state_dir)

    async def close(self) -> None:
        """Kills all Pods and waits until nothing is left."""
        await asyncio.gather(*(pod.stop(0) for pod in self._pods))
        await asyncio.gather(*self._watches)
        await self._launcher.close()
        self._limiter.close()

    async def _forget_when_ended(self, pod: RunningPod) -> None:
        await pod.wait()
        self._pods.discard(pod)


async def create_runtime(state_dir: Path, *, isolate: bool = True, may_move: bool = False) -> LocalRuntime:
    """Chooses the best isolation that works on this machine, by running it.

    Args:
        state_dir: A folder of the runtime's own; made when missing.
        isolate: False: plain processes, whatever would work.
        may_move: Whether this process may be moved to another control group, to have limits for its Pods.

    Returns:
        The runtime; its `warning` says so when there is no isolation, and why.
    """
    _raise_descriptor_limit()
    await asyncio.to_thread(state_dir.mkdir, parents=True, exist_ok=True, mode=0o700)
    limiter = await choose_limiter(may_move=may_move)
    tools = await asyncio.to_thread(find_host_tools)
    reason = "isolation was not wanted"
    if isolate:
        isolated = await _try_bubblewrap(tools, state_dir)
        if isinstance(isolated, BubblewrapLauncher):
            return LocalRuntime(isolated, limiter, tools, isolation="bubblewrap", warning="")
        reason = isolated
    warning = f"{_NOT_ISOLATED} ({reason})."
    plain = PlainLauncher(tools, state_dir / "shared")
    return LocalRuntime(plain, limiter, tools, isolation="process", warning=warning)


async def _try_bubblewrap(tools: HostTools, state_dir: Path) -> BubblewrapLauncher | str:
    """A launcher that has been seen to work, or why there is none."""
    if sys.platform != "linux":
        return "bubblewrap needs Linux"
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return "bubblewrap is not installed; install the package bubblewrap"
    failure = ""
    # Root in a container often may not mount, but may have a user namespace in which it may.
    for user_namespace in (False, True) if os.geteuid() == 0 else (True,):
        launcher = BubblewrapLauncher(bwrap, tools, state_dir / "shared", user_namespace=user_namespace)
        failure = await launcher.probe(state_dir / "probe")
        await asyncio.to_thread(remove_tree, state_dir / "probe")
        if not failure:
            return launcher
    return f"bubblewrap does not work here: {failure}"


def _raise_descriptor_limit() -> None:
    """Each Pod takes four descriptors and each command up to four, beyond the 1024 that many systems start with."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
