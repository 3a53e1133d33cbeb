"""Scheduler and kubelet in one: takes Pods from the store, runs them, and gives them up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.kubelet.annotations import ISOLATION, LIMITS, NETWORK
from k8s_sandbox_tui.local_cluster.kubelet.events import EventRecorder
from k8s_sandbox_tui.local_cluster.kubelet.pod_status import scheduled_status, unschedulable_status
from k8s_sandbox_tui.local_cluster.kubelet.room import Room
from k8s_sandbox_tui.local_cluster.kubelet.surroundings import Surroundings
from k8s_sandbox_tui.local_cluster.kubelet.worker import PodWorker
from k8s_sandbox_tui.local_cluster.objects.meta import now

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.kubelet.container import ContainerRun
    from k8s_sandbox_tui.local_cluster.objects.cluster import Node
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod
    from k8s_sandbox_tui.local_cluster.runtime.types import Runtime
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster

_log = logging.getLogger(__name__)

HOST_IP = "127.0.0.1"
_EVENT_SWEEP = 60.0


class Kubelet:
    """Runs the Pods of the cluster's one node."""

    def __init__(self, cluster: Cluster, runtime: Runtime, node: Node, pods_dir: Path) -> None:
        self._cluster = cluster
        self._node = node
        self._workers: dict[str, PodWorker] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = Room(node)
        self._without_room: dict[str, Pod] = {}
        self.events = EventRecorder(cluster.events, node.metadata.name)
        self._surroundings = Surroundings(
            runtime=runtime, events=self.events, pods=cluster.pods, pods_dir=pods_dir, host_ip=HOST_IP
        )
        self._held_back = {
            ISOLATION: runtime.isolation,
            LIMITS: runtime.limits,
            NETWORK: runtime.network,
        }
        self.spawn(self._sweep(), "event sweep")

    def admit(self, pod: Pod) -> None:
        """Takes on a Pod that was just created."""
        self.spawn(self._live(pod), f"pod {pod.metadata.namespace}/{pod.metadata.name}")

    def terminate(self, pod: Pod, grace: float) -> None:
        """Ends a Pod's processes within `grace` seconds; the Pod leaves the store when it was marked for deletion."""
        worker = self._workers.get(pod.metadata.uid)
        if worker is not None:
            self.spawn(worker.stop(grace), f"stop of {pod.metadata.name}")

    def container(self, pod: Pod, name: str) -> ContainerRun | None:
        """A container of a Pod; None when the Pod never came to this node."""
        worker = self._workers.get(pod.metadata.uid)
        return None if worker is None else worker.container(name)

    def process_roots(self, pod: Pod) -> dict[str, int]:
        """For each container that runs, by name, a process of this machine that all others of it descend from."""
        worker = self._workers.get(pod.metadata.uid)
        runs = {} if worker is None else worker.containers
        roots = {name: run.running.root_pid for name, run in runs.items() if run.running is not None}
        return {name: root for name, root in roots.items() if root is not None}

    def forget(self, pod: Pod) -> None:
        """Kills what is left of a Pod that is no longer in the store, and deletes its files."""
        worker = self._workers.pop(pod.metadata.uid, None)
        self._without_room.pop(pod.metadata.uid, None)
        self.spawn(self._clean(pod, worker), f"removal of {pod.metadata.name}")

    async def close(self) -> None:
        """Leaves all Pods alone from now on; their processes are the runtime's to end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _live(self, pod: Pod) -> None:
        # Where there is no room for the folder, the start of the first container says so in the Pod.
        with contextlib.suppress(OSError):
            (self._surroundings.pods_dir / pod.metadata.uid).mkdir(mode=0o700)
        scheduled = self._schedule(pod)
        if scheduled is None:
            return
        uid = pod.metadata.uid
        worker = PodWorker(scheduled, self._surroundings)
        self._workers[uid] = worker
        try:
            await worker.run()
        finally:
            self._give_back(uid)
        entry = self._cluster.pods.find(pod.metadata.namespace, pod.metadata.name)
        if entry is None or entry.object.metadata.uid != uid:
            self.forget(pod)

    def _schedule(self, pod: Pod) -> Pod | None:
        """Gives a Pod its node; None when the node cannot take it."""
        pods = self._cluster.pods
        lacking = self._room.take(pod)
        if lacking:
            self._without_room[pod.metadata.uid] = pod
            status = unschedulable_status(pod.status, lacking, now())
            pods.update(replace(pod, status=status))
            self.events.scheduler(pod, "FailedScheduling", lacking, action="Scheduling", kind="Warning")
            return None
        name = self._node.metadata.name
        spec = replace(pod.spec, node_name=name)
        meta = replace(pod.metadata, annotations=pod.metadata.annotations | self._held_back)
        status = scheduled_status(pod.status, now())
        entry = pods.update(replace(pod, metadata=meta, spec=spec, status=status))
        where = f"{pod.metadata.namespace}/{pod.metadata.name}"
        self.events.scheduler(pod, "Scheduled", f"Successfully assigned {where} to {name}", action="Binding")
        return entry.object

    def _give_back(self, uid: str) -> None:
        """Lets those try again that there was no room for."""
        if not self._room.release(uid):
            return
        waiting, self._without_room = self._without_room, {}
        for known in waiting.values():
            entry = self._cluster.pods.find(known.metadata.namespace, known.metadata.name)
            if entry is not None and entry.object.metadata.uid == known.metadata.uid:
                self.admit(entry.object)

    async def _clean(self, pod: Pod, worker: PodWorker | None) -> None:
        if worker is not None:
            await worker.stop(0)
            # One that was just being started still needs its folder.
            await worker.ended()
        await self._surroundings.runtime.remove(self._surroundings.pods_dir / pod.metadata.uid)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_EVENT_SWEEP)
            self.events.expire()

    def spawn(self, work: Coroutine[object, object, None], name: str) -> None:
        """Runs something in the background, as long as the node runs."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s failed", task.get_name(), exc_info=error)
