"""A Pod as a row of `kubectl get`. Source: `printPod` in `k8s.io/kubernetes/pkg/printers/internalversion`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from k8s_sandbox_tui.local_cluster.api.age import age

if TYPE_CHECKING:
    from datetime import datetime

    from k8s_sandbox_tui.local_cluster.objects.pod import Pod
    from k8s_sandbox_tui.local_cluster.objects.pod_status import ContainerState, ContainerStatus

_TERMINAL = {"Failed", "Succeeded"}


def pod_cells(pod: Pod, now: datetime) -> list[str]:
    """Name, ready, status, restarts, age; and for `-o wide` IP, node, nominated node, readiness gates."""
    ready = sum(1 for status in pod.status.container_statuses if status.ready and status.state.running is not UNSET)
    return [
        pod.metadata.name,
        f"{ready}/{len(pod.spec.containers)}",
        pod_reason(pod),
        _restarts(pod, now),
        age(pod.metadata.creation_timestamp, now),
        pod.status.pod_ip or "<none>",
        pod.spec.node_name or "<none>",
        pod.status.nominated_node_name or "<none>",
        "<none>",
    ]


def pod_reason(pod: Pod) -> str:
    """The word in the column STATUS."""
    reason = pod.status.reason or pod.status.phase
    initializing = _init_reason(pod)
    if initializing:
        reason = initializing
    else:
        running = False
        for status in reversed(pod.status.container_statuses):
            reason = _state_reason(status.state) or reason
            running = running or (status.ready and status.state.running is not UNSET)
        if reason == "Completed" and running:
            ready = any(condition.type == "Ready" and condition.status == "True" for condition in pod.status.conditions)
            reason = "Running" if ready else "NotReady"
    if pod.metadata.deleting:
        if pod.status.reason == "NodeLost":
            return "Unknown"
        if pod.status.phase not in _TERMINAL:
            return "Terminating"
    return reason


def _state_reason(state: ContainerState) -> str:
    if state.waiting is not UNSET and state.waiting.reason:
        return state.waiting.reason
    ended = state.terminated
    if ended is UNSET:
        return ""
    if ended.reason:
        return ended.reason
    return f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exit_code}"


def _init_reason(pod: Pod) -> str:
    total = len(pod.spec.init_containers)
    for done, status in enumerate(pod.status.init_container_statuses):
        ended = status.state.terminated
        if ended is not UNSET and ended.exit_code == 0:
            continue
        if ended is not UNSET:
            return f"Init:{_state_reason(status.state)}"
        waiting = status.state.waiting
        if waiting is not UNSET and waiting.reason not in {"", "PodInitializing"}:
            return f"Init:{waiting.reason}"
        return f"Init:{done}/{total}"
    return ""


def _restarts(pod: Pod, now: datetime) -> str:
    count = sum(status.restart_count for status in pod.status.container_statuses)
    last = max((_finished(status) for status in pod.status.container_statuses), default="")
    return f"{count} ({age(last, now)} ago)" if count and last else str(count)


def _finished(status: ContainerStatus) -> str:
    ended = status.last_state.terminated
    return "" if ended is UNSET else ended.finished_at or ""
