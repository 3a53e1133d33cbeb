from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from k8s_sandbox_tui.local_cluster.api.age import human_duration
from k8s_sandbox_tui.local_cluster.api.pod_row import pod_cells
from k8s_sandbox_tui.local_cluster.objects.meta import parse_timestamp
from k8s_sandbox_tui.local_cluster.objects.pod import Pod

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue

_NOW = parse_timestamp("2026-01-01T00:10:00Z")
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 31536000


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (9 * _MINUTE + 5, "9m5s"),
        (10 * _MINUTE + 5, "10m"),
        (179 * _MINUTE, "179m"),
        (3 * _HOUR, "3h"),
        (7 * _HOUR + 59 * _MINUTE, "7h59m"),
        (47 * _HOUR, "47h"),
        (2 * _DAY, "2d"),
        (7 * _DAY + 3 * _HOUR, "7d3h"),
        (8 * _DAY + 3 * _HOUR, "8d"),
        (2 * _YEAR + 3 * _DAY, "2y3d"),
        (9 * _YEAR, "9y"),
    ],
)
def test_durations_as_kubectl_writes_them(seconds: int, text: str) -> None:
    assert human_duration(seconds) == text


def _pod(phase: str, *states: JsonObject, metadata: JsonObject | None = None, **status: JsonValue) -> Pod:
    statuses: list[JsonValue] = [
        {"name": f"c{index}", "state": state, "ready": "running" in state} for index, state in enumerate(states)
    ]
    containers: list[JsonValue] = [{"name": f"c{index}"} for index in range(len(states))]
    value: JsonObject = {
        "metadata": {"name": "p", "creationTimestamp": "2026-01-01T00:00:00Z", **(metadata or {})},
        "spec": {"containers": containers},
        "status": {"phase": phase, "containerStatuses": statuses, **status},
    }
    return msgspec.convert(value, Pod)


_RUNNING: JsonObject = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
_ENDED: JsonObject = {"terminated": {"exitCode": 0, "reason": "Completed"}}
_DELETED: JsonObject = {"deletionTimestamp": "2026-01-01T00:10:00Z"}


@pytest.mark.parametrize(
    ("pod", "ready", "status"),
    [
        (_pod("Pending"), "0/0", "Pending"),
        (_pod("Pending", {"waiting": {"reason": "ContainerCreating"}}), "0/1", "ContainerCreating"),
        (_pod("Pending", {"waiting": {"reason": "ImagePullBackOff"}}), "0/1", "ImagePullBackOff"),
        (_pod("Running", _RUNNING), "1/1", "Running"),
        (_pod("Running", _RUNNING, metadata=_DELETED), "1/1", "Terminating"),
        (_pod("Failed", {"terminated": {"exitCode": 3, "reason": "Error"}}), "0/1", "Error"),
        (_pod("Failed", {"terminated": {"exitCode": 3, "reason": "Error"}}, metadata=_DELETED), "0/1", "Error"),
        (_pod("Failed", {"terminated": {"exitCode": 3}}), "0/1", "ExitCode:3"),
        (_pod("Failed", {"terminated": {"exitCode": 137, "signal": 9}}), "0/1", "Signal:9"),
        (_pod("Succeeded", _ENDED), "0/1", "Completed"),
        (_pod("Running", _RUNNING, _ENDED), "1/2", "NotReady"),
        (
            _pod("Running", _RUNNING, _ENDED, conditions=[{"type": "Ready", "status": "True"}]),
            "1/2",
            "Running",
        ),
        (
            _pod("Failed", {"terminated": {"exitCode": 137, "reason": "Error"}}, reason="DeadlineExceeded"),
            "0/1",
            "Error",
        ),
        (_pod("Failed", reason="Evicted"), "0/0", "Evicted"),
        (_pod("Pending", {}, initContainerStatuses=[{"name": "i", "state": _RUNNING}]), "0/1", "Init:0/0"),
        (
            _pod(
                "Pending", {}, initContainerStatuses=[{"name": "i", "state": {"waiting": {"reason": "ErrImagePull"}}}]
            ),
            "0/1",
            "Init:ErrImagePull",
        ),
        (
            _pod("Failed", {}, initContainerStatuses=[{"name": "i", "state": {"terminated": {"exitCode": 1}}}]),
            "0/1",
            "Init:ExitCode:1",
        ),
    ],
)
def test_ready_and_status_of_a_pod(pod: Pod, ready: str, status: str) -> None:
    assert pod_cells(pod, _NOW)[1:3] == [ready, status]


def test_the_other_cells_of_a_pod() -> None:
    pod = _pod("Running", _RUNNING, podIP="10.0.0.1")
    assert pod_cells(pod, _NOW) == ["p", "1/1", "Running", "0", "10m", "10.0.0.1", "<none>", "<none>", "<none>"]


def test_restarts_tell_when_the_last_was() -> None:
    pod = _pod("Running", _RUNNING)
    status = pod.status.container_statuses[0]
    last: JsonObject = {"terminated": {"exitCode": 1, "finishedAt": "2026-01-01T00:09:00Z"}}
    again = msgspec.structs.replace(status, restart_count=3, last_state=msgspec.convert(last, type(status.last_state)))
    pod = msgspec.structs.replace(pod, status=msgspec.structs.replace(pod.status, container_statuses=[again]))
    assert pod_cells(pod, _NOW)[3] == "3 (60s ago)"
