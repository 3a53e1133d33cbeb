"""The requests for Pods and what belongs to them, each as one function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.provider.errors import TransportError
from k8s_sandbox_tui.provider.labels import MANAGED_SELECTOR
from k8s_sandbox_tui.provider.paths import events_path, pod_path, pods_path, service_path
from k8s_sandbox_tui.provider.wire import (
    Event,
    Pod,
    PodList,
    UnreadableAnswerError,
    decode_events,
    decode_pod,
    decode_pod_list,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from k8s_sandbox_tui.provider.connection.connection import Connection

PAGE_SIZE = 500
"""Pods in a page: large enough for speed, small enough that decoding one does not hold keys up."""

LARGEST_PAGE = 5000


async def get_pod(connection: Connection, namespace: str, name: str) -> Pod:
    """One Pod.

    Raises:
        NotFoundError: There is none of that name.
    """
    return readable_pod(await get_pod_body(connection, namespace, name))


async def get_pod_body(connection: Connection, namespace: str, name: str) -> bytes:
    """One Pod with all its fields, as JSON.

    Raises:
        NotFoundError: There is none of that name.
    """
    return await connection.request("GET", pod_path(namespace, name))


async def create_pod(connection: Connection, namespace: str, manifest: dict[str, object], *, timeout: float) -> Pod:
    """Sends a Pod; sent once unless it certainly did nothing (see `retry_delay`).

    Args:
        connection: To the cluster.
        namespace: Where.
        manifest: The Pod.
        timeout: Seconds for the answer.

    Raises:
        ApiError: It is refused: ConflictError where the name is taken.
        TransportError: No answer; `sent` says whether it may have been created.
    """
    body = await connection.request("POST", pods_path(namespace), body=msgspec.json.encode(manifest), timeout=timeout)
    return readable_pod(body)


async def delete_pod(
    connection: Connection, namespace: str, name: str, *, uid: str, resource_version: str = ""
) -> None:
    """Deletes the Pod with this uid and no other, within its own grace period.

    Args:
        connection: To the Pod's cluster.
        namespace: Where.
        name: The Pod's.
        uid: The Pod's.
        resource_version: Only as long as the Pod is as it was at this version; empty: however it is.

    Raises:
        NotFoundError: There is none of that name.
        ConflictError: It has another uid or version.
    """
    preconditions = {"uid": uid} | ({"resourceVersion": resource_version} if resource_version else {})
    options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": preconditions}
    await connection.request("DELETE", pod_path(namespace, name), body=msgspec.json.encode(options))


async def patch_pod(connection: Connection, namespace: str, name: str, metadata: dict[str, object]) -> Pod:
    """Changes a Pod's metadata: a JSON merge patch (RFC 7386), in which null removes a field.

    Raises:
        NotFoundError: There is none of that name.
        ConflictError: The patch names a resourceVersion, and the Pod has another one.
        InvalidObjectError: The patch names a uid, and the Pod has another one; or a value is refused.
        ForbiddenError: Changing Pods here is not allowed.
    """
    body = await connection.request(
        "PATCH",
        pod_path(namespace, name),
        body=msgspec.json.encode({"metadata": metadata}),
        content_type="application/merge-patch+json",
    )
    return readable_pod(body)


async def delete_service(connection: Connection, namespace: str, name: str) -> None:
    """Deletes a Service.

    Raises:
        NotFoundError: There is none of that name.
    """
    await connection.request("DELETE", service_path(namespace, name))


async def pod_pages(
    connection: Connection,
    namespace: str,
    *,
    label_selector: str = MANAGED_SELECTOR,
    field_selector: str = "",
    page_size: int = PAGE_SIZE,
) -> AsyncGenerator[PodList]:
    """The managed Pods of a namespace, of all namespaces when it is empty, in pages.

    Raises:
        ApiError: Refused; status 410 when the list changed too much between two pages.
    """
    resume = ""
    while True:
        params = [("labelSelector", label_selector), ("limit", str(page_size))]
        if field_selector:
            params.append(("fieldSelector", field_selector))
        if resume:
            params.append(("continue", resume))
        body = await connection.request("GET", pods_path(namespace), params=params)
        try:
            page = decode_pod_list(body)
        except UnreadableAnswerError as error:
            raise _no_answer(error) from error
        yield page
        resume = page.metadata.continue_ or ""
        if not resume:
            return


async def pod_events(connection: Connection, namespace: str, name: str, uid: str, *, timeout: float) -> list[Event]:
    """What happened to a Pod, oldest first.

    Raises:
        ForbiddenError: Events may not be listed, as with the smallest Role that ComputeSDK asks for.
    """
    params = [("fieldSelector", f"involvedObject.name={name}"), ("limit", str(PAGE_SIZE))]
    body = await connection.request("GET", events_path(namespace), params=params, timeout=timeout)
    try:
        events = decode_events(body)
    except UnreadableAnswerError as error:
        raise _no_answer(error) from error
    # A Pod of the same name may have gone before: its events stay for an hour.
    return sorted((event for event in events if event.involved_object.uid == uid), key=_first_seen)


def readable_pod(body: bytes) -> Pod:
    """The Pod in an answer.

    Raises:
        TransportError: It is none; something else than an API server has answered.
    """
    try:
        return decode_pod(body)
    except UnreadableAnswerError as error:
        raise _no_answer(error) from error


def _no_answer(error: UnreadableAnswerError) -> TransportError:
    hint = "Check the server of the kubeconfig's cluster, and the proxies on the way to it."
    return TransportError(str(error), sent=True, hint=hint)


def _first_seen(event: Event) -> tuple[int, str]:
    """Whole seconds, as kubelets write them; events of one second are told apart by their names, which count up."""
    metadata = event.metadata
    moment = event.first_timestamp or event.event_time or metadata.creation_timestamp or event.last_timestamp
    return int(moment.timestamp()) if moment is not None else 0, metadata.name
