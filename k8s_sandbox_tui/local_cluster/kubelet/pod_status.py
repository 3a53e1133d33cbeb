"""`Pod.status` from what is known of its containers. Source: the kubelet's status generation; values in, values out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import UNSET
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.objects.meta import timestamp
from k8s_sandbox_tui.local_cluster.objects.pod_status import (
    ContainerState,
    ContainerStateWaiting,
    ContainerStatus,
    PodCondition,
    PodIP,
    PodStatus,
    VolumeMountStatus,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from k8s_sandbox_tui.local_cluster.objects.pod import Container, Pod

KUBELETS_OWN = {"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"}
_REASONS = {"Failed": "PodFailed", "Succeeded": "PodCompleted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFacts:
    """What the kubelet knows of one container.

    Attributes:
        image: The image's full name once it is there; the Pod's own words before.
        container_id: Empty until a container was created.
    """

    container: Container
    state: ContainerState = field(default_factory=lambda: waiting("ContainerCreating"))
    last_state: ContainerState = field(default_factory=ContainerState)
    restart_count: int = 0
    image: str = ""
    image_id: str = ""
    container_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodFacts:
    """What the kubelet knows of a Pod.

    Attributes:
        sandbox: Whether the Pod's surroundings are up.
        finished: Whether nothing of the Pod is left; until then an ended Pod keeps its last phase.
    """

    containers: Sequence[ContainerFacts]
    init_containers: Sequence[ContainerFacts] = ()
    host_ip: str
    started: datetime
    sandbox: bool = True
    finished: bool = False
    reason: str = ""
    message: str = ""


def waiting(reason: str, message: str = "") -> ContainerState:
    """A container that waits."""
    return ContainerState(waiting=ContainerStateWaiting(reason=reason, message=message))


def scheduled_status(status: PodStatus, moment: datetime) -> PodStatus:
    """The status once the Pod has a node."""
    return replace(status, conditions=_merged(status.conditions, [_condition("PodScheduled", ok=True)], moment))


def unschedulable_status(status: PodStatus, message: str, moment: datetime) -> PodStatus:
    """The status while no node can take the Pod."""
    condition = _condition("PodScheduled", ok=False, reason="Unschedulable", message=message)
    return replace(status, conditions=_merged(status.conditions, [condition], moment))


def pod_status(pod: Pod, facts: PodFacts, moment: datetime) -> PodStatus:
    """The status that the kubelet reports."""
    phase = pod_phase(pod, facts)
    previous = pod.status
    held = phase in _REASONS and not facts.finished
    conditions = [
        _condition("PodReadyToStartContainers", ok=facts.sandbox),
        _initialized(facts, phase),
        _readiness("Ready", facts, phase),
        _readiness("ContainersReady", facts, phase),
        _condition("PodScheduled", ok=True),
    ]
    address = [PodIP(ip=facts.host_ip)]
    return PodStatus(
        phase=previous.phase if held else phase,
        conditions=_merged(previous.conditions, conditions, moment),
        message=facts.message,
        reason=facts.reason,
        host_ip=facts.host_ip,
        host_ips=address,
        pod_ip=facts.host_ip,
        pod_ips=address,
        start_time=timestamp(facts.started),
        init_container_statuses=[_container_status(known) for known in facts.init_containers],
        container_statuses=[_container_status(known) for known in facts.containers],
        qos_class=previous.qos_class,
    )


def pod_phase(pod: Pod, facts: PodFacts) -> str:
    """The phase that the containers add up to."""
    if facts.reason:
        return "Failed"
    init = [_exit_code(known) for known in facts.init_containers]
    if any(code != 0 for code in init):
        return "Failed" if pod.spec.restart_policy == "Never" and any(init) else "Pending"
    codes = [_exit_code(known) for known in facts.containers]
    if any(known.state.running is not UNSET for known in facts.containers):
        return "Running"
    if any(code is None for code in codes):
        begun = any(known.last_state.terminated is not UNSET for known in facts.containers)
        return "Running" if begun or any(code is not None for code in codes) else "Pending"
    outcome = "Failed" if any(codes) else "Succeeded"
    restarts = {"Always": True, "OnFailure": outcome == "Failed"}.get(pod.spec.restart_policy, False)
    return "Running" if restarts else outcome


def _exit_code(facts: ContainerFacts) -> int | None:
    ended = facts.state.terminated
    return None if ended is UNSET else ended.exit_code


def _container_status(facts: ContainerFacts) -> ContainerStatus:
    resources = facts.container.resources
    running = facts.state.running is not UNSET
    status = ContainerStatus(
        name=facts.container.name,
        state=facts.state,
        last_state=facts.last_state,
        ready=running,
        restart_count=facts.restart_count,
        image=facts.image or facts.container.image,
        image_id=facts.image_id,
        container_id=facts.container_id,
        started=running,
        volume_mounts=[
            VolumeMountStatus(
                name=mount.name,
                mount_path=mount.mount_path,
                read_only=mount.read_only,
                recursive_read_only="Disabled" if mount.read_only else UNSET,
            )
            for mount in facts.container.volume_mounts
        ],
    )
    if not facts.container_id:
        return status
    return replace(status, allocated_resources=resources.requests, resources=resources)


def _initialized(facts: PodFacts, phase: str) -> PodCondition:
    if phase == "Succeeded":
        return _condition("Initialized", ok=True, reason="PodCompleted")
    incomplete = [known.container.name for known in facts.init_containers if _exit_code(known) != 0]
    if not incomplete:
        return _condition("Initialized", ok=True)
    message = f"containers with incomplete status: [{' '.join(incomplete)}]"
    return _condition("Initialized", ok=False, reason="ContainersNotInitialized", message=message)


def _readiness(kind: str, facts: PodFacts, phase: str) -> PodCondition:
    if phase in _REASONS:
        return _condition(kind, ok=False, reason=_REASONS[phase])
    unready = [known.container.name for known in facts.containers if known.state.running is UNSET]
    if not unready:
        return _condition(kind, ok=True)
    message = f"containers with unready status: [{' '.join(unready)}]"
    return _condition(kind, ok=False, reason="ContainersNotReady", message=message)


def _condition(kind: str, *, ok: bool, reason: str = "", message: str = "") -> PodCondition:
    return PodCondition(type=kind, status="True" if ok else "False", reason=reason, message=message)


def _merged(old: Sequence[PodCondition], new: Sequence[PodCondition], moment: datetime) -> list[PodCondition]:
    """`new`, each with the time at which its status last changed, and those of others, such as an eviction's."""
    since = {(condition.type, condition.status): condition.last_transition_time for condition in old}
    stamp = timestamp(moment)
    stamped = [
        replace(condition, last_transition_time=since.get((condition.type, condition.status), stamp))
        for condition in new
    ]
    own = {condition.type for condition in new}
    return stamped + [condition for condition in old if condition.type not in own | KUBELETS_OWN]
