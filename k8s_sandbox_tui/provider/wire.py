"""The fields of Kubernetes objects that are used, decoded straight from an answer's bytes (core/v1).

Everything may be missing or null, as Go's encoder and other writers leave it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from k8s_sandbox_tui.provider.connection.lines import Lines


class Metadata(msgspec.Struct, rename="camel", gc=False):
    """`metadata` of any object."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class Running(msgspec.Struct, rename="camel", gc=False):
    """`containerStatuses[].state.running`."""

    started_at: datetime | None = None


class Waiting(msgspec.Struct, rename="camel", gc=False):
    """`containerStatuses[].state.waiting`."""

    reason: str | None = None
    message: str | None = None


class Terminated(msgspec.Struct, rename="camel", gc=False):
    """`containerStatuses[].state.terminated`."""

    exit_code: int = 0
    signal: int | None = None
    reason: str | None = None
    message: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


class ContainerState(msgspec.Struct, rename="camel", gc=False):
    """One of its fields is set, or none while nothing is known."""

    running: Running | None = None
    waiting: Waiting | None = None
    terminated: Terminated | None = None


class ContainerStatus(msgspec.Struct, rename="camel", gc=False):
    """One of `status.containerStatuses`."""

    name: str = ""
    state: ContainerState | None = None
    restart_count: int | None = None
    started: bool | None = None


class Condition(msgspec.Struct, rename="camel", gc=False):
    """One of `status.conditions`."""

    type: str = ""
    status: str = ""
    reason: str | None = None
    message: str | None = None


class PodStatus(msgspec.Struct, rename="camel", gc=False):
    """`status` of a Pod."""

    phase: str | None = None
    reason: str | None = None
    message: str | None = None
    pod_ip: str | None = msgspec.field(default=None, name="podIP")
    start_time: datetime | None = None
    conditions: msgspec.Raw = msgspec.Raw()
    """Undecoded: most of what a Pod holds, and little asked for; see `conditions_of`."""
    container_statuses: list[ContainerStatus] | None = None
    init_container_statuses: list[ContainerStatus] | None = None


class Container(msgspec.Struct, rename="camel", gc=False):
    """One of `spec.containers` or `spec.initContainers`."""

    name: str = ""
    image: str | None = None
    restart_policy: str | None = None
    resources: msgspec.Raw = msgspec.Raw()
    """Undecoded: few Pods differ in it, see `resources_of`."""
    ports: msgspec.Raw = msgspec.Raw()


class PodSpec(msgspec.Struct, rename="camel", gc=False):
    """`spec` of a Pod."""

    node_name: str | None = None
    active_deadline_seconds: int | None = None
    containers: list[Container] | None = None
    init_containers: list[Container] | None = None


class Pod(msgspec.Struct, rename="camel", gc=False):
    """A Pod."""

    metadata: Metadata = msgspec.field(default_factory=Metadata)
    spec: PodSpec = msgspec.field(default_factory=PodSpec)
    status: PodStatus = msgspec.field(default_factory=PodStatus)


class ListMetadata(msgspec.Struct, rename="camel", gc=False):
    """`metadata` of a list."""

    resource_version: str = ""
    continue_: str | None = msgspec.field(default=None, name="continue")


class PodList(msgspec.Struct, gc=False):
    """A page of Pods."""

    metadata: ListMetadata = msgspec.field(default_factory=ListMetadata)
    items: list[Pod] | None = None


class _RawPodList(msgspec.Struct):
    metadata: ListMetadata = msgspec.field(default_factory=ListMetadata)
    items: list[msgspec.Raw] | None = None


class Status(msgspec.Struct, gc=False):
    """The object of a watch's ERROR event."""

    code: int = 0
    reason: str | None = None
    message: str | None = None


class PodEvent(msgspec.Struct, gc=False):
    """One line of a watch, but for errors: a Status without details would pass for a Pod."""

    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]
    object: Pod


class _RawEvent(msgspec.Struct):
    type: str
    object: msgspec.Raw


class WatchError(msgspec.Struct, gc=False):
    """An ERROR event."""

    status: Status


class Involved(msgspec.Struct, gc=False):
    """What an event is about."""

    uid: str | None = None


class Event(msgspec.Struct, rename="camel", gc=False):
    """Something that happened to an object."""

    metadata: Metadata = msgspec.field(default_factory=Metadata)
    involved_object: Involved = msgspec.field(default_factory=Involved)
    type: str | None = None
    reason: str | None = None
    message: str | None = None
    event_time: datetime | None = None
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    count: int | None = None


class EventList(msgspec.Struct, gc=False):
    """Events."""

    items: list[Event] | None = None


_CONDITIONS = msgspec.json.Decoder(list[Condition] | None)
_POD = msgspec.json.Decoder(Pod)
_POD_LIST = msgspec.json.Decoder(PodList)
_RAW_POD_LIST = msgspec.json.Decoder(_RawPodList)
_POD_EVENT = msgspec.json.Decoder(PodEvent)
_RAW_EVENT = msgspec.json.Decoder(_RawEvent)
_STATUS = msgspec.json.Decoder(Status)
_EVENT_LIST = msgspec.json.Decoder(EventList)


class UnreadableAnswerError(ValueError):
    """Bytes that are not the object that was asked for."""


def decode_pod(body: bytes) -> Pod:
    """One Pod.

    Raises:
        UnreadableAnswerError: It is not one.
    """
    return _decode(_POD, body)


def decode_pod_list(body: bytes) -> PodList:
    """A page of Pods; one that does not fit the schema is left out, so that it cannot hide the others.

    Raises:
        UnreadableAnswerError: It is not a list.
    """
    try:
        return _POD_LIST.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raw = _decode(_RAW_POD_LIST, body)
    pods: list[Pod] = []
    for item in raw.items or ():
        try:
            pods.append(_POD.decode(item))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return PodList(metadata=raw.metadata, items=pods)


def decode_event(line: bytes) -> PodEvent | WatchError | None:
    """One line of a watch; None for a Pod that does not fit the schema.

    Raises:
        UnreadableAnswerError: It is not an event.
    """
    try:
        return _POD_EVENT.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raw = _decode(_RAW_EVENT, line)
    if raw.type != "ERROR":
        return None
    try:
        return WatchError(_STATUS.decode(raw.object))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return WatchError(Status())


def conditions_of(raw: bytes) -> list[Condition]:
    """A Pod's conditions; none where they are not there, or do not fit the schema: they only explain."""
    try:
        return _CONDITIONS.decode(raw) or [] if raw else []
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def watch_events(lines: Lines) -> Iterable[PodEvent | WatchError | None]:
    """The events of whole lines of a watch, see `decode_event`; they are decoded in one go where all of them can be.

    Raises:
        UnreadableAnswerError: While iterating, after all before it: what is next is not an event.
    """
    try:
        return _POD_EVENT.decode_lines(lines)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _one_by_one(bytes(lines))


def _one_by_one(lines: bytes) -> Iterator[PodEvent | WatchError | None]:
    for line in lines.split(b"\n"):
        if line:
            yield decode_event(line)


def decode_events(body: bytes) -> list[Event]:
    """Events, as they come.

    Raises:
        UnreadableAnswerError: It is not a list of them.
    """
    return _decode(_EVENT_LIST, body).items or []


_Decoded = TypeVar("_Decoded")


def _decode(decoder: msgspec.json.Decoder[_Decoded], body: bytes) -> _Decoded:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        why = "it is a web page, perhaps of a login or a proxy" if body.lstrip().startswith(b"<") else error
        raise UnreadableAnswerError(f"The API server's answer cannot be read: {why}.") from error
