"""Changes to a sandbox that is there: its metadata and its expiry, which are annotations of its Pod."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import (
    ConflictError,
    InvalidArgumentError,
    InvalidObjectError,
    NotFoundError,
    SandboxGoneError,
)
from k8s_sandbox_tui.provider.expiry import expiry_text
from k8s_sandbox_tui.provider.info import sandbox_info
from k8s_sandbox_tui.provider.labels import EXPIRES_ANNOTATION
from k8s_sandbox_tui.provider.pods import get_pod_body, patch_pod, readable_pod

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from k8s_sandbox_tui.provider.connection.connection import Connection
    from k8s_sandbox_tui.provider.models import SandboxInfo
    from k8s_sandbox_tui.provider.wire import Pod

_ATTEMPTS = 5


async def annotate(connection: Connection, info: SandboxInfo, annotations: Mapping[str, str | None]) -> SandboxInfo:
    """Sets annotations of a sandbox, of no other Pod of its name; None removes one.

    Raises:
        SandboxGoneError: It is not there any more, or another Pod has its name.
        ForbiddenError: Changing Pods here is not allowed (verb `patch`).
    """
    return sandbox_info(await _patch(connection, info, {"uid": info.uid, "annotations": dict(annotations)}))


async def set_expiry(connection: Connection, info: SandboxInfo, moment: datetime | None) -> SandboxInfo:
    """Sets when a sandbox expires; None: never.

    Raises:
        InvalidArgumentError: The moment has no time zone, or Kubernetes ends the sandbox before it.
        SandboxGoneError: It is not there any more, or another Pod has its name.
        ForbiddenError: Changing Pods here is not allowed (verb `patch`).
    """
    text = None if moment is None else expiry_text(moment)
    if moment is not None:
        _check_cap(info, moment)
    return await annotate(connection, info, {EXPIRES_ANNOTATION: text})


async def extend(connection: Connection, info: SandboxInfo, span: timedelta) -> SandboxInfo:
    """Lets a sandbox live for at least this span from now, by the API server's clock; never shortens its life.

    One that does not expire is left as it is. Two that extend it at once end with the later of the two moments.

    Raises:
        InvalidArgumentError: Kubernetes ends the sandbox before that.
        SandboxGoneError: It is not there any more, or another Pod has its name.
        ForbiddenError: Changing Pods here is not allowed (verb `patch`).
    """
    attempt = 0
    while True:
        attempt += 1
        pod = await current_pod(connection, info)
        seen = sandbox_info(pod)
        wanted = connection.clock.now() + span
        if seen.expires_at is None or seen.expires_at >= wanted:
            return seen
        _check_cap(seen, wanted)
        change: dict[str, object] = {
            "uid": info.uid,
            "resourceVersion": seen.resource_version,
            "annotations": {EXPIRES_ANNOTATION: expiry_text(wanted)},
        }
        try:
            return sandbox_info(await _patch(connection, info, change))
        except ConflictError:
            if attempt == _ATTEMPTS:
                raise


async def current_pod(connection: Connection, info: SandboxInfo) -> Pod:
    """The sandbox's Pod as it is now.

    Raises:
        SandboxGoneError: It is not there any more, or another Pod has its name.
    """
    return readable_pod(await current_pod_body(connection, info))


async def current_pod_body(connection: Connection, info: SandboxInfo) -> bytes:
    """The sandbox's Pod as it is now, with all its fields, as JSON.

    Raises:
        SandboxGoneError: It is not there any more, or another Pod has its name.
    """
    try:
        body = await get_pod_body(connection, info.namespace, info.name)
    except NotFoundError as error:
        raise _gone(info) from error
    if readable_pod(body).metadata.uid != info.uid:
        raise SandboxGoneError(f"Sandbox {info.id} was replaced by another Pod of its name.")
    return body


async def _patch(connection: Connection, info: SandboxInfo, metadata: dict[str, object]) -> Pod:
    try:
        return await patch_pod(connection, info.namespace, info.name, metadata)
    except NotFoundError as error:
        raise _gone(info) from error
    except InvalidObjectError:
        await current_pod(connection, info)  # a uid cannot be changed: that is how another Pod refuses the patch
        raise


def _gone(info: SandboxInfo) -> SandboxGoneError:
    return SandboxGoneError(f"Sandbox {info.id} does not exist any more.")


def _check_cap(info: SandboxInfo, moment: datetime) -> None:
    if info.deadline_at is not None and moment > info.deadline_at:
        raise InvalidArgumentError(
            f"Sandbox {info.id} cannot live until {expiry_text(moment)}: Kubernetes ends it at"
            f" {expiry_text(info.deadline_at)}.",
            hint="That is its max_lifetime, which cannot be raised; create another sandbox.",
        )
