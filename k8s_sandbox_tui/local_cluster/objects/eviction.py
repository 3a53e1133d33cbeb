"""Evictions: deletes that say why. Source: `pkg/registry/core/pod/storage/eviction.go` of the API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.objects.meta import timestamp
from k8s_sandbox_tui.local_cluster.objects.pod_status import PodCondition

if TYPE_CHECKING:
    from datetime import datetime

    from k8s_sandbox_tui.local_cluster.objects.pod import Pod

_TYPE = "DisruptionTarget"


def disrupted(pod: Pod, reason: str, message: str, moment: datetime) -> Pod:
    """The Pod with the condition that it is ended for somebody else's sake."""
    others = [condition for condition in pod.status.conditions if condition.type != _TYPE]
    told = PodCondition(
        type=_TYPE, status="True", reason=reason, message=message, last_transition_time=timestamp(moment)
    )
    return replace(pod, status=replace(pod.status, conditions=[*others, told]))
