"""Chooses how Pods run on this machine: by trying, best first."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import sys
from typing import TYPE_CHECKING, Literal

from k8s_sandbox_tui.local_cluster.runtime.bubblewrap import BubblewrapLauncher
from k8s_sandbox_tui.local_cluster.runtime.host_tools import SYSTEM_PATH, HostTools, find_host_tools
from k8s_sandbox_tui.local_cluster.runtime.limits.choose import choose_limiter
from k8s_sandbox_tui.local_cluster.runtime.pod_home import remove_tree
from k8s_sandbox_tui.local_cluster.runtime.probe import probe

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.runtime.launcher import Launcher
    from k8s_sandbox_tui.local_cluster.runtime.limits.hold import Limiter
    from k8s_sandbox_tui.local_cluster.runtime.plain_process import PlainLauncher
    from k8s_sandbox_tui.local_cluster.runtime.running_pod import RunningPod
    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec
    from k8s_sandbox_tui.local_cluster.start_options import Network

_DESCRIPTORS = 65536
Isolation = Literal["bubblewrap", "landlock", "process"]
"""Best first."""
# The arguments are a folder that only the server should reach, and the server's process.
_BUBBLEWRAP_HOLDS = (
    'test "$(cat /proc/sys/kernel/hostname)" = probe && test ! -e "$0" && test -w /tmp && test ! -w /usr'
)
_NETWORK_HOLDS = ' && test "$(grep -c : /proc/net/dev)" = 1'
_LANDLOCK_HOLDS = (
    'cd "$HOME" && echo x >own && ! cat "$0/secret" && ! rm "$0/secret" && ! echo x >"$0/own" && ! cat /proc/$1/environ'
)
_SHARED_TMP = (
    "Sandboxes share /tmp and the network with this machine; your other files are hidden from them by Landlock"
)
_NOT_ISOLATED = (
    "Sandboxes are not isolated on this machine: their commands run as plain processes with your rights and share /tmp"
)


class NoPrivateNetworkError(Exception):
    """This machine cannot give Pods networks of their own; the message says why."""


class LocalRuntime:
    """A `Runtime`: one launcher, and the Pods it has started."""

    def __init__(
        self,
        launcher: Launcher,
        limiter: Limiter,
        tools: HostTools,
        *,
        isolation: str,
        warning: str,
        network: Network = "host",
    ) -> None:
        self._launcher = launcher
        self._limiter = limiter
        self._tools = tools
        self._pods: set[RunningPod] = set()
        self._watches: set[asyncio.Task[None]] = set()
        self.isolation = isolation
        self.limits = limiter.description
        self.network: str = network
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


async def create_runtime(
    state_dir: Path, *, best: Isolation = "bubblewrap", network: Network = "host", may_move: bool = False
) -> LocalRuntime:
    """Chooses the best isolation that works on this machine, by running it.

    Args:
        state_dir: A folder of the runtime's own; made when missing.
        best: What to try first; what isolates better is passed over.
        network: Which network Pods have.
        may_move: Whether this process may be moved to another control group, to have limits for its Pods.

    Returns:
        The runtime; its `warning` says so when there is less isolation than there could be, and why.

    Raises:
        NoPrivateNetworkError: Pods cannot have networks of their own here.
    """
    _raise_descriptor_limit()
    await asyncio.to_thread(state_dir.mkdir, parents=True, exist_ok=True, mode=0o700)
    limiter = await choose_limiter(may_move=may_move)
    tools = await asyncio.to_thread(find_host_tools)
    why = ["better isolation was not wanted"] if best != "bubblewrap" else []
    if best == "bubblewrap":
        launcher = await _try_bubblewrap(tools, state_dir, network)
        if isinstance(launcher, BubblewrapLauncher):
            return LocalRuntime(launcher, limiter, tools, isolation="bubblewrap", warning="", network=network)
        why.append(launcher)
    if network == "private":
        limiter.close()
        raise NoPrivateNetworkError(f"A private network for sandboxes needs bubblewrap ({'; '.join(why)}).")
    if best != "process":
        launcher = await _try_landlock(tools, state_dir)
        if not isinstance(launcher, str):
            warning = f"{_SHARED_TMP} ({'; '.join(why)})."
            return LocalRuntime(launcher, limiter, tools, isolation="landlock", warning=warning)
        why.append(launcher)
    from k8s_sandbox_tui.local_cluster.runtime.plain_process import PlainLauncher  # most machines do without it

    plain = PlainLauncher(tools, state_dir / "shared")
    return LocalRuntime(plain, limiter, tools, isolation="process", warning=f"{_NOT_ISOLATED} ({'; '.join(why)}).")


async def _try_bubblewrap(tools: HostTools, state_dir: Path, network: Network) -> BubblewrapLauncher | str:
    """A launcher that has been seen to work, or why there is none."""
    if sys.platform != "linux":
        return "bubblewrap needs Linux"
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return "bubblewrap is not installed; install the package bubblewrap"
    failure = ""
    own_network = network == "private"
    script = _BUBBLEWRAP_HOLDS + _NETWORK_HOLDS * own_network
    # Root in a container often may not mount, but may have a user namespace in which it may.
    for user_namespace in (False, True) if os.geteuid() == 0 else (True,):
        launcher = BubblewrapLauncher(
            bwrap, tools, state_dir / "shared", user_namespace=user_namespace, own_network=own_network
        )
        failure = await probe(launcher, state_dir / "probe", script)
        if not failure:
            return launcher
    return f"bubblewrap does not work here: {failure}"


async def _try_landlock(tools: HostTools, state_dir: Path) -> PlainLauncher | str:
    """A launcher that has been seen to work, or why there is none."""
    if sys.platform != "linux":
        return "Landlock needs Linux"
    from k8s_sandbox_tui.local_cluster.runtime.landlock.allowed import TEMPORARY
    from k8s_sandbox_tui.local_cluster.runtime.landlock.ruleset import NEEDED, version
    from k8s_sandbox_tui.local_cluster.runtime.landlock.syscall_filter import is_known_machine
    from k8s_sandbox_tui.local_cluster.runtime.plain_process import PlainLauncher

    found = version()
    if found < NEEDED or not is_known_machine():
        return "Landlock needs Linux 6.2 on x86-64 or ARM64" if found else "this Linux has no Landlock"
    if (await asyncio.to_thread(state_dir.resolve)).is_relative_to(TEMPORARY):
        return f"Landlock needs a state folder outside {TEMPORARY}, which sandboxes share"
    launcher = PlainLauncher(tools, state_dir / "shared", landlock=True)
    failure = await probe(launcher, state_dir / "probe", _LANDLOCK_HOLDS)
    if failure:
        await launcher.close()
        return f"Landlock does not work here: {failure}"
    return launcher


def _raise_descriptor_limit() -> None:
    """Each Pod takes four descriptors and each command up to four, beyond the 1024 that many systems start with."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
