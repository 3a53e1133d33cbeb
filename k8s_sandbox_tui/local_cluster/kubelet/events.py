"""Events of Pods, in the two forms in which scheduler and kubelet report them."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.objects.cluster import Event, EventSource, ObjectReference
from k8s_sandbox_tui.local_cluster.objects.meta import (
    ObjectMeta,
    micro_timestamp,
    now,
    parse_timestamp,
    timestamp,
)

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod
    from k8s_sandbox_tui.local_cluster.store.collection import Collection

EventType = Literal["Normal", "Warning"]

# `--event-ttl` of the API server.
_TTL = timedelta(hours=1)


class EventRecorder:
    """Writes events; the same one again raises its count."""

    def __init__(self, events: Collection[Event], node: str) -> None:
        self._events = events
        self._node = node
        self._last_stamp = 0
        self._names: dict[tuple[str, str, str, str], str] = {}

    def scheduler(self, pod: Pod, reason: str, message: str, *, action: str, kind: EventType = "Normal") -> None:
        """An event of the scheduler."""
        moment = now()
        self._events.create(
            Event(
                metadata=self._metadata(pod),
                involved_object=_reference(pod),
                reason=reason,
                message=message,
                type=kind,
                event_time=micro_timestamp(moment),
                action=action,
                reporting_component="default-scheduler",
                reporting_instance=f"default-scheduler-{self._node}",
            )
        )

    def kubelet(self, pod: Pod, reason: str, message: str, *, part: str = "", kind: EventType = "Normal") -> None:
        """An event of the kubelet, about a part of the Pod where one is named: `spec.containers{name}`."""
        stamp = timestamp(now())
        key = (pod.metadata.uid, part, reason, message)
        known = self._events.find(pod.metadata.namespace, self._names.get(key, ""))
        if known is not None:
            self._events.update(replace(known.object, last_timestamp=stamp, count=known.object.count + 1))
            return
        event = Event(
            metadata=self._metadata(pod),
            involved_object=_reference(pod, part),
            reason=reason,
            message=message,
            source=EventSource(component="kubelet", host=self._node),
            first_timestamp=stamp,
            last_timestamp=stamp,
            count=1,
            type=kind,
            reporting_component="kubelet",
            reporting_instance=self._node,
        )
        self._events.create(event)
        self._names[key] = event.metadata.name

    def expire(self) -> None:
        """Removes events that are older than an hour."""
        oldest = now() - _TTL
        for entry in list(self._events.snapshot()):
            stamp = entry.object.last_timestamp or entry.object.event_time
            if stamp is None or parse_timestamp(stamp) < oldest:
                self._events.delete(*entry.key)
        left = {entry.key[1] for entry in self._events.snapshot()}
        self._names = {key: name for key, name in self._names.items() if name in left}

    def _metadata(self, pod: Pod) -> ObjectMeta:
        # The name ends in the time, as client-go builds it; it must not repeat.
        self._last_stamp = max(time.time_ns(), self._last_stamp + 1)
        return ObjectMeta(
            name=f"{pod.metadata.name}.{self._last_stamp:x}",
            namespace=pod.metadata.namespace,
            uid=str(uuid4()),
            creation_timestamp=timestamp(now()),
        )


def _reference(pod: Pod, field_path: str = "") -> ObjectReference:
    return ObjectReference(
        kind="Pod",
        namespace=pod.metadata.namespace,
        name=pod.metadata.name,
        uid=pod.metadata.uid,
        api_version="v1",
        resource_version=pod.metadata.resource_version,
        field_path=field_path,
    )
