"""What the launchers and Pods see of limits, however they are enforced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.local_cluster.runtime.types import Ending

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

PROCESSES = 4096
"""How many processes one container may have. Kubernetes leaves that to the node (`podPidsLimit`): enough for any build,
and too few for a fork bomb to take the machine along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a supervisor does before it starts anything, so that whatever it starts is held back.

    Attributes:
        procs: A descriptor of the `cgroup.procs` to enter, which the taker closes; None: no control group.
        data_bytes: How much private memory one process may have (RLIMIT_DATA); None: as the server.
        processes: How many processes the user may have (RLIMIT_NPROC); None: as the server. Only for a Pod in a user
            namespace of its own: elsewhere the system counts all that the user runs.
    """

    procs: int | None = None
    data_bytes: int | None = None
    processes: int | None = None


class Held(Protocol):
    """A running Pod."""

    @property
    def root_pid(self) -> int | None:
        """A process that all of the Pod's descend from; None when there is none any more."""
        ...

    def end(self) -> bool:
        """Kills the Pod; False when it is ending already, for a reason of its own."""
        ...


class Hold(Protocol):
    """The limits of one Pod."""

    def entry(self) -> Entry:
        """What its supervisor has to do; OSError when there is no descriptor to be had."""
        ...

    def watch(self, pod: Held) -> None:
        """Its main process runs."""
        ...

    async def release(self) -> Ending:
        """Lets go of a Pod that has ended, or never started, and says whether the limits ended it; may be repeated."""
        ...


class Limiter(Protocol):
    """One way to enforce limits."""

    @property
    def description(self) -> str:
        """The way, and in brackets what it holds; `none`."""
        ...

    def hold(self, pod: PodProcessSpec) -> Hold:
        """Prepares the limits of a Pod; OSError when they cannot be enforced for it."""
        ...

    def close(self) -> None:
        """All Pods have been let go of."""
        ...


class NoHold:
    """Holds nothing."""

    def entry(self) -> Entry:
        """Nothing to do."""
        return Entry()

    def watch(self, pod: Held) -> None:
        """Nothing to see."""

    async def release(self) -> Ending:
        """Nothing was held."""
        return Ending()


class NoLimiter:
    """Enforces nothing, and says so."""

    description = "none"

    def hold(self, pod: PodProcessSpec) -> NoHold:  # noqa: ARG002 -- all alike
        """Nothing."""
        return NoHold()

    def close(self) -> None:
        """Nothing is left."""
