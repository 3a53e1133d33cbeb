"""Destroys a sandbox: its Pod, and the Service that somebody may have put in front of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import (
    ConflictError,
    DestroyTimeoutError,
    ForbiddenError,
    NotFoundError,
    NotManagedError,
    SandboxError,
    SandboxGoneError,
)
from k8s_sandbox_tui.provider.info import is_managed
from k8s_sandbox_tui.provider.names import is_generated
from k8s_sandbox_tui.provider.pods import delete_pod, delete_service, get_pod
from k8s_sandbox_tui.provider.sightings import Sighting, follow_pod
from k8s_sandbox_tui.provider.url import service_name

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.access import ClusterAccess
    from k8s_sandbox_tui.provider.connection.connection import Connection
    from k8s_sandbox_tui.provider.ids import SandboxId
    from k8s_sandbox_tui.provider.wire import Pod


DESTROY_TIMEOUT = 60_000
"""Milliseconds that a destroy waits for the end, where it was asked to wait."""


async def destroy_sandbox(
    access: ClusterAccess, sandbox_id: SandboxId, *, uid: str | None, wait: bool = False, timeout: int = DESTROY_TIMEOUT
) -> bool:
    """Deletes the Pod, then the Service `<pod>-svc`; False when there was no Pod.

    Args:
        access: The cluster.
        sandbox_id: Which.
        uid: Delete only the Pod with this uid; None: whichever has the name now.
        wait: Whether to wait until the Pod has gone; else it still has its grace period to end.
        timeout: Milliseconds to wait for that.

    Raises:
        NotManagedError: The Pod is no sandbox.
        SandboxGoneError: Another Pod than the one with this uid has the name; it is left alone.
        DestroyTimeoutError: It was deleted, and is still there.
        ApiError: The API server refuses.
    """
    connection = await access.open()
    pod = await _find(connection, sandbox_id)
    if pod is None:
        # A Service may be left from a destroy that was cut short; a name that we did not make says nothing about it.
        if is_generated(sandbox_id.name, access.config.pod_name_prefix):
            await delete_service_of(connection, sandbox_id)
        return False
    if not is_managed(pod):
        raise not_managed(sandbox_id)
    if uid is not None and pod.metadata.uid != uid:
        raise _replaced(sandbox_id)
    try:
        await delete_pod(connection, sandbox_id.namespace, sandbox_id.name, uid=pod.metadata.uid)
    except ConflictError as error:
        raise _replaced(sandbox_id) from error
    except NotFoundError:
        pass  # it has ended since we looked, or the answer to a first request was lost
    await delete_service_of(connection, sandbox_id)
    if wait:
        await _until_gone(access, connection, pod, timeout)
    return True


def not_managed(sandbox_id: SandboxId) -> NotManagedError:
    """The error for a Pod that is left alone."""
    return NotManagedError(
        f"The Pod {sandbox_id} is not a sandbox: it lacks the label computesdk.io/managed=true.",
        hint="It is left alone; use kubectl for other Pods.",
    )


async def _find(connection: Connection, sandbox_id: SandboxId) -> Pod | None:
    try:
        return await get_pod(connection, sandbox_id.namespace, sandbox_id.name)
    except NotFoundError:
        return None


async def delete_service_of(connection: Connection, sandbox_id: SandboxId) -> None:
    """Deletes the Service in front of a sandbox, if there is one and it may be deleted."""
    # Without the right to delete Services the Pod is gone all the same, and most sandboxes have none.
    with suppress(NotFoundError, ForbiddenError):
        await delete_service(connection, sandbox_id.namespace, service_name(sandbox_id.name))


def _replaced(sandbox_id: SandboxId) -> SandboxGoneError:
    return SandboxGoneError(f"Sandbox {sandbox_id} was replaced by another Pod of its name, which is left alone.")


async def _until_gone(access: ClusterAccess, connection: Connection, pod: Pod, timeout: int) -> None:
    """Waits until the Pod is not there any more, by watch where that is allowed."""
    sightings: asyncio.Queue[Sighting] = asyncio.Queue()
    following = asyncio.create_task(follow_pod(connection, pod, access.watch_denied, sightings))
    try:
        async with asyncio.timeout(timeout / 1000):
            while True:
                sighting = await sightings.get()
                if isinstance(sighting, SandboxError):
                    raise sighting
                if sighting is None or sighting.metadata.uid != pod.metadata.uid:
                    return
    except TimeoutError:
        raise DestroyTimeoutError(
            f"Sandbox {pod.metadata.namespace}/{pod.metadata.name} was deleted, but is still there after"
            f" {timeout / 1000:g} s.",
            hint="Its node may not answer, or a finalizer may hold it: look at the Pod with kubectl.",
        ) from None
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
