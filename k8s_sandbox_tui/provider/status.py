"""What state a Pod's sandbox is in, and why: the words of `kubectl get pods`.

The order of the rules is that of kubectl's printer (kubernetes/pkg/printers, `printPod`), but for what concerns
one container: a sandbox is the container named `sandbox`, whatever a cluster injects beside it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from k8s_sandbox_tui.provider.exec.target import CONTAINER
from k8s_sandbox_tui.provider.models import SandboxStatus
from k8s_sandbox_tui.provider.wire import Condition, ContainerState, ContainerStatus, Pod, Terminated, conditions_of

NEVER_STARTS = frozenset({"InvalidImageName", "ErrImageNeverPull"})
"""Reasons to wait that Kubernetes does not get over by itself."""

_NOTHING = ContainerState()
_NO_DISRUPTION = Condition()
_RUNNING = SandboxStatus.RUNNING  # looking a member of an enum up takes longer than any rule here


class PodView(msgspec.Struct, frozen=True, gc=False):
    """The state of a sandbox as its Pod tells it."""

    status: SandboxStatus
    reason: str = ""
    message: str = ""
    exit_code: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


_PENDING = PodView(SandboxStatus.PENDING)


def sandbox_container(pod: Pod) -> ContainerStatus | None:
    """The status of the container `sandbox`, of the first one where none has that name."""
    statuses = pod.status.container_statuses
    if not statuses:
        return None
    for status in statuses:
        if status.name == CONTAINER:
            return status
    return statuses[0]


def view_pod(pod: Pod) -> PodView:
    """What a person means by the state of this Pod."""
    return view_container(pod, sandbox_container(pod))


def view_container(pod: Pod, container: ContainerStatus | None) -> PodView:
    """The same, for who has the container's status in hand."""
    status = pod.status
    state = (container.state if container is not None else None) or _NOTHING
    if pod.metadata.deletion_timestamp is not None:
        return _deleted(pod, state)
    running = state.running
    if running is not None and status.phase == "Running" and not status.reason:
        if _node_is_silent(status.conditions):
            return PodView(SandboxStatus.UNKNOWN, "NodeNotReady", "", None, _real(running.started_at))
        return PodView(_RUNNING, "", "", None, _real(running.started_at))
    if status.phase == "Unknown" or status.reason == "NodeLost":
        return PodView(SandboxStatus.UNKNOWN, status.reason or "Unknown", status.message or "")
    if status.phase in {"Failed", "Succeeded"} or state.terminated is not None:
        return _ended(pod, state.terminated)
    return _starting(pod, state) if pod.spec.node_name else _waiting_for_a_node(status.conditions)


def _deleted(pod: Pod, state: ContainerState) -> PodView:
    ended = state.terminated
    started = state.running.started_at if state.running else ended.started_at if ended else None
    if pod.status.reason == "NodeLost":
        return PodView(SandboxStatus.UNKNOWN, "NodeLost", pod.status.message or "", None, _real(started))
    disrupted = disruption(pod)
    message = f"{disrupted.reason}: {disrupted.message or ''}".rstrip(": ") if disrupted.reason else ""
    if ended is None:
        return PodView(SandboxStatus.STOPPING, "Terminating", message, None, _real(started))
    return PodView(
        SandboxStatus.STOPPING, "Terminating", message, ended.exit_code, _real(started), _real(ended.finished_at)
    )


def disruption(pod: Pod) -> Condition:
    """Why the cluster itself ends a Pod: preempted, evicted, its node drained or gone; no reason where it does not.

    It says so in a condition (kubernetes.io, "Pod disruption conditions"), in most cases nowhere else.
    """
    text = bytes(pod.status.conditions)
    conditions = conditions_of(text) if b"DisruptionTarget" in text else ()
    found = (one for one in conditions if one.type == "DisruptionTarget" and one.status == "True")
    return next(found, _NO_DISRUPTION)


def _ended(pod: Pod, ended: Terminated | None) -> PodView:
    status, disrupted = pod.status, disruption(pod)
    if ended is None:
        outcome = SandboxStatus.STOPPED if status.phase == "Succeeded" else SandboxStatus.FAILED
        reason = status.reason or disrupted.reason or status.phase or ""
        return PodView(outcome, reason, status.message or disrupted.message or "")
    failed = status.phase == "Failed" or ended.exit_code != 0
    return PodView(
        SandboxStatus.FAILED if failed else SandboxStatus.STOPPED,
        # The Pod's own reason (Evicted, DeadlineExceeded) says why the container was ended; process 1 of a sandbox
        # ends with 0 when it is told to.
        status.reason or disrupted.reason or _ended_reason(ended),
        status.message or ended.message or disrupted.message or "",
        ended.exit_code,
        _real(ended.started_at),
        _real(ended.finished_at),
    )


def _ended_reason(ended: Terminated) -> str:
    if ended.reason:
        return ended.reason
    return f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exit_code}"


def _starting(pod: Pod, state: ContainerState) -> PodView:
    initialising = _initialising(pod)
    if initialising is not None:
        return initialising
    waiting = state.waiting
    reason = (waiting.reason if waiting else None) or pod.status.reason or ""
    message = (waiting.message if waiting else None) or pod.status.message or ""
    outcome = SandboxStatus.FAILED if reason in NEVER_STARTS else SandboxStatus.STARTING
    return PodView(outcome, reason, message)


def _initialising(pod: Pod) -> PodView | None:
    """The init container that the Pod waits for; None when there is none (any more)."""
    policies = {container.name: container.restart_policy for container in pod.spec.init_containers or ()}
    for index, container in enumerate(pod.status.init_container_statuses or ()):
        state = container.state or _NOTHING
        ended, waiting = state.terminated, state.waiting
        sidecar = policies.get(container.name) == "Always"
        if (ended is not None and ended.exit_code == 0) or (sidecar and container.started):
            continue
        if ended is not None:
            return PodView(SandboxStatus.STARTING, f"Init:{_ended_reason(ended)}", ended.message or "")
        if waiting is not None and waiting.reason and waiting.reason != "PodInitializing":
            return PodView(SandboxStatus.STARTING, f"Init:{waiting.reason}", waiting.message or "")
        return PodView(SandboxStatus.STARTING, f"Init:{index}/{len(policies)}")
    return None


def _waiting_for_a_node(conditions: msgspec.Raw) -> PodView:
    for condition in conditions_of(bytes(conditions)):
        if condition.type == "PodScheduled" and condition.status == "False" and condition.reason:
            return PodView(SandboxStatus.PENDING, condition.reason, condition.message or "")
    return _PENDING


def _node_is_silent(conditions: msgspec.Raw) -> bool:
    """Whether the node controller has marked the Pod because its node does not answer.

    It sets `Ready` to False and leaves the rest as it was (kubernetes/pkg/controller/util/node, `MarkPodsNotReady`);
    the kubelet gives a reason whenever it does so itself.
    """
    text = bytes(conditions)
    # "False" or "Unknown": healthy Pods have neither letter, and a letter is found in a tenth of the time.
    if b"F" not in text and b"U" not in text:
        return False
    states = {condition.type: condition for condition in conditions_of(text)}
    ready, containers = states.get("Ready"), states.get("ContainersReady")
    if ready is None:
        return False
    unexplained = ready.status == "False" and not ready.reason
    return ready.status == "Unknown" or (unexplained and containers is not None and containers.status == "True")


def _real(moment: datetime | None) -> datetime | None:
    """The moment; None for the epoch, which the kubelet writes for what never happened."""
    return None if moment is None or moment.year <= 1970 else moment
