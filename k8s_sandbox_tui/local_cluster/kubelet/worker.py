"""One Pod's life from its scheduling to its removal."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import UNSET
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.faults.pod_faults import evict_after
from k8s_sandbox_tui.local_cluster.kubelet.container import ContainerRun
from k8s_sandbox_tui.local_cluster.kubelet.pod_status import PodFacts, pod_status
from k8s_sandbox_tui.local_cluster.kubelet.security import fs_group
from k8s_sandbox_tui.local_cluster.kubelet.volumes import FOLDER, make_volumes, missing_volumes
from k8s_sandbox_tui.local_cluster.objects.eviction import disrupted
from k8s_sandbox_tui.local_cluster.objects.meta import now, timestamp

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.kubelet.surroundings import Surroundings
    from k8s_sandbox_tui.local_cluster.objects.pod import Container, Pod

# Source: `pkg/kubelet/eviction` of Kubernetes.
_EVICTED = "The node was low on resource: memory. "
_EVICTION_GRACE = 1.0
_DEADLINE = "Pod was active on the node longer than the specified deadline"


class PodWorker:
    """Runs the containers of one Pod and tells the store what becomes of them."""

    def __init__(self, pod: Pod, surroundings: Surroundings) -> None:
        self._last = pod
        self._surroundings = surroundings
        self._pods = surroundings.pods
        self._state_dir = surroundings.pods_dir / pod.metadata.uid
        self._started = now()
        self._sandbox = True
        self._finished = False
        self._reason = ""
        self._message = ""
        self._stop = asyncio.Event()
        self._begun = asyncio.Event()
        self._ended = asyncio.Event()
        policy = pod.spec.restart_policy
        self._init = [
            self._new_run(container, "OnFailure" if policy == "Always" else policy, "initContainers")
            for container in pod.spec.init_containers
        ]
        self.containers = {container.name: self._new_run(container, policy) for container in pod.spec.containers}

    def _new_run(self, container: Container, policy: str, group: str = "containers") -> ContainerRun:
        return ContainerRun(
            container,
            self,
            self._surroundings,
            state_dir=self._state_dir / container.name,
            policy=policy,
            part=f"spec.{group}{{{container.name}}}",
        )

    def container(self, name: str) -> ContainerRun | None:
        """A container, those that run first among them."""
        first = next((run for run in self._init if run.container.name == name), None)
        return self.containers.get(name, first)

    def pod(self) -> Pod:
        """The Pod as the store has it, or as it last had it."""
        entry = self._pods.find(self._last.metadata.namespace, self._last.metadata.name)
        if entry is not None and entry.object.metadata.uid == self._last.metadata.uid:
            self._last = entry.object
        return self._last

    @property
    def _in_store(self) -> bool:
        entry = self._pods.find(self._last.metadata.namespace, self._last.metadata.name)
        return entry is not None and entry.object.metadata.uid == self._last.metadata.uid

    def publish(self) -> None:
        """Writes the Pod's status, unless the Pod is no longer there."""
        if any(run.running is not None for run in self.containers.values()):
            self._begun.set()
        if self._in_store:
            pod = self.pod()
            self._pods.update(replace(pod, status=pod_status(pod, self._facts(), now())))

    def _facts(self) -> PodFacts:
        return PodFacts(
            containers=[run.facts for run in self.containers.values()],
            init_containers=[run.facts for run in self._init],
            host_ip=self._surroundings.host_ip,
            started=self._started,
            sandbox=self._sandbox,
            finished=self._finished,
            reason=self._reason,
            message=self._message,
        )

    async def run(self) -> None:
        """Returns when all containers have ended for good and the last status is written."""
        try:
            await self._run()
        finally:
            self._ended.set()

    async def ended(self) -> None:
        """Returns when `run` does."""
        await self._ended.wait()

    async def _run(self) -> None:
        ends = self._start_ends()
        try:
            if await self._make_volumes() and await self._run_init():
                await self._run_containers()
        finally:
            for end in ends:
                end.cancel()
        if not self._stop.is_set():
            # The phase is held until the Pod's surroundings are gone: Running, and the container terminated.
            self.publish()
        self._sandbox = False
        self._finished = True
        self.publish()
        if self.pod().metadata.deleting:
            self._remove()

    async def _make_volumes(self) -> bool:
        """False when there is a volume that this machine does not have; returns when the Pod was stopped, then."""
        volumes = self._last.spec.volumes
        missing = missing_volumes(volumes)
        if not missing:
            # Where there is no room for a folder, the start of the first container says so in the Pod.
            with contextlib.suppress(OSError):
                make_volumes(self._state_dir / FOLDER, volumes, fs_group(self._last))
            return True
        for message in missing:
            self._surroundings.events.kubelet(self._last, "FailedMount", message, kind="Warning")
        self._sandbox = False
        self.publish()
        await self._stop.wait()
        return False

    async def _run_init(self) -> bool:
        for run in self._init:
            await run.run()
            ended = run.facts.state.terminated
            if self._stop.is_set() or ended is UNSET or ended.exit_code:
                return False
        return not self._stop.is_set()

    async def _run_containers(self) -> None:
        left = {asyncio.create_task(run.run()) for run in self.containers.values()}
        while left:
            done, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if left and not self._stop.is_set():
                self.publish()

    async def stop(self, grace: float) -> None:
        """Ends all containers within `grace` seconds; a later call with less shortens it."""
        self._stop.set()
        await asyncio.gather(*(run.stop(grace) for run in (*self._init, *self.containers.values())))

    def _start_ends(self) -> list[asyncio.Task[None]]:
        """What ends the Pod before its time."""
        deadline = self._last.spec.active_deadline_seconds
        eviction = evict_after(self._last.metadata.annotations)
        ends = [] if deadline is UNSET else [asyncio.create_task(self._end_after(deadline))]
        return ends if eviction is None else [*ends, asyncio.create_task(self._evict_after(eviction))]

    async def _end_after(self, seconds: int) -> None:
        due = self._started + timedelta(seconds=seconds)
        await asyncio.sleep((due - now()).total_seconds())
        self._reason, self._message = "DeadlineExceeded", _DEADLINE
        self._surroundings.events.kubelet(self.pod(), "DeadlineExceeded", _DEADLINE)
        self.publish()
        grace = self._last.spec.termination_grace_period_seconds
        await self.stop(30.0 if grace is UNSET else float(grace))

    async def _evict_after(self, seconds: float) -> None:
        """Ends the Pod as a node does that runs short of memory."""
        await self._begun.wait()
        await asyncio.sleep(seconds)
        self._reason, self._message = "Evicted", _EVICTED
        self._surroundings.events.kubelet(self.pod(), "Evicted", _EVICTED, kind="Warning")
        if self._in_store:
            self._pods.update(disrupted(self.pod(), "TerminationByKubelet", _EVICTED, now()))
        self.publish()
        await self.stop(_EVICTION_GRACE)

    def _remove(self) -> None:
        """The last two steps of a deletion: the grace is used up, the object goes."""
        if not self._in_store:
            return
        pod = self.pod()
        meta = replace(pod.metadata, deletion_timestamp=timestamp(now()), deletion_grace_period_seconds=0)
        self._pods.update(replace(pod, metadata=meta))
        if not meta.finalizers:
            self._pods.delete(meta.namespace, meta.name)
