"""What all ways to run Pods have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.runtime.limits.hold import Hold
    from k8s_sandbox_tui.local_cluster.runtime.running_pod import RunningPod
    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec


class Launcher(Protocol):
    """One way to run Pods."""

    async def launch(self, pod: PodProcessSpec, hold: Hold) -> RunningPod:
        """Starts a Pod's main process under limits; StartError when it cannot."""
        ...

    async def close(self) -> None:
        """Ends what all Pods shared; they have ended."""
        ...
