"""What else the cluster knows of a sandbox: what happened to it, and what its main process has written."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.provider.changing import current_pod_body
from k8s_sandbox_tui.provider.errors import ApiError, InvalidArgumentError, InvalidObjectError
from k8s_sandbox_tui.provider.exec.target import CONTAINER
from k8s_sandbox_tui.provider.paths import log_path
from k8s_sandbox_tui.provider.pods import pod_events
from k8s_sandbox_tui.provider.unreachable_node import explained

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.connection.connection import Connection
    from k8s_sandbox_tui.provider.models import SandboxInfo

EVENT_SECONDS = 10.0
LOG_LINES = 1000
LOG_BYTES = 1024 * 1024
"""The most of a log that is fetched: the API server cuts it there."""


class SandboxEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a sandbox. Kubernetes forgets events after an hour, unless told otherwise."""

    type: str
    """`Normal` or `Warning`."""
    reason: str
    message: str
    first_at: datetime | None = None
    last_at: datetime | None = None
    count: int = 1
    """How often it was seen."""


async def sandbox_events(connection: Connection, info: SandboxInfo) -> list[SandboxEvent]:
    """What happened to the sandbox, oldest first.

    Raises:
        ForbiddenError: It needs the verb `list` on events.
    """
    events = await pod_events(connection, info.namespace, info.name, info.uid, timeout=EVENT_SECONDS)
    return [
        SandboxEvent(
            type=event.type or "",
            reason=event.reason or "",
            message=event.message or "",
            first_at=event.first_timestamp or event.event_time or event.metadata.creation_timestamp,
            last_at=event.last_timestamp or event.event_time or event.metadata.creation_timestamp,
            count=event.count or 1,
        )
        for event in events
    ]


async def sandbox_log(connection: Connection, info: SandboxInfo, *, tail_lines: int, previous: bool) -> bytes:
    """The end of what the container `sandbox` has written by itself; commands' output is not in it.

    Raises:
        InvalidArgumentError: `tail_lines` is less than 1.
        SandboxGoneError: It is not there any more, or another Pod has its name.
        ForbiddenError: It needs the verb `get` on pods/log.
        ApiError: It has no log yet, or the API server cannot reach its node.
    """
    if tail_lines < 1:
        raise InvalidArgumentError(f"{tail_lines} lines of a log cannot be fetched.", hint="At least 1.")
    await current_pod_body(connection, info)
    params = [("container", CONTAINER), ("tailLines", str(tail_lines)), ("limitBytes", str(LOG_BYTES))]
    if previous:
        params.append(("previous", "true"))
    try:
        return await connection.request("GET", log_path(info.namespace, info.name), params=params, accept="*/*")
    except InvalidObjectError as error:
        # 400: the container waits to start, or there is no previous one. The server's sentence says which.
        error.hint = error.hint or "A container that has not started has no log yet."
        raise
    except ApiError as error:
        raise explained(error, info.id) from None
