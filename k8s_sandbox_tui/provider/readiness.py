"""Waits until a new sandbox runs, and knows when waiting is no use."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import CreateError, CreateTimeoutError, SandboxError
from k8s_sandbox_tui.provider.models import CreateStage, SandboxStatus
from k8s_sandbox_tui.provider.pods import pod_events
from k8s_sandbox_tui.provider.sightings import Sighting, follow_pod
from k8s_sandbox_tui.provider.start_failure import SCALE_UP_EVENTS, family, hint_for, verdict
from k8s_sandbox_tui.provider.status import PodView, view_pod

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.provider.connection.connection import Connection
    from k8s_sandbox_tui.provider.wire import Event, Pod

EVENTS_SECONDS = 3.0
PEEK_SECONDS = 1.0
"""How often events are asked for while the kubelet creates the container, by callers that show progress."""


class StartWait:
    """The wait for one sandbox: what has been seen of it, and since when."""

    def __init__(
        self,
        connection: Connection,
        pod: Pod,
        *,
        deadline: float,
        watch_denied: set[str],
        report: Callable[[CreateStage, str], None] | None,
    ) -> None:
        """Nothing is asked before `run`.

        Args:
            connection: To the Pod's cluster.
            pod: The Pod as it was created.
            deadline: On the monotonic clock.
            watch_denied: Namespaces where `watch` is known to be refused.
            report: Called with each new stage, and what Kubernetes says with it.
        """
        self._connection = connection
        self._pod = pod
        self._view = view_pod(pod)
        self._deadline = deadline
        self._watch_denied = watch_denied
        self._report = report
        self._family: str = family(self._view)
        self._since = time.monotonic()
        self._peeked = self._since
        self._scaling_up = False
        self._may_read_events = True

    async def run(self) -> Pod:
        """The Pod, once its container runs.

        Raises:
            CreateError: It cannot start; with the reason and the Pod's events.
            CreateTimeoutError: It does not run at the deadline.
            SandboxError: It cannot be looked at any more.
        """
        sightings: asyncio.Queue[Sighting] = asyncio.Queue()
        following = asyncio.create_task(follow_pod(self._connection, self._pod, self._watch_denied, sightings))
        try:
            while True:
                if self._view.status is SandboxStatus.RUNNING:
                    return self._pod
                wake = await self._judge()
                try:
                    async with asyncio.timeout_at(self._loop_time(wake)):
                        sighting = await sightings.get()
                except TimeoutError:
                    continue
                await self._see(sighting)
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    async def _see(self, sighting: Sighting) -> None:
        if isinstance(sighting, SandboxError):
            raise sighting
        if sighting is None or sighting.metadata.uid != self._pod.metadata.uid:
            raise CreateError(
                f"Sandbox {self._id} was deleted while it started.", reason="Deleted", events=await self._events()
            )
        self._pod, self._view = sighting, view_pod(sighting)
        now_family = family(self._view)
        if now_family != self._family:
            self._family, self._since = now_family, time.monotonic()
        if self._report is not None:
            self._report(stage_of(self._pod, self._view), self._view.message or self._view.reason)

    async def _judge(self) -> float:
        """When to look up from waiting next, on the monotonic clock; raises when waiting is no use."""
        now = time.monotonic()
        found = verdict(self._view)
        wake = self._deadline
        if found is not None and not self._may_get_a_node:
            ends = self._since + found.grace
            if now >= ends:
                await self._give_up()
            else:
                wake = min(wake, ends)
        if now >= self._deadline:
            view = self._view
            state = f"{view.status}, {view.reason}" if view.reason else str(view.status)
            events = await self._events()
            raise CreateTimeoutError(
                f"Sandbox {self._id} did not run in time: it is {state}{f' ({view.message})' if view.message else ''}.",
                reason=view.reason,
                events=events,
                hint=hint_for(view.reason, view.message, *events)
                or "Give it more time, or look at the cluster's nodes.",
            )
        if self._report is not None and self._view.reason == "ContainerCreating" and self._may_read_events:
            if now - self._peeked >= PEEK_SECONDS:
                self._peeked = now
                await self._peek()
            wake = min(wake, self._peeked + PEEK_SECONDS)
        return wake

    async def _give_up(self) -> None:
        view = self._view
        events = await self._events()
        if self._may_get_a_node:
            return
        raise CreateError(
            f"Sandbox {self._id} cannot start: {view.reason or view.status}"
            + (f": {view.message}" if view.message else "")
            + ("" if view.exit_code is None else f" (exit code {view.exit_code})")
            + ".",
            reason=view.reason,
            events=events,
            hint=hint_for(view.reason, view.message, *events),
        )

    async def _peek(self) -> None:
        """Tells pulling from starting, which only events do."""
        events = await self._read_events()
        pulling = next((event for event in reversed(events) if event.reason in {"Pulling", "Pulled"}), None)
        if pulling is not None and self._report is not None:
            stage = CreateStage.PULLING if pulling.reason == "Pulling" else CreateStage.STARTING
            self._report(stage, pulling.message or "")

    async def _events(self) -> list[str]:
        return [f"{event.reason}: {event.message}" for event in await self._read_events()]

    async def _read_events(self) -> list[Event]:
        """The Pod's events; none where they may not be read: they explain, nothing depends on them."""
        if not self._may_read_events:
            return []
        metadata = self._pod.metadata
        try:
            events = await pod_events(
                self._connection, metadata.namespace, metadata.name, metadata.uid, timeout=EVENTS_SECONDS
            )
        except SandboxError:
            self._may_read_events = False
            return []
        self._scaling_up = any(event.reason in SCALE_UP_EVENTS for event in events)
        return events

    @property
    def _may_get_a_node(self) -> bool:
        """Whether a node may be on its way: an autoscaler says so, or nobody may tell (ComputeSDK's own rights)."""
        return self._view.reason == "Unschedulable" and (self._scaling_up or not self._may_read_events)

    @property
    def _id(self) -> str:
        return f"{self._pod.metadata.namespace}/{self._pod.metadata.name}"

    @staticmethod
    def _loop_time(moment: float) -> float:
        return asyncio.get_running_loop().time() + max(moment - time.monotonic(), 0.0)


def stage_of(pod: Pod, view: PodView) -> CreateStage:
    """How far a Pod has come."""
    if view.status is SandboxStatus.RUNNING:
        return CreateStage.RUNNING
    if not pod.spec.node_name:
        return CreateStage.ACCEPTED
    if "Image" in view.reason:
        return CreateStage.PULLING
    if view.reason in {"ContainerCreating", "PodInitializing", ""} and not pod.status.container_statuses:
        return CreateStage.SCHEDULED
    return CreateStage.STARTING
