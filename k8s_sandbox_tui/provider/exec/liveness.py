"""Whether the Pod of a command is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.errors import ApiError, CommandError, NotFoundError, SandboxGoneError, TransportError
from k8s_sandbox_tui.provider.status import disruption, view_pod
from k8s_sandbox_tui.provider.unreachable_node import unreachable_words
from k8s_sandbox_tui.provider.wire import UnreadableAnswerError, decode_pod

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.errors import SandboxError
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget
    from k8s_sandbox_tui.provider.wire import Pod

LOOK_SECONDS: Final = 5.0

CREATE_HINT: Final = "Create another one."


async def why_gone(connection: ExecConnection, target: ExecTarget, *, ending_counts: bool = False) -> str:
    """Why no command can run there any more, as a sentence; empty where one can, or where nobody can tell.

    Args:
        connection: The connection to its cluster.
        target: Where the command runs.
        ending_counts: A Pod that is being deleted counts as gone.
    """
    try:
        body = await connection.request("GET", target.pod_path, timeout=LOOK_SECONDS)
    except NotFoundError:
        return f"Sandbox {target.sandbox_id} was deleted."
    except (ApiError, TransportError):
        return ""
    return why_gone_from(body, target, ending_counts=ending_counts)


async def no_container(connection: ExecConnection, target: ExecTarget) -> SandboxError:
    """The error where the kubelet knows no running container: the sandbox has ended, or does not run yet."""
    unknown = SandboxGoneError(f"The container of sandbox {target.sandbox_id} does not run.", hint=CREATE_HINT)
    try:
        pod = decode_pod(await connection.request("GET", target.pod_path, timeout=LOOK_SECONDS))
    except NotFoundError:
        return SandboxGoneError(f"Sandbox {target.sandbox_id} was deleted.", hint=CREATE_HINT)
    except (ApiError, TransportError, UnreadableAnswerError):
        return unknown
    gone = why_gone_as_seen(pod, target)
    if gone:
        return SandboxGoneError(gone, hint=CREATE_HINT)
    if pod.status.phase != "Pending":
        return unknown
    view = view_pod(pod)
    return CommandError(
        f"Sandbox {target.sandbox_id} does not run yet: it is {view.status}{_because(view.reason)}.",
        hint="Wait until its status is running, or look why it does not start.",
    )


def node_unreachable(target: ExecTarget, message: str) -> CommandError:
    """The error where the API server does not get through to the kubelet, by what it says of that."""
    told, hint = unreachable_words(target.sandbox_id, message)
    return CommandError(told, hint=f"Nothing was run. {hint}")


def why_gone_from(body: bytes, target: ExecTarget, *, ending_counts: bool = False) -> str:
    """The same, from the Pod as the API server shows it."""
    try:
        pod = decode_pod(body)
    except UnreadableAnswerError:
        return ""
    return why_gone_as_seen(pod, target, ending_counts=ending_counts)


def why_gone_as_seen(pod: Pod, target: ExecTarget, *, ending_counts: bool = False) -> str:
    """The same, from the Pod as it was seen."""
    if target.uid and pod.metadata.uid not in {"", target.uid}:
        return f"Sandbox {target.sandbox_id} was deleted, and another Pod has its name."
    status = pod.status
    if status.phase in {"Succeeded", "Failed"}:
        return f"Sandbox {target.sandbox_id} has ended{_because(status.reason or disruption(pod).reason)}."
    for container in status.container_statuses or ():
        if container.name == target.container and container.state and container.state.terminated:
            return (
                f"The container of sandbox {target.sandbox_id} has ended{_because(container.state.terminated.reason)}."
            )
    if ending_counts and pod.metadata.deletion_timestamp:
        return f"Sandbox {target.sandbox_id} is being deleted{_because(disruption(pod).reason)}."
    return ""


def _because(reason: str | None) -> str:
    return f" ({reason})" if reason else ""
