"""What events tell of each state in the life of a Pod: type, reason, message, who says it, of which part, how often.

The rows of a Pod's start and end and of images that cannot be pulled are those of the recording; see also
`test_api_conformance.py`. The others are in the kubelet's own words, from its source.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from k8s_sandbox_tui.local_cluster.kubelet import backoff, image_pull
from k8s_sandbox_tui.local_cluster.objects.defaults import default_pod
from k8s_sandbox_tui.local_cluster.objects.meta import now
from k8s_sandbox_tui.local_cluster.objects.pod import Pod
from k8s_sandbox_tui.local_cluster.runtime.types import StartError
from tests.unit.local_cluster.test_kubelet import Node

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from k8s_sandbox_tui.local_cluster.objects.cluster import Event
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject

_C = "spec.containers{c}"


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event; `message` is a pattern where it has to be."""

    reason: str
    message: str | re.Pattern[str]
    part: str = _C
    bad: bool = False
    component: str = "kubelet"
    count: int = 1


def _scheduled() -> Told:
    message = "Successfully assigned default/p to local-node"
    return Told(reason="Scheduled", message=message, part="", component="default-scheduler")


_PULLED = Told(reason="Pulled", message='Container image "python:3" already present on machine')
_CREATED = Told(reason="Created", message="Created container: c")
_STARTED = Told(reason="Started", message="Started container c")
_KILLING = Told(reason="Killing", message="Stopping container c")
_BEGUN = [_scheduled(), _PULLED, _CREATED, _STARTED]
_LATE = "Pod was active on the node longer than the specified deadline"
_NO_IMAGE = re.compile(r'failed to pull and unpack image "nosuch\.invalid/image:1": .+')


@dataclass(frozen=True, kw_only=True)
class Row:
    """A state: how a Pod gets there, and its events in their order."""

    name: str
    told: list[Told]
    reach: Callable[[Node], Awaitable[object]]
    container: JsonObject = field(default_factory=dict)
    spec: JsonObject = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)


async def _deleted(node: Node) -> None:
    await node.shown("Running")
    node.delete(grace=3)
    await node.gone()


async def _refused_start(node: Node) -> None:
    node.runtime.failure = StartError('exec: "/no": stat /no: no such file or directory')
    node.runtime.may_start.set()
    await node.shown("StartError")


async def _ended_twice(node: Node) -> None:
    for count in (1, 2):
        (await node.runtime.started(count)).end(1)
    await node.shown("CrashLoopBackOff")


def _shown(status: str) -> Callable[[Node], Awaitable[object]]:
    return lambda node: node.shown(status)


def _unschedulable(node: Node) -> Awaitable[object]:
    return node.until(lambda pod: bool(pod.status.conditions))


def _failed(node: Node) -> Awaitable[object]:
    return node.until(lambda pod: pod.status.phase == "Failed")


def _told_of_mount(node: Node) -> Awaitable[object]:
    return node.until(lambda _: "FailedMount" in node.events())


ROWS = [
    Row(name="running, then deleted", reach=_deleted, told=[*_BEGUN, _KILLING]),
    Row(
        name="no room",
        reach=_unschedulable,
        container={"resources": {"requests": {"cpu": "9000"}}},
        told=[
            Told(
                reason="FailedScheduling",
                message="0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: "
                "1 No preemption victims found for incoming pod.",
                part="",
                bad=True,
                component="default-scheduler",
            )
        ],
    ),
    Row(
        name="no such node",
        reach=_unschedulable,
        spec={"nodeSelector": {"no": "node"}},
        told=[
            Told(
                reason="FailedScheduling",
                message="0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: "
                "0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
                part="",
                bad=True,
                component="default-scheduler",
            )
        ],
    ),
    Row(
        name="pulled each time",
        reach=_shown("Running"),
        container={"imagePullPolicy": "Always"},
        told=[
            _scheduled(),
            Told(reason="Pulling", message='Pulling image "python:3"'),
            Told(
                reason="Pulled",
                message=re.compile(
                    r'Successfully pulled image "python:3" in \d+m?s \(\d+m?s including waiting\)\. '
                    r"Image size: \d+ bytes\."
                ),
            ),
            _CREATED,
            _STARTED,
        ],
    ),
    Row(
        name="an image that cannot be pulled",
        reach=_shown("ImagePullBackOff"),
        container={"image": "nosuch.invalid/image:1"},
        told=[
            _scheduled(),
            Told(reason="Pulling", message='Pulling image "nosuch.invalid/image:1"'),
            Told(
                reason="Failed",
                message=re.compile(r'Failed to pull image "nosuch\.invalid/image:1": ' + _NO_IMAGE.pattern),
                bad=True,
            ),
            Told(reason="Failed", message="Error: ErrImagePull", bad=True),
            Told(reason="BackOff", message='Back-off pulling image "nosuch.invalid/image:1"'),
            Told(reason="Failed", message="Error: ImagePullBackOff", bad=True),
        ],
    ),
    Row(
        name="an image that may not be pulled",
        reach=_shown("ErrImageNeverPull"),
        container={"image": "nginx", "imagePullPolicy": "Never"},
        told=[
            _scheduled(),
            Told(
                reason="ErrImageNeverPull",
                message='Container image "nginx" is not present with pull policy of Never',
                bad=True,
            ),
            Told(reason="Failed", message="Error: ErrImageNeverPull", bad=True),
        ],
    ),
    Row(
        name="a name that is no image's",
        reach=_shown("InvalidImageName"),
        container={"image": "Python:3"},
        told=[
            _scheduled(),
            Told(
                reason="InspectFailed",
                message='Failed to apply default image tag "Python:3": couldn\'t parse image name "Python:3": '
                "invalid reference format: repository name (library/Python) must be lowercase",
                bad=True,
            ),
            Told(reason="Failed", message="Error: InvalidImageName", bad=True),
        ],
    ),
    Row(
        name="a command that is not there",
        reach=_refused_start,
        told=[
            _scheduled(),
            _PULLED,
            _CREATED,
            Told(reason="Failed", message='Error: exec: "/no": stat /no: no such file or directory', bad=True),
        ],
    ),
    Row(
        name="a variable that cannot be had",
        reach=_shown("CreateContainerConfigError"),
        container={"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]},
        told=[_scheduled(), _PULLED, Told(reason="Failed", message=re.compile(r"Error: .*\bs\b.*"), bad=True)],
    ),
    Row(
        name="a volume that cannot be mounted",
        reach=_told_of_mount,
        spec={"volumes": [{"name": "v", "configMap": {"name": "m"}}]},
        told=[
            _scheduled(),
            Told(
                reason="FailedMount",
                message=re.compile(r'MountVolume\.SetUp failed for volume "v" : .+'),
                part="",
                bad=True,
            ),
        ],
    ),
    Row(
        name="ending again and again",
        reach=_ended_twice,
        spec={"restartPolicy": "Always"},
        told=[
            _scheduled(),
            *(replace(told, count=2) for told in (_PULLED, _CREATED, _STARTED)),
            Told(
                reason="BackOff",
                message=re.compile(r"Back-off restarting failed container c in pod p_default\([0-9a-f-]{36}\)"),
                bad=True,
            ),
        ],
    ),
    Row(
        name="active for too long",
        reach=_failed,
        spec={"activeDeadlineSeconds": 1},
        told=[*_BEGUN, Told(reason="DeadlineExceeded", message=_LATE, part=""), _KILLING],
    ),
    Row(
        name="thrown out",
        reach=_failed,
        annotations={"local.computesdk.io/evict-after": "0"},
        told=[
            *_BEGUN,
            Told(reason="Evicted", message="The node was low on resource: memory. ", part="", bad=True),
            _KILLING,
        ],
    ),
    Row(
        name="a container that runs first",
        reach=_shown("Running"),
        spec={"initContainers": [{"name": "first", "image": "python:3"}]},
        told=[
            _scheduled(),
            Told(reason="Pulled", message=_PULLED.message, part="spec.initContainers{first}"),
            Told(reason="Created", message="Created container: first", part="spec.initContainers{first}"),
            Told(reason="Started", message="Started container first", part="spec.initContainers{first}"),
            _PULLED,
            _CREATED,
            _STARTED,
        ],
    ),
]


@pytest.fixture
async def node() -> AsyncGenerator[Node]:
    node = Node()
    yield node
    await node.kubelet.close()


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
async def test_events_of_a_state(node: Node, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_pull, "_PAUSE", 0.001)
    if row.reach is _refused_start:
        node.runtime.may_start.clear()
    container: JsonObject = {"name": "c", "image": "python:3", **row.container}
    spec: JsonObject = {"restartPolicy": "Never", "containers": [container], **row.spec}
    value: JsonObject = {"metadata": {"name": "p", "annotations": {**row.annotations}}, "spec": spec}
    pod = node.cluster.pods.create(default_pod(_pod(value), "default", now())).object
    node.kubelet.admit(pod)
    if "initContainers" in row.spec:
        (await node.runtime.started(1)).end(0)
    await row.reach(node)
    events = [entry.object for entry in node.cluster.events.snapshot()]
    assert [event.reason for event in events] == [told.reason for told in row.told]
    for event, told in zip(events, row.told, strict=True):
        _check(event, told, pod)


def _pod(value: JsonObject) -> Pod:
    # Through bytes, because parts of the model are kept as they are.
    return msgspec.json.decode(msgspec.json.encode(value), type=Pod)


def _check(event: Event, told: Told, pod: Pod) -> None:
    if isinstance(told.message, str):
        assert event.message == told.message
    else:
        assert told.message.fullmatch(event.message), event.message
    about = event.involved_object
    assert (event.type, about.field_path) == ("Warning" if told.bad else "Normal", told.part)
    assert (about.kind, about.api_version, about.namespace, about.name) == ("Pod", "v1", "default", "p")
    assert (about.uid, event.metadata.namespace) == (pod.metadata.uid, "default")
    assert about.resource_version
    assert re.fullmatch(r"p\.[0-9a-f]{16}", event.metadata.name)
    assert event.reporting_component == told.component
    if told.component == "kubelet":
        assert (event.source.component, event.source.host, event.reporting_instance) == (
            "kubelet",
            *2 * ("local-node",),
        )
        assert event.event_time is None
        assert event.first_timestamp
        assert event.last_timestamp
        assert event.count == told.count
    else:
        # The scheduler reports in the newer form: no source, no count, one moment with microseconds.
        assert (event.source.component, event.count, event.first_timestamp) == ("", 0, None)
        assert event.action == ("Binding" if told.reason == "Scheduled" else "Scheduling")
        assert event.event_time


async def test_the_same_event_again_is_counted(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.01)
    monkeypatch.setattr(image_pull, "_PAUSE", 0.001)
    node.create(container={"image": "nosuch.invalid/image:1"})

    def counts() -> dict[str, int]:
        return {entry.object.message: entry.object.count for entry in node.cluster.events.snapshot()}

    async with asyncio.timeout(60):
        while counts().get("Error: ErrImagePull", 0) < 3:
            await node.cluster.clock.changed()
    assert counts()['Pulling image "nosuch.invalid/image:1"'] == 3
    # Each stands there once, whatever its count.
    assert len(node.events()) == 6
