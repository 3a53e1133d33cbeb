"""The values that the provider hands out: what a sandbox is, and what a command gave.

All of them are immutable. Times are timezone-aware UTC datetimes, durations are
milliseconds, as in ComputeSDK.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

import msgspec

from k8s_sandbox_tui.provider.resources import NO_RESOURCES, Resources

Runtime = Literal["node", "python"]
"""The runtimes of ComputeSDK's Kubernetes provider; another label value breaks its `list()`."""

RUNTIMES: tuple[Runtime, ...] = ("node", "python")


class SandboxStatus(StrEnum):
    """What a person means by the state of a sandbox; `Pod.status.phase` alone does not say it."""

    PENDING = "pending"
    """Accepted, but not on a node yet."""
    STARTING = "starting"
    """On a node: the image is pulled or the container is created."""
    RUNNING = "running"
    """The container runs; commands work."""
    STOPPING = "stopping"
    """Deleted, within its grace period."""
    STOPPED = "stopped"
    """The container ended with exit code 0."""
    FAILED = "failed"
    """The container ended otherwise, or can never start."""
    UNKNOWN = "unknown"
    """The node does not answer."""


class SandboxInfo(msgspec.Struct, frozen=True, gc=False):
    """One sandbox as the cluster last described it."""

    provider: ClassVar[Literal["k8s"]] = "k8s"
    """ComputeSDK's name of this provider."""
    name: str
    """The Pod's name."""
    namespace: str
    uid: str
    """The Pod's uid: another Pod of the same name has another one."""
    resource_version: str
    status: SandboxStatus
    reason: str
    """Why, as Kubernetes words it (`ImagePullBackOff`, `OOMKilled`, `Unschedulable`); may be empty."""
    message: str
    """The sentence Kubernetes gives with the reason; may be empty."""
    phase: str
    """`Pod.status.phase` as is."""
    runtime: str
    """The runtime label as is, empty when it is absent; not necessarily a `Runtime`: anybody can set labels."""
    image: str
    node: str
    pod_ip: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    restarts: int
    exit_code: int | None
    """Of the ended container; None while it runs."""
    metadata: dict[str, str]
    """What `create(metadata=…)` was given, as text (annotations `computesdk.io/meta-<key>`)."""
    labels: dict[str, str]
    annotations: dict[str, str]
    resources: Resources = NO_RESOURCES
    """Requests and limits of the container."""
    ports: tuple[int, ...] = ()
    """The ports that `create(ports=…)` was given."""
    expires_at: datetime | None = None
    """When any client of ours destroys it, by the API server's clock; None: never. See `Sandbox.extend`."""
    deadline_at: datetime | None = None
    """When Kubernetes ends it, whatever its expiry (`create(max_lifetime=…)`); None while it has not started."""

    @property
    def id(self) -> str:
        """`<namespace>/<pod>`, ComputeSDK's sandbox id."""
        return f"{self.namespace}/{self.name}"


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a command left behind. A non-zero exit code is a result, not an error."""

    stdout: str
    stderr: str
    exit_code: int
    duration_ms: int
    """Milliseconds from the request to the end of the command, by the monotonic clock."""
    truncated: bool = False
    """More output came than was to be kept; `stdout` and `stderr` hold what came first."""


class CreateStage(StrEnum):
    """How far a create has come, in this order; a stage may be skipped."""

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    PULLING = "pulling"
    STARTING = "starting"
    RUNNING = "running"


class CreateProgress(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a create, for callers that show it."""

    stage: CreateStage
    sandbox_id: str
    elapsed_ms: int
    detail: str = ""
    """The reason or message Kubernetes gives for waiting; may be empty."""


class ClusterInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Which cluster a connection speaks to."""

    context: str
    """The kubeconfig's context name; empty in a Pod of the cluster itself."""
    server: str
    namespace: str
    """The namespace that new sandboxes go to."""
    user: str
    source: str
    """Where the configuration came from: a path, `kube_config_raw`, `KUBECONFIG_B64` or `in-cluster`."""
