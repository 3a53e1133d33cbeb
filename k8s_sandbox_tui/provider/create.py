"""Makes a sandbox: sends its Pod once, waits until it runs, and leaves none behind that does not."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.provider.errors import (
    ApiError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    SandboxError,
    TransportError,
)
from k8s_sandbox_tui.provider.expiry import expiry_text
from k8s_sandbox_tui.provider.info import sandbox_info
from k8s_sandbox_tui.provider.labels import EXPIRES_ANNOTATION, NONCE_ANNOTATION
from k8s_sandbox_tui.provider.manifest import PodRequest, pod_manifest
from k8s_sandbox_tui.provider.models import CreateProgress, CreateStage
from k8s_sandbox_tui.provider.names import new_name
from k8s_sandbox_tui.provider.pods import create_pod, delete_pod, get_pod
from k8s_sandbox_tui.provider.readiness import StartWait
from k8s_sandbox_tui.provider.refused import explain_refusal, has_no_account_yet

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from k8s_sandbox_tui.provider.access import ClusterAccess
    from k8s_sandbox_tui.provider.connection.connection import Connection
    from k8s_sandbox_tui.provider.models import SandboxInfo
    from k8s_sandbox_tui.provider.wire import Pod

SUBMIT_ATTEMPTS = 5
SUBMIT_SECONDS = 60.0
ANSWER_SECONDS = 30.0
SHORTEST_SUBMIT_SECONDS = 10.0
"""Admission webhooks have as long unless they say otherwise (kubernetes.io: "Dynamic Admission Control")."""
CLEAN_UP_SECONDS = 10.0
LAST_WORD_SECONDS = 5.0
"""Of a request that nobody waits for any more: its answer says what to delete."""
LATE_SECONDS = (0.2, 0.8)
"""Between looks for the Pod of a request without an answer, which may still be on its way through the API server."""
_MAYBE_DONE = frozenset({500, 502, 503, 504})


class Progress:
    """Reports the stages of one create, each once and in order."""

    def __init__(self, on_progress: Callable[[CreateProgress], None] | None) -> None:
        self._on_progress = on_progress
        self._began = time.monotonic()
        self._last = -1
        self._detail: str = ""

    def report(self, sandbox_id: str, stage: CreateStage, detail: str) -> None:
        """Tells the caller of a stage that is new, or of a new detail of the present one."""
        rank = list(CreateStage).index(stage)
        if self._on_progress is None or rank < self._last or (rank == self._last and detail == self._detail):
            return
        self._last, self._detail = rank, detail
        elapsed = int((time.monotonic() - self._began) * 1000)
        self._on_progress(CreateProgress(stage=stage, sandbox_id=sandbox_id, elapsed_ms=elapsed, detail=detail))


async def create_sandbox(
    access: ClusterAccess,
    request: PodRequest,
    *,
    timeout: int,
    on_progress: Callable[[CreateProgress], None] | None = None,
) -> SandboxInfo:
    """Creates the Pod and waits until its container runs.

    Args:
        access: The cluster.
        request: The Pod; an empty name stands for one that is made from the configured prefix, an empty namespace
            for the configured one.
        timeout: Milliseconds to wait, from the moment that the Pod has been accepted; before that, the API server has
            as long for its answer, but 10 s at least.
        on_progress: Called with each stage.

    Raises:
        CreateError: The sandbox cannot start, or not in time; it has been deleted again.
        ConflictError: A Pod of the requested name exists.
        ApiError: The API server refuses the Pod.
        TransportError: The API server does not answer.
        SandboxError: The connection was closed meanwhile; the sandbox has been deleted again.
    """
    # A task of its own, so that closing the connection can end it in order while there still is one.
    creating = asyncio.create_task(_create(access, request, timeout=timeout, on_progress=on_progress))
    access.keep_create(creating)
    try:
        return await creating
    except asyncio.CancelledError:
        current = asyncio.current_task()
        if creating.cancelled() and (current is None or not current.cancelling()):
            raise SandboxError(
                "The connection was closed while the sandbox was created; it has been deleted again."
            ) from None
        raise


async def _create(
    access: ClusterAccess,
    request: PodRequest,
    *,
    timeout: int,
    on_progress: Callable[[CreateProgress], None] | None,
) -> SandboxInfo:
    connection = await access.open()
    if not request.namespace:
        request = msgspec.structs.replace(request, namespace=await access.namespace())
    if request.lifetime is not None:
        expires_at = expiry_text(await _server_time(connection) + request.lifetime)
        request = msgspec.structs.replace(request, annotations=request.annotations | {EXPIRES_ANNOTATION: expires_at})
    progress = Progress(on_progress)
    seconds = max(timeout / 1000, SHORTEST_SUBMIT_SECONDS)
    submission = Submission(connection, request, access.config.pod_name_prefix, seconds=seconds)
    # A task of its own: when the caller is cancelled, the answer to the request still says what to delete.
    submitting = asyncio.create_task(submission.submit())
    try:
        pod = await asyncio.shield(submitting)
        progress.report(submission.sandbox_id, CreateStage.ACCEPTED, "")
        wait = StartWait(
            connection,
            pod,
            deadline=time.monotonic() + timeout / 1000,
            watch_denied=access.watch_denied,
            report=None if on_progress is None else partial(progress.report, submission.sandbox_id),
        )
        return sandbox_info(await wait.run())
    except BaseException as error:
        cleaning = asyncio.create_task(_clean_up(submission, submitting, error))
        access.keep(cleaning)
        await asyncio.shield(cleaning)
        raise


async def _server_time(connection: Connection) -> datetime:
    """The API server's clock; asked for where no answer has told it, or not since this machine slept."""
    if not connection.clock.is_set:
        with suppress(ApiError):  # a refusal tells the time too
            await connection.request("GET", "/version")
    return connection.clock.now()


async def _clean_up(submission: Submission, submitting: asyncio.Task[Pod], cause: BaseException) -> None:
    """Deletes what was made; where that fails, the error that is on its way to the caller says so."""
    try:
        async with asyncio.timeout(CLEAN_UP_SECONDS):
            with suppress(SandboxError, TimeoutError):
                await asyncio.wait_for(submitting, LAST_WORD_SECONDS)
            await submission.undo()
    except (SandboxError, TimeoutError) as failure:
        if isinstance(cause, SandboxError):
            left = f"The sandbox {submission.sandbox_id} may have been left behind ({failure}): destroy it by that id."
            cause.hint = f"{cause.hint} {left}".strip()


class Submission:
    """The request that makes a Pod, answered or not."""

    def __init__(self, connection: Connection, request: PodRequest, prefix: str, *, seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds
        self._named = bool(request.name)
        self._prefix = prefix
        self._request = request if self._named else self._renamed(request)
        self._lost = False
        self.pod: Pod | None = None

    async def submit(self) -> Pod:
        """Creates the Pod, once, under a name that is free.

        The same name and nonce go out again after a lost answer: the name makes a second Pod impossible,
        and the nonce tells whether the one that is there is ours.

        Raises:
            ApiError: The API server refuses the Pod.
            TransportError: The API server does not answer.
        """
        began, attempt = time.monotonic(), 0
        while True:
            attempt += 1
            delay = 0.1 * 2**attempt
            passed = time.monotonic() - began
            last = attempt == SUBMIT_ATTEMPTS or passed > SUBMIT_SECONDS
            try:
                self.pod = await self._send(min(self._seconds - passed, ANSWER_SECONDS))
            except asyncio.CancelledError:
                self._lost = True
                raise
            except (TransportError, ApiError) as error:
                if not self._may_go_on(error) or last or time.monotonic() - began + delay >= self._seconds:
                    raise
                if isinstance(error, ConflictError) and error.reason == "AlreadyExists":
                    continue
            else:
                return self.pod
            await asyncio.sleep(delay)

    def _may_go_on(self, error: TransportError | ApiError) -> bool:
        """Whether the Pod may be sent again; chooses another name where one that was made is taken."""
        if isinstance(error, ConflictError):
            taken = error.reason == "AlreadyExists"
            if taken and not self._named:
                self._request, self._lost = self._renamed(self._request), False
            return not (taken and self._named)
        if isinstance(error, ForbiddenError):
            return has_no_account_yet(error)
        may_be_done = _may_be_done(error)
        self._lost = self._lost or may_be_done
        return may_be_done

    async def _send(self, timeout: float) -> Pod:
        request = self._request
        try:
            return await create_pod(self._connection, request.namespace, pod_manifest(request), timeout=timeout)
        except ConflictError as error:
            ours = await self._find() if self._lost and error.reason == "AlreadyExists" else None
            if ours is not None:
                return ours
            if self._named and error.reason == "AlreadyExists":
                error.hint = "Choose another name, or leave it out."
            raise
        except ApiError as error:
            explain_refusal(error, request.profile)
            raise

    async def _find(self) -> Pod | None:
        """The Pod that this submission made, if it did; None when there is none, or another one of its name."""
        try:
            pod = await get_pod(self._connection, self._request.namespace, self._request.name)
        except NotFoundError:
            return None
        nonce = (pod.metadata.annotations or {}).get(NONCE_ANNOTATION, "")
        return pod if nonce == self._request.nonce else None

    async def _find_late(self) -> Pod | None:
        """The same, for a request that the API server may only be about to carry out."""
        for delay in LATE_SECONDS:
            if (pod := await self._find()) is not None:
                return pod
            await asyncio.sleep(delay)
        return await self._find()

    async def undo(self) -> None:
        """Deletes what was made, if anything was.

        Raises:
            SandboxError: That failed.
        """
        pod = self.pod or (await self._find_late() if self._lost else None)
        if pod is None:
            return
        metadata = pod.metadata
        with suppress(NotFoundError, ConflictError):  # gone already, or replaced
            await delete_pod(self._connection, metadata.namespace, metadata.name, uid=metadata.uid)

    @property
    def sandbox_id(self) -> str:
        """The id that was or would have been."""
        return f"{self._request.namespace}/{self._request.name}"

    def _renamed(self, request: PodRequest) -> PodRequest:
        nonce = secrets.token_hex(16) if request.nonce else ""
        return msgspec.structs.replace(request, name=new_name(self._prefix), nonce=nonce)


def _may_be_done(error: SandboxError) -> bool:
    """Whether the request may have been carried out although it failed."""
    if isinstance(error, TransportError):
        return error.sent
    return isinstance(error, ApiError) and error.status in _MAYBE_DONE
