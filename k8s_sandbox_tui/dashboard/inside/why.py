"""Why a sandbox does not run, in a plain sentence, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.provider.models import SandboxStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.provider.looking import SandboxEvent
    from k8s_sandbox_tui.provider.models import SandboxInfo

_OOM = "Raise its memory limit, or have it do with less."
_SHELL = "The image needs /bin/sh and sleep; take another image, or add them."
_PREEMPTED = ("A Pod of higher priority has taken its place.", "Create it again when there is room.")

_REASONS = {
    "SchedulingGated": (
        "Something in the cluster holds it back from scheduling.",
        "Whoever set the gate has to lift it.",
    ),
    "InvalidImageName": ("Its image name is not valid.", "Create it again with a name such as python:3.11-slim."),
    "ErrImageNeverPull": (
        "Its image is not on the node, and may not be pulled.",
        "Have the image put on the nodes, or allow pulling it.",
    ),
    "CreateContainerConfigError": (
        "The node cannot make its container from what was asked for.",
        "Read the message: a Secret or ConfigMap may be missing, or the image wants to run as root.",
    ),
    "StartError": ("Its main process could not be started.", _SHELL),
    "ContainerCannotRun": ("Its main process could not be started.", _SHELL),
    "RunContainerError": ("Its main process could not be started.", _SHELL),
    "CrashLoopBackOff": (
        "Its main process ends again and again; the node waits before the next try.",
        "Look at the log of the container before this one (p on the log's page).",
    ),
    "OOMKilled": ("It used more memory than its limit and was killed.", _OOM),
    "DeadlineExceeded": (
        "It has reached its max_lifetime, and Kubernetes has ended it.",
        "Destroy it, and give the next one more time.",
    ),
    "Evicted": (
        "Its node ran short of memory or disk and has thrown it out.",
        "Create it again; ask for what it truly needs, so that it lands on a node that has it.",
    ),
    "NodeLost": ("Its node has gone.", "Destroy it and create another one."),
    "NodeNotReady": (
        "Its node does not answer.",
        "It may come back with the node; else destroy it and create another.",
    ),
    "Shutdown": ("Its node was shut down.", "Create another one."),
    "NodeShutdown": ("Its node was shut down.", "Create another one."),
    "Preempting": _PREEMPTED,
    "PreemptionByScheduler": _PREEMPTED,
    "EvictionByEvictionAPI": ("It was put off its node, as when a node is drained.", "Create another one."),
    "DeletionByTaintManager": (
        "Its node was closed to it by a taint.",
        "Create another one; it may need a toleration.",
    ),
    "DeletionByPodGC": ("Its node has gone.", "Destroy it and create another one."),
}

# What schedulers write, and what can be done about it.
_NO_ROOM = (
    ("Insufficient cpu", "Ask for less CPU, destroy what is not needed, or add a node."),
    ("Insufficient memory", "Ask for less memory, destroy what is not needed, or add a node."),
    ("Insufficient ephemeral-storage", "Ask for less ephemeral storage, or add a node."),
    ("Too many pods", "The nodes are full: destroy what is not needed, or add a node."),
    ("untolerated taint", "Its nodes refuse it: give it a toleration, or remove the taint."),
    ("didn't match Pod's node affinity/selector", "No node has the labels it asks for: change its node selector."),
)


class Explanation(NamedTuple):
    """Two sentences."""

    why: str
    fix: str


def explain(info: SandboxInfo, events: Sequence[SandboxEvent] = ()) -> Explanation | None:
    """Why it does not run; None where it does.

    Args:
        info: The sandbox.
        events: What happened to it, where that is known.
    """
    if info.status is SandboxStatus.RUNNING:
        return None
    if info.status is SandboxStatus.STOPPING and info.message:
        # Whoever destroys one by hand leaves no message.
        fix = "It will be gone in a moment: create another one when there is room."
        return Explanation(_with_message("The cluster takes it off its node.", info.message), fix)
    if info.status is SandboxStatus.STOPPING:
        return Explanation("It is being destroyed.", "It will be gone within its grace period of a few seconds.")
    return _by_reason(info, events) or _by_status(info, events)


def _by_reason(info: SandboxInfo, events: Sequence[SandboxEvent]) -> Explanation | None:
    reason = info.reason.removeprefix("Init:")
    if reason == "Unschedulable":
        return _unschedulable(info)
    if "Image" in reason and reason not in _REASONS:
        return _image(info, events)
    if known := _REASONS.get(reason):
        return Explanation(_with_message(known[0], info.message), known[1])
    return None


def _by_status(info: SandboxInfo, events: Sequence[SandboxEvent]) -> Explanation:
    if info.status is SandboxStatus.STOPPED:
        return Explanation(
            "Its main process has ended by itself.", "A sandbox is not started again: create another one."
        )
    if info.status is SandboxStatus.FAILED:
        return _failed(info)
    if info.status in {SandboxStatus.PENDING, SandboxStatus.STARTING}:
        return _on_its_way(info, events)
    return Explanation(f"Nobody knows what it does ({_named(info.reason)}).", "Wait for its node, or destroy it.")


def _unschedulable(info: SandboxInfo) -> Explanation:
    fix = next((fix for sign, fix in _NO_ROOM if sign in info.message), "Look at the cluster's nodes and quotas.")
    return Explanation(_with_message("No node takes it.", info.message), fix)


def _image(info: SandboxInfo, events: Sequence[SandboxEvent]) -> Explanation:
    # The container's own message is soon only "Back-off pulling image"; the event still has the cause.
    causes = [event.message for event in events if event.reason == "Failed" and "image" in event.message.lower()]
    cause = max(causes, key=len, default=info.message)
    lowered = cause.lower()
    if "not found" in lowered or "manifest unknown" in lowered or "does not exist" in lowered:
        fix = "There is no such image or tag: check its name, and create it again."
    elif "unauthorized" in lowered or "denied" in lowered or "authentication" in lowered:
        fix = "The registry wants credentials: create it again with image_pull_secrets."
    elif "timeout" in lowered or "no such host" in lowered or "connection refused" in lowered:
        fix = "The node does not reach the registry: check the registry's name and the network."
    else:
        fix = "Check the image's name, and that the cluster may pull it."
    return Explanation(_with_message(f"Its image {info.image} cannot be pulled.", cause), fix)


def _failed(info: SandboxInfo) -> Explanation:
    if info.exit_code == 137:
        return Explanation(
            "Its main process was killed (137 is SIGKILL): mostly by the memory limit, or by its node.", _OOM
        )
    if info.exit_code is not None:
        return Explanation(
            _with_message(f"Its main process has ended with exit code {info.exit_code}.", info.message),
            "Its log may say why. A sandbox is not started again: create another one.",
        )
    return Explanation(
        _with_message(f"It has failed ({_named(info.reason)}).", info.message), "Destroy it and create another one."
    )


def _on_its_way(info: SandboxInfo, events: Sequence[SandboxEvent]) -> Explanation:
    warnings = [event for event in events if event.type == "Warning"]
    if warnings:
        last = warnings[-1]
        return Explanation(
            _with_message(f"It is on its way, but something went wrong ({_named(last.reason)}).", last.message),
            "The cluster tries again by itself; the events say more.",
        )
    if info.status is SandboxStatus.PENDING:
        return Explanation("It waits for a node.", "That takes a moment; where it lasts, the events say why.")
    if events and events[-1].reason == "Pulling":
        return Explanation(
            f"Its node is pulling the image {info.image}.", "Large images take minutes, once for each node."
        )
    return Explanation(f"Its node is starting it ({_named(info.reason)}).", "That takes a moment.")


def _with_message(sentence: str, message: str) -> str:
    return sanitize_line(f"{sentence} {message}".strip())


def _named(reason: str) -> str:
    return sanitize_line(reason) or "no reason is given"
