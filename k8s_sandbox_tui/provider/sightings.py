"""One Pod as it changes: by a watch, by looking again and again where `watch` is refused."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import (
    ApiError,
    AuthenticationError,
    ForbiddenError,
    NotFoundError,
    SandboxError,
    TransportError,
)
from k8s_sandbox_tui.provider.paths import pods_path
from k8s_sandbox_tui.provider.pods import get_pod
from k8s_sandbox_tui.provider.wire import Pod, UnreadableAnswerError, WatchError, watch_events

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.connection.connection import Connection

FIRST_LOOK_SECONDS = 0.1
LONGEST_LOOK_SECONDS = 1.0
WATCH_SECONDS = 120

Sighting = Pod | SandboxError | None
"""A Pod as it is now; None: it is gone; an error: it cannot be looked at any more."""


async def follow_pod(
    connection: Connection,
    pod: Pod,
    watch_denied: set[str],
    sightings: asyncio.Queue[Sighting],
    *,
    longest_look: float = LONGEST_LOOK_SECONDS,
) -> None:
    """Puts every change of the Pod into the queue, until it is gone or cannot be looked at.

    Failures that may pass (a lost connection, a busy server) are waited out: the caller has the deadline.

    Args:
        connection: To the Pod's cluster.
        pod: The Pod, as last seen.
        watch_denied: Namespaces where `watch` is known to be refused; one that is found out is added.
        sightings: Where to put them.
        longest_look: Seconds between two looks at the longest, where there is no watch.
    """
    try:
        await _follow(connection, pod, watch_denied, sightings, longest_look)
    except SandboxError as error:
        sightings.put_nowait(error)


async def _follow(
    connection: Connection,
    pod: Pod,
    watch_denied: set[str],
    sightings: asyncio.Queue[Sighting],
    longest_look: float,
) -> None:
    namespace, name = pod.metadata.namespace, pod.metadata.name
    version = pod.metadata.resource_version
    pause = FIRST_LOOK_SECONDS
    while True:
        began = time.monotonic()
        try:
            if namespace not in watch_denied and await _watch(connection, pod, version, sightings):
                return
        except ForbiddenError:
            if not connection.absence.is_recent:
                watch_denied.add(namespace)
        except SandboxError as error:
            _raise_unless_it_passes(error, connection)
        if time.monotonic() - began > longest_look:
            pause = FIRST_LOOK_SECONDS  # the watch worked for a while
        await asyncio.sleep(pause * (0.8 + 0.4 * random.random()))  # noqa: S311 - spreads load
        pause = min(pause * 1.5, longest_look)
        try:
            seen = await get_pod(connection, namespace, name)
        except NotFoundError:
            sightings.put_nowait(None)
            return
        except SandboxError as error:
            _raise_unless_it_passes(error, connection)
            continue
        version = seen.metadata.resource_version
        sightings.put_nowait(seen)


async def _watch(connection: Connection, pod: Pod, version: str, sightings: asyncio.Queue[Sighting]) -> bool:
    """One watch from this version on. True: the Pod is gone; False: the watch has ended."""
    params = [
        ("fieldSelector", f"metadata.name={pod.metadata.name}"),
        ("watch", "1"),
        ("resourceVersion", version),
        ("timeoutSeconds", str(WATCH_SECONDS)),
    ]
    path = pods_path(pod.metadata.namespace)
    async with connection.stream(path, params=params, idle_timeout=WATCH_SECONDS + 10) as batches:
        async for lines in batches:
            try:
                for event in watch_events(lines):
                    if isinstance(event, WatchError):
                        return False
                    if event is None or event.type == "BOOKMARK":
                        continue
                    if event.type == "DELETED":
                        sightings.put_nowait(None)
                        return True
                    sightings.put_nowait(event.object)
            except UnreadableAnswerError:
                return False
    return False


def _raise_unless_it_passes(error: SandboxError, connection: Connection) -> None:
    """Raises the error again unless the same look may succeed later."""
    if isinstance(error, ApiError) and (error.status == 410 or error.retryable):
        return
    if isinstance(error, TransportError) and error.retryable:
        return
    # A server that has just started may know neither roles nor accounts.
    if isinstance(error, ForbiddenError | AuthenticationError) and connection.absence.is_recent:
        return
    raise error
