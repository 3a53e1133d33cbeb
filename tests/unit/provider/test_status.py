"""What a Pod's state means to a person: recorded Pods, the odd ones, and any JSON at all."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.info import sandbox_info
from k8s_sandbox_tui.provider.models import SandboxInfo, SandboxStatus
from k8s_sandbox_tui.provider.resources import Resources
from k8s_sandbox_tui.provider.rows import Rows
from k8s_sandbox_tui.provider.wire import (
    PodEvent,
    UnreadableAnswerError,
    WatchError,
    decode_event,
    decode_events,
    decode_pod,
    decode_pod_list,
    watch_events,
)
from tests.unit.provider.api_server import recordings

RECORDED = recordings()


def info(pod: object) -> SandboxInfo:
    return sandbox_info(decode_pod(msgspec.json.encode(pod)))


def pod(
    *, state: object = None, phase: str = "Running", node: str = "n", deleted: bool = False, **status: object
) -> dict[str, object]:
    metadata = {"name": "p", "namespace": "ns", "uid": "u", "resourceVersion": "1"}
    if deleted:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    statuses = [{"name": "sandbox", "state": state}] if state is not None else None
    return {
        "metadata": metadata,
        "spec": {"nodeName": node, "containers": [{"name": "sandbox", "image": "i"}]},
        "status": {"phase": phase, "containerStatuses": statuses, **status},
    }


RUNNING = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}


def waiting(reason: str) -> dict[str, object]:
    return {"waiting": {"reason": reason, "message": "m"}}


def conditions(reason: str, *, containers: str = "True") -> list[dict[str, str]]:
    """Of a Pod that is not ready; the node controller, other than the kubelet, says no reason."""
    explained = {"reason": reason} if reason else {}
    return [
        {"type": "Ready", "status": "False", **explained},
        {"type": "ContainersReady", "status": containers},
    ]


PREEMPTION = "PreemptionByScheduler"
PREEMPTED = [
    {"type": "DisruptionTarget", "status": "True", "reason": PREEMPTION, "message": "preempting to accommodate ..."}
]


def terminated(code: int, **more: object) -> dict[str, object]:
    return {"terminated": {"exitCode": code, **more}}


@pytest.mark.parametrize(
    ("name", "status", "reason", "exit_code"),
    [
        ("running", "running", "", None),
        ("image cannot be pulled", "starting", "ImagePullBackOff", None),
        ("exited 3", "failed", "Error", 3),
        ("exited 0", "stopped", "Completed", 0),
        ("unschedulable", "pending", "Unschedulable", None),
        ("deadline", "failed", "DeadlineExceeded", 137),
        ("no such command", "failed", "StartError", 128),
    ],
)
def test_recorded_pods(name: str, status: str, reason: str, exit_code: int | None) -> None:
    seen = info(RECORDED.pods[name])
    assert (seen.status, seen.reason, seen.exit_code) == (status, reason, exit_code)


def test_a_recorded_life() -> None:
    events = [decode_event(msgspec.json.encode(event)) for event in RECORDED.watch]
    story = [
        (event.type, sandbox_info(event.object).status.value)
        for event in events
        if isinstance(event, PodEvent) and event.type != "BOOKMARK"
    ]
    assert story == [
        ("ADDED", "pending"),
        ("MODIFIED", "starting"),
        ("MODIFIED", "running"),
        ("MODIFIED", "stopping"),
        ("MODIFIED", "stopping"),
        ("MODIFIED", "stopping"),
        ("DELETED", "stopping"),
    ]


@pytest.mark.parametrize(
    ("given_pod", "status", "reason"),
    [
        (pod(state=RUNNING), "running", ""),
        (pod(state=RUNNING, deleted=True), "stopping", "Terminating"),
        (pod(state=terminated(137), deleted=True, phase="Failed"), "stopping", "Terminating"),
        (pod(state=RUNNING, deleted=True, reason="NodeLost"), "unknown", "NodeLost"),
        (pod(state=RUNNING, conditions=[{"type": "Ready", "status": "Unknown"}]), "unknown", "NodeNotReady"),
        (pod(state=RUNNING, conditions=conditions("")), "unknown", "NodeNotReady"),
        (pod(state=RUNNING, conditions=conditions("ReadinessGatesNotReady")), "running", ""),
        (pod(state=RUNNING, conditions=conditions("ContainersNotReady", containers="False")), "running", ""),
        (pod(phase="Unknown"), "unknown", "Unknown"),
        # Phase alone does not say that a sandbox runs.
        (pod(state=terminated(0, reason="Completed")), "stopped", "Completed"),
        (pod(state=terminated(137, reason="OOMKilled")), "failed", "OOMKilled"),
        (pod(state=waiting("CrashLoopBackOff")), "starting", "CrashLoopBackOff"),
        (pod(), "starting", ""),
        (pod(state=terminated(1)), "failed", "ExitCode:1"),
        (pod(state=terminated(137, signal=9)), "failed", "Signal:9"),
        (pod(phase="Failed", reason="Evicted", message="no disk"), "failed", "Evicted"),
        (pod(phase="Failed", reason="DeadlineExceeded", state=RUNNING), "failed", "DeadlineExceeded"),
        (pod(phase="Failed"), "failed", "Failed"),
        (pod(phase="Succeeded"), "stopped", "Succeeded"),
        (pod(phase="Pending", state=waiting("ContainerCreating")), "starting", "ContainerCreating"),
        (pod(phase="Pending", state=waiting("InvalidImageName")), "failed", "InvalidImageName"),
        (pod(phase="Pending", state=waiting("ErrImageNeverPull")), "failed", "ErrImageNeverPull"),
        (pod(phase="Pending", state=waiting("CreateContainerConfigError")), "starting", "CreateContainerConfigError"),
        (pod(phase="Pending", node=""), "pending", ""),
        (
            pod(
                phase="Pending",
                node="",
                conditions=[{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}],
            ),
            "pending",
            "SchedulingGated",
        ),
        (
            pod(phase="Pending", initContainerStatuses=[{"name": "i", "state": waiting("ErrImagePull")}]),
            "starting",
            "Init:ErrImagePull",
        ),
        (
            pod(phase="Pending", initContainerStatuses=[{"name": "i", "state": terminated(2, reason="Error")}]),
            "starting",
            "Init:Error",
        ),
        (
            pod(phase="Pending", initContainerStatuses=[{"name": "i", "state": RUNNING}]),
            "starting",
            "Init:0/0",
        ),
        (
            pod(
                phase="Pending",
                state=waiting("PodInitializing"),
                initContainerStatuses=[{"name": "i", "state": terminated(0)}],
            ),
            "starting",
            "PodInitializing",
        ),
        (pod(phase="Failed", state=terminated(137, reason="Error"), conditions=PREEMPTED), "failed", PREEMPTION),
        (pod(phase="Succeeded", state=terminated(0, reason="Completed"), conditions=PREEMPTED), "stopped", PREEMPTION),
        (pod(phase="Failed", conditions=PREEMPTED), "failed", PREEMPTION),
        (pod(phase="Failed", reason="Evicted", conditions=PREEMPTED), "failed", "Evicted"),
        (pod(phase="Running", state=RUNNING, conditions=PREEMPTED), "running", ""),
        ({"metadata": {"name": "p"}}, "pending", ""),
        ({}, "pending", ""),
    ],
)
def test_states(given_pod: dict[str, object], status: str, reason: str) -> None:
    seen = info(given_pod)
    assert (seen.status, seen.reason) == (status, reason)


def test_who_is_put_off_its_node_is_told_why_while_it_ends() -> None:
    going = pod(phase="Running", state=RUNNING, conditions=PREEMPTED)
    going["metadata"] = {"name": "p", "deletionTimestamp": "2026-01-01T00:00:00Z"}
    seen = info(going)
    assert (seen.status, seen.reason) == (SandboxStatus.STOPPING, "Terminating")
    assert seen.message == f"{PREEMPTION}: preempting to accommodate ..."


def test_the_sandbox_container_counts_and_no_other() -> None:
    sidecar = {"name": "istio-proxy", "state": RUNNING}
    ended = {"name": "sandbox", "state": terminated(3, reason="Error"), "restartCount": 2}
    seen = info(pod() | {"status": {"phase": "Running", "containerStatuses": [sidecar, ended]}})
    assert (seen.status, seen.exit_code, seen.restarts) == (SandboxStatus.FAILED, 3, 2)


def test_a_row() -> None:
    seen = info(RECORDED.pods["running"])
    assert seen.id == "sandboxes/golden-a"
    assert seen.uid == "26a5592b-846e-4e57-af67-0eba2fdc1e87"
    assert seen.runtime == "python"
    assert seen.image == "python:3.11-slim"
    assert seen.node == "lab-node"
    assert seen.pod_ip == "10.88.0.72"
    assert seen.created_at == datetime(2026, 11, 23, 11, 18, 39, tzinfo=UTC)
    assert seen.started_at == datetime(2026, 11, 23, 11, 18, 39, tzinfo=UTC)
    assert seen.finished_at is None


def test_each_field_of_a_row_has_its_own_value() -> None:
    """They are given by position."""
    moments = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 7)]
    created, begun, started, finished, expires, _ = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments)
    labels = {"computesdk.io/runtime": "node"}
    annotations = {"computesdk.io/meta-owner": "ann", "computesdk.io/expires-at": expires}
    amounts = {"requests": {"cpu": "1"}, "limits": {"cpu": "2"}}
    container = {"name": "sandbox", "image": "image", "resources": amounts, "ports": [{"containerPort": 80}]}
    ended = terminated(3, reason="reason", message="message", startedAt=started, finishedAt=finished)
    given_pod = {
        "metadata": {
            "name": "name", "namespace": "namespace", "uid": "uid", "resourceVersion": "version",
            "creationTimestamp": created, "labels": labels, "annotations": annotations,
        },
        "spec": {"nodeName": "node", "activeDeadlineSeconds": 4 * 86_400, "containers": [container]},
        "status": {
            "phase": "Failed", "podIP": "ip", "startTime": begun,
            "containerStatuses": [{"name": "sandbox", "restartCount": 9, "state": ended}],
        },
    }  # fmt: skip
    assert info(given_pod) == SandboxInfo(
        name="name",
        namespace="namespace",
        uid="uid",
        resource_version="version",
        status=SandboxStatus.FAILED,
        reason="reason",
        message="message",
        phase="Failed",
        runtime="node",
        image="image",
        node="node",
        pod_ip="ip",
        created_at=moments[0],
        started_at=moments[2],
        finished_at=moments[3],
        restarts=9,
        exit_code=3,
        metadata={"owner": "ann"},
        labels=labels,
        annotations=annotations,
        resources=Resources({"cpu": "1"}, {"cpu": "2"}),
        ports=(80,),
        expires_at=moments[4],
        deadline_at=moments[5],
    )


def test_a_container_that_never_started_has_no_start() -> None:
    seen = info(RECORDED.pods["no such command"])
    assert seen.started_at is None
    assert seen.finished_at is not None
    assert "no such file or directory" in seen.message


def test_conditions_that_cannot_be_read_hide_no_pod() -> None:
    assert info(pod(state=RUNNING, conditions=["Unknown"])).status == "running"
    assert info(pod(phase="Pending", node="", conditions=7)).status == "pending"


def test_metadata_is_read_back_and_a_foreign_runtime_is_kept_as_it_is() -> None:
    odd = pod(state=RUNNING)
    odd["metadata"] = {
        "name": "p",
        "labels": {"computesdk.io/runtime": "deno"},
        "annotations": {"computesdk.io/meta-owner": "ann", "computesdk.io/meta-n": "7", "other": "x"},
    }
    seen = info(odd)
    assert seen.metadata == {"owner": "ann", "n": "7"}
    assert seen.runtime == "deno"


def test_one_odd_pod_does_not_hide_the_others() -> None:
    odd = pod(state=RUNNING, startTime=7)
    body = msgspec.json.encode(
        {"metadata": {"resourceVersion": "9", "continue": "c"}, "items": [odd, RECORDED.pods["running"]]}
    )
    page = decode_pod_list(body)
    assert [item.metadata.name for item in page.items or ()] == ["golden-a"]
    assert (page.metadata.resource_version, page.metadata.continue_) == ("9", "c")
    assert decode_event(msgspec.json.encode({"type": "ADDED", "object": odd})) is None


def test_an_expired_watch() -> None:
    event = decode_event(msgspec.json.encode(RECORDED.expired_watch))
    assert isinstance(event, WatchError)
    assert (event.status.code, event.status.reason) == (410, "Expired")
    for odd in (b"7", b"{}", b'{"kind":"Status","code":410}'):
        assert isinstance(decode_event(b'{"type":"ERROR","object":' + odd + b"}"), WatchError)


def test_whole_lines_of_a_watch_give_what_each_of_them_gives() -> None:
    good = [msgspec.json.encode(event) for event in RECORDED.watch]
    odd = msgspec.json.encode({"type": "ADDED", "object": pod(state=RUNNING, startTime=7)})
    for lines in (good, [*good, b"", odd, *good], [odd, msgspec.json.encode(RECORDED.expired_watch)], []):
        events = list(watch_events(memoryview(b"\n".join(lines))))
        assert events == [decode_event(line) for line in lines if line]
    events = iter(watch_events(b"\n".join([odd, *good, b"<html>", *good])))
    assert [event is None for event in islice(events, 1 + len(good))] == [True, *[False] * len(good)]
    with pytest.raises(UnreadableAnswerError):
        next(events)


@pytest.mark.parametrize("body", [b"", b"7", b"<html>", b"{", b'{"items":7}', b"\xff"])
def test_what_is_no_list(body: bytes) -> None:
    with pytest.raises(UnreadableAnswerError):
        decode_pod_list(body)


KEYS = (
    "metadata spec status phase reason containerStatuses initContainerStatuses state running waiting terminated "
    "exitCode conditions labels annotations deletionTimestamp uid name type nodeName containers items"
)

any_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.sampled_from(["", "Running", "2026-01-01T00:00:00Z", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4),
    max_leaves=25,
)


@given(any_json)
def test_no_object_crashes_the_reader(document: object) -> None:
    body = msgspec.json.encode(document)
    for decode in (decode_pod_list, decode_event, decode_events):
        with suppress(UnreadableAnswerError):
            decode(body)
    with suppress(UnreadableAnswerError):
        assert sandbox_info(decode_pod(body)).status in SandboxStatus
    listed = msgspec.json.encode({"items": [document, document]})
    for item in decode_pod_list(listed).items or ():
        assert sandbox_info(item).status in SandboxStatus


def row_pod(uid: str, version: str) -> dict[str, object]:
    return {"metadata": {"uid": uid, "name": uid, "resourceVersion": version}}


@given(st.lists(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("123")), max_size=6))
def test_rows_after_each_list_are_those_of_the_list_and_unchanged_ones_are_the_same_objects(
    lists: list[dict[str, str]],
) -> None:
    rows = Rows()
    shown: dict[str, SandboxInfo] = {}
    for listed in lists:
        before = dict(shown)
        rows.begin_list()
        pods = [decode_pod(msgspec.json.encode(row_pod(uid, version))) for uid, version in listed.items()]
        changed = rows.add_page(pods[:2]) + rows.add_page(pods[2:])
        for gone in rows.end_list():
            del shown[gone]
        shown |= {row.uid: row for row in changed}
        assert {uid: row.resource_version for uid, row in shown.items()} == listed
        for uid, version in listed.items():
            if uid in before and before[uid].resource_version == version:
                assert shown[uid] is before[uid]
