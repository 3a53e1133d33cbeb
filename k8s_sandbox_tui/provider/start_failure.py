"""When to stop waiting for a sandbox to run: a pure judgement of what its Pod says and for how long it has said it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.provider.models import SandboxStatus
from k8s_sandbox_tui.provider.status import NEVER_STARTS, PodView

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    "CreateContainerError": "The node cannot make the container from this image: read the message.",
    "StartError": _CONTAINER_HINT,
    "ContainerCannotRun": _CONTAINER_HINT,
    "RunContainerError": _CONTAINER_HINT,
}


_IMAGE_WORDS = (
    (("no match for platform", "exec format error"), "The image is not made for the processor of its node."),
    (
        ("toomanyrequests", "too many requests"),
        "The registry limits pulls: log in with a pull secret, or use a mirror.",
    ),
    (
        ("unauthorized", "denied", "authentication required", "no basic auth", "403 forbidden"),
        "Check the image's name; the registry may also want a login: --pull-secret, or image_pull_secrets=[...].",
    ),
    (("not found", "manifest unknown", "does not exist"), "There is no such image or tag: check its name."),
    (
        ("no such host", "i/o timeout", "connection refused", "x509", "deadline exceeded"),
        "The node does not reach the registry: check the registry's name, and the network and proxies of the node.",
    ),
)
"""Parts of what registries and runtimes say of an image that cannot be pulled; the first that fits counts."""

_CONTAINER_WORDS = (
    (
        ("runasnonroot", "run_as_non_root", "will run as root"),
        "Its image runs as root, which is not let in; the security profile restricted brings another user.",
    ),
    (("executable file", "/bin/sh"), _CONTAINER_HINT),
    (("secret ", "configmap "), "Create what is missing in its namespace, or leave it out."),
)


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


def hint_for(reason: str, *said: str) -> str:
    """The next step for a reason; may be empty.

    Args:
        reason: The view's.
        said: Its message, and those of its events: a message that is repeated soon has no cause in it any more.
    """
    reason = reason.removeprefix("Init:")
    text = "\n".join(said).lower()
    if "Image" in reason or reason == "RegistryUnavailable":
        words = () if reason in NEVER_STARTS else _IMAGE_WORDS
        return _by_words(words, text) or _IMAGE_HINT
    words = _CONTAINER_WORDS if reason.startswith("CreateContainer") else ()
    return _by_words(words, text) or _HINTS.get(reason, "")


def _by_words(known: Iterable[tuple[Sequence[str], str]], text: str) -> str:
    return next((hint for parts, hint in known if any(part in text for part in parts)), "")
