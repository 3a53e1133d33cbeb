from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.kubelet.capacity import this_machine
from k8s_sandbox_tui.local_cluster.kubelet.room import OVERCOMMIT, Room
from k8s_sandbox_tui.local_cluster.objects.pod import Pod

_NODE = this_machine(address="127.0.0.1", version="v1", isolation="none", limits="none", network="host")
_NONE = "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."


def _room(cpu: str = "2", memory: str = "1Gi", pods: str = "100") -> Room:
    amounts = {"cpu": cpu, "memory": memory, "pods": pods}
    return Room(replace(_NODE, status=replace(_NODE.status, allocatable=amounts)))


def _pod(uid: str, **requests: str) -> Pod:
    value = {"metadata": {"uid": uid}, "spec": {"containers": [{"resources": {"requests": requests}}]}}
    return msgspec.convert(value, Pod)


@pytest.mark.parametrize(
    ("requests", "lacking"),
    [
        ({}, ""),
        ({"cpu": "2", "memory": "1Gi"}, ""),
        ({"cpu": "2001m"}, "1 Insufficient cpu"),
        ({"memory": "1025Mi"}, "1 Insufficient memory"),
        ({"cpu": "3", "memory": "2Gi"}, "1 Insufficient cpu, 1 Insufficient memory"),
    ],
)
def test_one_pod_has_at_most_the_machine(requests: dict[str, str], lacking: str) -> None:
    told = f"0/1 nodes are available: {lacking}. {_NONE}" if lacking else ""
    assert _room().take(_pod("a", **requests)) == told


def test_all_together_have_the_machine_many_times_over() -> None:
    room = _room()
    taken = [room.take(_pod(str(number), cpu="2")) for number in range(OVERCOMMIT + 1)]
    assert taken[:-1] == [""] * OVERCOMMIT
    assert "1 Insufficient cpu" in taken[-1]
    assert room.take(_pod("memory", memory="1Mi")) == ""
    assert room.release("3")
    assert not room.release("3")
    assert room.take(_pod("next", cpu="2")) == ""


def test_only_so_many_pods() -> None:
    room = _room(pods="2")
    assert [room.take(_pod(str(number))) for number in range(3)] == [
        "",
        "",
        f"0/1 nodes are available: 1 Too many pods. {_NONE}",
    ]
