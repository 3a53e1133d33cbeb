"""Where the connections of a forward go, and by what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget
    from k8s_sandbox_tui.provider.forward.patience import ForwardPatience
    from k8s_sandbox_tui.provider.forward.pod_watch import PodWatch


@dataclass(frozen=True, slots=True)
class Destination:
    """A port of a sandbox.

    Attributes:
        connection: To its cluster.
        target: The sandbox.
        port: The port in it.
        watch: Tells whether the sandbox is still the same one.
        patience: How long to wait.
    """

    connection: ExecConnection
    target: ExecTarget
    port: int
    watch: PodWatch
    patience: ForwardPatience

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        return self.target.sandbox_id
