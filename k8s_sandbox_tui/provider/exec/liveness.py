"""Whether the Pod of a command is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from k8s_sandbox_tui.provider.errors import ApiError, NotFoundError, TransportError

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget

LOOK_SECONDS: Final = 5.0


class _Terminated(msgspec.Struct, rename="camel"):
    reason: str = ""


class _State(msgspec.Struct):
    terminated: _Terminated | None = None


class _Container(msgspec.Struct):
    name: str = ""
    state: _State | None = None


class _PodStatus(msgspec.Struct, rename="camel"):
    phase: str = ""
    reason: str = ""
    container_statuses: list[_Container] | None = None


class _Metadata(msgspec.Struct, rename="camel"):
    uid: str = ""
    deletion_timestamp: str | None = None


class _Pod(msgspec.Struct):
    metadata: _Metadata
    status: _PodStatus | None = None


_decoder: Final = msgspec.json.Decoder(_Pod)


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


def why_gone_from(body: bytes, target: ExecTarget, *, ending_counts: bool = False) -> str:
    """The same, from the Pod as the API server shows it."""
    try:
        pod = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    if target.uid and pod.metadata.uid != target.uid:
        return f"Sandbox {target.sandbox_id} was deleted, and another Pod has its name."
    status = pod.status or _PodStatus()
    if status.phase in {"Succeeded", "Failed"}:
        return f"Sandbox {target.sandbox_id} has ended{_because(status.reason)}."
    for container in status.container_statuses or ():
        if container.name == target.container and container.state and container.state.terminated:
            return (
                f"The container of sandbox {target.sandbox_id} has ended{_because(container.state.terminated.reason)}."
            )
    if ending_counts and pod.metadata.deletion_timestamp:
        return f"Sandbox {target.sandbox_id} is being deleted."
    return ""


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""
