from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.delete_options import DeleteOptions
from k8s_sandbox_tui.local_cluster.api.pod_row import pod_reason
from k8s_sandbox_tui.local_cluster.api.pods import begin_deletion
from k8s_sandbox_tui.local_cluster.faults.pod_faults import START_DELAY
from k8s_sandbox_tui.local_cluster.kubelet import backoff, image_pull
from k8s_sandbox_tui.local_cluster.kubelet import container as container_module
from k8s_sandbox_tui.local_cluster.kubelet.capacity import this_machine
from k8s_sandbox_tui.local_cluster.kubelet.kubelet import Kubelet
from k8s_sandbox_tui.local_cluster.kubelet.room import OVERCOMMIT
from k8s_sandbox_tui.local_cluster.objects.defaults import default_pod
from k8s_sandbox_tui.local_cluster.objects.meta import now
from k8s_sandbox_tui.local_cluster.objects.pod import Pod
from k8s_sandbox_tui.local_cluster.runtime.types import Ending, StartError
from k8s_sandbox_tui.local_cluster.store.cluster import Cluster, new_cluster
from tests.unit.local_cluster.fake_runtime import FakeRuntime

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue
    from k8s_sandbox_tui.local_cluster.store.entry import Entry


class Node:
    """A kubelet over a fake runtime, and its store."""

    def __init__(self) -> None:
        self.cluster: Cluster = new_cluster()
        self.runtime = FakeRuntime()
        node = this_machine(address="127.0.0.1", version="v1", isolation="none", limits="none", network="host")
        self.kubelet = Kubelet(self.cluster, self.runtime, node, Path("/nowhere"))
        self.start = self.cluster.clock.version

    def create(self, name: str = "p", container: JsonObject | None = None, **spec: JsonValue) -> Entry[Pod]:
        containers: JsonValue = [{"name": "c", "image": "python:3", **(container or {})}]
        value: JsonObject = {
            "metadata": {"name": name},
            "spec": {"restartPolicy": "Never", "containers": containers, **spec},
        }
        entry = self.cluster.pods.create(default_pod(msgspec.convert(value, Pod), "default", now()))
        self.kubelet.admit(entry.object)
        return entry

    async def until(self, test: Callable[[Pod], bool], name: str = "p") -> Pod:
        async with asyncio.timeout(60):
            while True:
                entry = self.cluster.pods.find("default", name)
                if entry is not None and test(entry.object):
                    return entry.object
                await self.cluster.clock.changed()

    async def shown(self, status: str, name: str = "p") -> Pod:
        """Waits until `kubectl get` shows this status."""
        return await self.until(lambda pod: pod_reason(pod) == status, name)

    async def gone(self, name: str = "p") -> None:
        async with asyncio.timeout(60):
            while self.cluster.pods.find("default", name) is not None:
                await self.cluster.clock.changed()

    def delete(self, name: str = "p", grace: int | None = None) -> None:
        options = DeleteOptions() if grace is None else DeleteOptions(grace_period_seconds=grace)
        begin_deletion(self.cluster.pods.get("default", name), options, self.cluster, self.kubelet)

    def history(self) -> list[str]:
        """What a watch has seen of the Pods: phase, and what `kubectl get` shows."""
        changes = self.cluster.pods.changes_after(self.start) or []
        return [
            "DELETED"
            if change.type == "DELETED"
            else f"{change.entry.object.status.phase}/{pod_reason(change.entry.object)}"
            for change in changes
        ]

    def events(self) -> list[str]:
        return [entry.object.reason for entry in self.cluster.events.snapshot()]


@pytest.fixture
async def node() -> AsyncGenerator[Node]:
    node = Node()
    yield node
    await node.kubelet.close()


async def test_a_pod_from_creation_to_deletion_is_seen_as_on_a_real_cluster(node: Node) -> None:
    node.create()
    await node.shown("Running")
    node.delete(grace=3)
    await node.gone()
    assert node.history() == [
        "Pending/Pending",
        "Pending/Pending",
        "Running/Running",
        "Running/Terminating",
        "Failed/Error",
        "Failed/Error",
        "DELETED",
    ]
    assert node.runtime.processes[0].stops == [3]
    assert node.events() == ["Scheduled", "Pulled", "Created", "Started", "Killing"]


@pytest.mark.parametrize(("code", "phase", "shown"), [(0, "Succeeded", "Completed"), (3, "Failed", "Error")])
async def test_the_end_of_the_main_process_is_the_end_of_the_pod(node: Node, code: int, phase: str, shown: str) -> None:
    node.create()
    (await node.runtime.started(1)).end(code)
    pod = await node.until(lambda pod: pod.status.phase == phase)
    assert pod_reason(pod) == shown
    # As on a real cluster the phase lags behind the container.
    assert f"Running/{shown}" in node.history()


async def test_a_container_that_its_limits_end_says_so(node: Node) -> None:
    node.create()
    process = await node.runtime.started(1)
    process.why = Ending(reason="OOMKilled")
    process.end(137)
    pod = await node.until(lambda pod: pod.status.phase == "Failed")
    assert pod_reason(pod) == "OOMKilled"
    ended = pod.status.container_statuses[0].state.terminated
    assert ended
    assert (ended.exit_code, ended.message) == (137, "")


async def test_a_finished_pod_is_deleted_at_once_with_its_files(node: Node) -> None:
    uid = node.create().object.metadata.uid
    (await node.runtime.started(1)).end(0)
    await node.shown("Completed")
    await node.until(lambda pod: pod.status.phase == "Succeeded")
    node.delete()
    assert node.cluster.pods.find("default", "p") is None
    async with asyncio.timeout(60):
        assert (await node.runtime.removed.get()).name == uid


async def test_a_forced_delete_frees_the_name_at_once_and_kills(node: Node) -> None:
    first = node.create().object.metadata.uid
    process = await node.runtime.started(1)
    node.delete(grace=0)
    second = node.create().object.metadata.uid
    await node.runtime.started(2)
    pod = await node.shown("Running")
    assert pod.metadata.uid == second != first
    assert process.stops == [0]


async def test_a_shorter_grace_shortens_a_deletion(node: Node) -> None:
    node.create()
    process = await node.runtime.started(1)
    await node.shown("Running")
    process.obstinate = True
    node.delete(grace=30)
    node.delete(grace=60)
    node.delete(grace=2)
    async with asyncio.timeout(60):
        await process.stopped(2)
    assert process.stops == [30, 2]
    assert node.cluster.pods.get("default", "p").object.metadata.deletion_grace_period_seconds == 2


async def test_a_command_that_cannot_be_started_fails_the_pod(node: Node) -> None:
    node.runtime.failure = StartError("exec: no such file")
    node.create()
    pod = await node.until(lambda pod: pod.status.phase == "Failed")
    ended = pod.status.container_statuses[0].state.terminated
    assert ended
    assert (ended.exit_code, ended.reason, ended.message) == (128, "StartError", "exec: no such file")
    assert "Pending/StartError" in node.history()


async def test_a_failure_of_the_machine_is_told_in_the_pod(node: Node) -> None:
    node.runtime.failure = OSError(28, "No space left on device")
    node.create()
    pod = await node.until(lambda pod: pod.status.phase == "Failed")
    ended = pod.status.container_statuses[0].state.terminated
    assert ended
    assert "No space left on device" in ended.message


async def test_a_slow_start_is_shown(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container_module, "_SLOW_START", 0.01)
    node.runtime.may_start.clear()
    node.create()
    pod = await node.shown("ContainerCreating")
    assert pod.status.phase == "Pending"
    node.runtime.may_start.set()
    await node.shown("Running")


async def test_a_pod_that_is_deleted_while_it_starts_leaves_no_process(node: Node) -> None:
    node.runtime.may_start.clear()
    node.create()
    await node.until(lambda pod: bool(pod.spec.node_name))
    await asyncio.sleep(0)
    node.delete(grace=1)
    node.runtime.may_start.set()
    await node.gone()
    assert [process.stops for process in node.runtime.processes] in ([], [[1]])


async def test_the_folder_of_a_pod_that_is_just_being_started_is_removed_after_the_start(node: Node) -> None:
    node.runtime.may_start.clear()
    node.runtime.failure = StartError("the folder is gone")
    node.create()
    await node.until(lambda pod: bool(pod.spec.node_name))
    await asyncio.sleep(0)
    node.delete(grace=0)
    for _ in range(10):
        await asyncio.sleep(0)
    assert node.runtime.removed.empty()
    node.runtime.may_start.set()
    async with asyncio.timeout(60):
        await node.runtime.removed.get()
    # That it was not started is no failure of it.
    assert "Failed" not in node.events()


async def test_a_pod_that_is_deleted_before_its_time_to_start_is_not_started(node: Node) -> None:
    value: JsonObject = {
        "metadata": {"name": "p", "annotations": {START_DELAY: "3600"}},
        "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "alpine"}]},
    }
    entry = node.cluster.pods.create(default_pod(msgspec.convert(value, Pod), "default", now()))
    node.kubelet.admit(entry.object)
    await node.shown("ContainerCreating")
    node.delete(grace=1)
    await node.gone()
    assert node.runtime.processes == []


async def test_an_unknown_image_is_tried_again_and_again(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.01)
    monkeypatch.setattr(image_pull, "_PAUSE", 0.001)
    node.create(container={"image": "nginx:1"})
    pod = await node.shown("ImagePullBackOff")
    waiting = pod.status.container_statuses[0].state.waiting
    assert waiting
    assert waiting.message.startswith('Back-off pulling image "nginx:1": ErrImagePull: failed to pull')
    assert pod.status.phase == "Pending"
    async with asyncio.timeout(60):
        while not any(
            entry.object.reason == "Pulling" and entry.object.count >= 2 for entry in node.cluster.events.snapshot()
        ):
            await node.cluster.clock.changed()
    assert "Pending/ErrImagePull" in node.history()
    assert sorted(set(node.events())) == ["BackOff", "Failed", "Pulling", "Scheduled"]
    node.delete()
    await node.gone()


async def test_a_node_pod_starts_by_itself_once_the_machine_has_node(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.01)
    monkeypatch.setattr(image_pull, "_PAUSE", 0.001)
    node.runtime.executables.discard("node")
    node.create(container={"image": "node:20-slim"})
    pod = await node.shown("ImagePullBackOff")
    waiting = pod.status.container_statuses[0].state.waiting
    assert waiting
    assert "this machine has no node" in waiting.message
    assert "choose a python image" in waiting.message
    node.runtime.executables.add("node")
    await node.shown("Running")


async def test_an_image_that_may_not_be_pulled(node: Node) -> None:
    node.create(container={"image": "nginx:1", "imagePullPolicy": "Never"})
    await node.shown("ErrImageNeverPull")


async def test_a_container_that_ends_is_started_again_with_a_back_off(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.02)
    node.create(restartPolicy="Always")
    (await node.runtime.started(1)).end(0)
    (await node.runtime.started(2)).end(5)
    pod = await node.shown("CrashLoopBackOff")
    assert pod.status.phase == "Running"
    status = pod.status.container_statuses[0]
    assert status.last_state.terminated
    assert status.last_state.terminated.exit_code == 5
    assert node.events().count("BackOff") == 1
    third = await node.runtime.started(3)
    pod = await node.shown("Running")
    assert pod.status.container_statuses[0].restart_count == 2
    # The log of the last run but one goes when the next one starts.
    assert [process.discarded for process in node.runtime.processes] == [True, False, False]
    assert [process.spec.log_name for process in node.runtime.processes] == ["0.log", "1.log", "2.log"]
    run = node.kubelet.container(pod, "c")
    assert run is not None
    assert (run.logged(previous=False), run.logged(previous=True)) == (third, node.runtime.processes[1])


async def test_the_back_off_doubles_up_to_five_minutes() -> None:
    row = backoff.Backoff()
    assert [row.take() for _ in range(7)] == [10, 20, 40, 80, 160, 300, 300]
    row.reset()
    assert row.take() == 10


async def test_on_failure_starts_again_after_failures_alone(node: Node) -> None:
    node.create(restartPolicy="OnFailure")
    (await node.runtime.started(1)).end(1)
    (await node.runtime.started(2)).end(0)
    await node.until(lambda pod: pod.status.phase == "Succeeded")


async def test_the_deadline_ends_a_pod(node: Node) -> None:
    node.create(activeDeadlineSeconds=1, terminationGracePeriodSeconds=7)
    pod = await node.until(lambda pod: pod.status.phase == "Failed")
    assert pod.status.reason == "DeadlineExceeded"
    assert pod.status.message == "Pod was active on the node longer than the specified deadline"
    assert node.runtime.processes[0].stops == [7]
    assert "DeadlineExceeded" in node.events()


async def test_a_pod_beyond_the_machine_is_unschedulable_and_can_be_deleted(node: Node) -> None:
    node.create(container={"resources": {"requests": {"cpu": "9000", "memory": "1Ei"}}})
    pod = await node.until(lambda pod: bool(pod.status.conditions))
    condition = pod.status.conditions[0]
    assert condition.message == (
        "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. preemption: 0/1 nodes are available: "
        "1 No preemption victims found for incoming pod."
    )
    assert node.events() == ["FailedScheduling"]
    node.delete()
    assert node.cluster.pods.find("default", "p") is None


async def test_containers_run_side_by_side_and_the_pod_ends_with_the_last(node: Node) -> None:
    node.create(containers=[{"name": "a", "image": "python:3"}, {"name": "b", "image": "alpine"}])
    first, second = await node.runtime.started(1), await node.runtime.started(2)
    await node.until(lambda pod: sum(status.ready for status in pod.status.container_statuses) == 2)
    assert first.spec.state_dir != second.spec.state_dir
    first.end(0)
    pod = await node.until(lambda pod: bool(pod.status.container_statuses[0].state.terminated))
    assert pod.status.phase == "Running"
    second.end(1)
    await node.until(lambda pod: pod.status.phase == "Failed")


async def test_init_containers_run_first_one_after_the_other(node: Node) -> None:
    init: JsonValue = [{"name": "i", "image": "alpine"}, {"name": "j", "image": "alpine"}]
    node.create(initContainers=init)
    (await node.runtime.started(1)).end(0)
    await node.shown("Init:1/2")
    (await node.runtime.started(2)).end(0)
    await node.shown("Running")
    assert len(node.runtime.processes) == 3


async def test_an_init_container_that_fails_fails_the_pod(node: Node) -> None:
    node.create(initContainers=[{"name": "i", "image": "alpine"}])
    (await node.runtime.started(1)).end(2)
    pod = await node.until(lambda pod: pod.status.phase == "Failed")
    assert pod_reason(pod) == "Init:Error"
    assert len(node.runtime.processes) == 1


async def test_a_variable_that_cannot_be_had_is_told(node: Node) -> None:
    variable: JsonObject = {"name": "V", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
    node.create(container={"env": [variable]})
    pod = await node.shown("CreateContainerConfigError")
    waiting = pod.status.container_statuses[0].state.waiting
    assert waiting
    assert waiting.message == 'secret "s" not found'


async def test_the_runtime_gets_what_the_pod_asks_for(node: Node) -> None:
    limits: JsonObject = {"limits": {"cpu": "500m", "memory": "1Gi"}}
    container: JsonObject = {
        "command": ["sh", "-c", "echo $(A)"],
        "env": [{"name": "A", "value": "1"}],
        "workingDir": "/work",
        "resources": limits,
    }
    entry = node.create("a-name", container)
    spec = (await node.runtime.started(1)).spec
    assert spec.uid == entry.object.metadata.uid
    assert (spec.name, spec.namespace, spec.hostname) == ("a-name", "default", "a-name")
    assert (spec.argv, spec.env, spec.working_dir) == (("sh", "-c", "echo 1"), {"A": "1"}, "/work")
    assert (spec.cpu, spec.memory_bytes) == (0.5, 2**30)


async def test_events_older_than_an_hour_are_swept(node: Node) -> None:
    node.create()
    await node.shown("Running")
    old = "2020-01-01T00:00:00Z"
    entry = node.cluster.events.snapshot()[0]
    node.cluster.events.update(replace(entry.object, last_timestamp=old, event_time=old))
    count = len(node.cluster.events)
    node.kubelet.events.expire()
    assert len(node.cluster.events) == count - 1


async def test_a_pod_without_room_starts_when_another_ends() -> None:
    node = Node()
    machine: JsonValue = {"requests": {"cpu": str(os.cpu_count())}}
    for number in range(OVERCOMMIT):
        node.create(f"p{number}", {"resources": machine})
    await node.runtime.started(OVERCOMMIT)
    node.create("late", {"resources": machine})
    late = await node.until(lambda pod: bool(pod.status.conditions), "late")
    assert late.status.conditions[0].reason == "Unschedulable"
    node.runtime.processes[0].end(0)
    await node.shown("Running", "late")
    await node.kubelet.close()
