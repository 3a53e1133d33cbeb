"""When to stop waiting for a sandbox to run: a pure judgement of what its Pod says and for how long it has said it."""

from __future__ import annotations

import msgspec

from k8s_sandbox_tui.provider.models import SandboxStatus
from k8s_sandbox_tui.provider.status import NEVER_STARTS, PodView

IMAGE_GRACE = 10.0
"""Seconds for reasons that the kubelet tries again: a registry may have been away for a moment."""
UNSCHEDULABLE_GRACE = 20.0
"""Seconds for a Pod that fits on no node: another Pod may be going."""

RETRIED = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "ImageInspectError",
        "RegistryUnavailable",
        "SignatureValidationFailed",
        "CreateContainerConfigError",
        "CreateContainerError",
        "CreatePodSandboxError",
        "RunContainerError",
        "CrashLoopBackOff",
        "PostStartHookError",
    }
)
"""Reasons to wait that pass by themselves at best (kubernetes/pkg/kubelet: container and image errors)."""

SCALE_UP_EVENTS = frozenset({"TriggeredScaleUp", "Nominated"})
"""Events by which the cluster autoscaler and Karpenter say that a node is on its way."""

_IMAGE_HINT = "Check the image's name, and that the cluster may pull it."
_CONTAINER_HINT = "The image needs /bin/sh and sleep."
_HINTS = {
    "Unschedulable": "No node has room for it, or none may take it: look at the cluster's nodes and quotas.",
    "SchedulingGated": "Something in the cluster holds it back from scheduling.",
    "CreateContainerConfigError": "The cluster cannot make the container's configuration: read the message.",
    "StartError": _CONTAINER_HINT,
    "ContainerCannotRun": _CONTAINER_HINT,
    "RunContainerError": _CONTAINER_HINT,
}


class Verdict(msgspec.Struct, frozen=True):
    """How long a reason may last, from when it was first seen, before the create is given up."""

    grace: float


def verdict(view: PodView) -> Verdict | None:
    """What the state of a Pod means for a create; None: it is on its way, or runs."""
    reason = view.reason.removeprefix("Init:")
    if view.status in {SandboxStatus.STOPPED, SandboxStatus.STOPPING, SandboxStatus.FAILED} or reason in NEVER_STARTS:
        return Verdict(0.0)
    if reason in RETRIED:
        return Verdict(IMAGE_GRACE)
    if reason == "Unschedulable":
        return Verdict(UNSCHEDULABLE_GRACE)
    return None


def family(view: PodView) -> str:
    """What the grace is counted for: a reason that alternates (ErrImagePull, ImagePullBackOff) counts as one."""
    reason = view.reason.removeprefix("Init:")
    return "retried" if reason in RETRIED else reason


def hint_for(reason: str) -> str:
    """The next step for a reason; may be empty."""
    reason = reason.removeprefix("Init:")
    if "Image" in reason or reason == "RegistryUnavailable":
        return _IMAGE_HINT
    return _HINTS.get(reason, "")
