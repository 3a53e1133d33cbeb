"""One container's life: image, start, end, and starting again where the Pod's policy says so."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from msgspec import UNSET

from k8s_sandbox_tui.local_cluster.faults.pod_faults import start_delay
from k8s_sandbox_tui.local_cluster.kubelet.backoff import Backoff
from k8s_sandbox_tui.local_cluster.kubelet.config_error import ContainerConfigError
from k8s_sandbox_tui.local_cluster.kubelet.environment import command_line, environment
from k8s_sandbox_tui.local_cluster.kubelet.image_pull import pull
from k8s_sandbox_tui.local_cluster.kubelet.pod_status import ContainerFacts, waiting
from k8s_sandbox_tui.local_cluster.kubelet.security import run_as
from k8s_sandbox_tui.local_cluster.kubelet.volumes import FOLDER, mounts
from k8s_sandbox_tui.local_cluster.objects import quantity
from k8s_sandbox_tui.local_cluster.objects.meta import now, timestamp
from k8s_sandbox_tui.local_cluster.objects.pod_status import (
    ContainerState,
    ContainerStateRunning,
    ContainerStateTerminated,
)
from k8s_sandbox_tui.local_cluster.runtime.types import PodProcess, PodProcessSpec, StartError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.kubelet.images import Image
    from k8s_sandbox_tui.local_cluster.kubelet.surroundings import Surroundings
    from k8s_sandbox_tui.local_cluster.objects.pod import Container, Pod

# A container that ran so many seconds starts its back-off anew.
_BACKOFF_RESET = 600.0
# A start that takes longer than this is shown as ContainerCreating.
_SLOW_START = 0.25

# What a kubelet reports for a container that could not be started.
_START_ERROR = 128
_EPOCH = "1970-01-01T00:00:00Z"


class Owner(Protocol):
    """What a container needs of its Pod."""

    def pod(self) -> Pod:
        """The Pod as it is now."""
        ...

    def publish(self) -> None:
        """Writes the Pod's status."""
        ...


class ContainerRun:
    """Runs one container until it is done for good or stopped; `part` is its place in the Pod, as events name it."""

    def __init__(
        self, container: Container, owner: Owner, surroundings: Surroundings, *, state_dir: Path, policy: str, part: str
    ) -> None:
        self._container = container
        self._part = part
        self._owner = owner
        self._runtime = surroundings.runtime
        self._events = surroundings.events
        self._state_dir = state_dir
        self._policy = policy
        self._stop = asyncio.Event()
        self._grace = 0.0
        self._runs: list[PodProcess] = []
        self.facts: ContainerFacts = ContainerFacts(container=container)

    @property
    def container(self) -> Container:
        """As the Pod describes it."""
        return self._container

    @property
    def annotations(self) -> Mapping[str, str]:
        """Its Pod's, as they are now."""
        return self._owner.pod().metadata.annotations

    @property
    def stopped(self) -> bool:
        """Whether it is not to be started any more."""
        return self._stop.is_set()

    @property
    def process(self) -> PodProcess | None:
        """The running process tree, or that of the last run; None before the first."""
        return self._runs[-1] if self._runs else None

    def logged(self, *, previous: bool) -> PodProcess | None:
        """The run whose log is asked for; None when there was none. Source: `validateContainerLogStatus`."""
        ended = self.facts.last_state.terminated
        if previous and (ended is UNSET or not ended.container_id):
            return None
        # While it waits to run again, the last run is the previous one too.
        waits = self.facts.state.waiting is not UNSET
        wanted = self._runs if waits or not previous else self._runs[:-1]
        return wanted[-1] if wanted else None

    @property
    def running(self) -> PodProcess | None:
        """The process tree, while it runs."""
        return self.process if self.facts.state.running else None

    async def run(self) -> None:
        """Returns when the container has ended for good."""
        backoff = Backoff()
        while True:
            image = await pull(self)
            if image is None:
                return
            begun = asyncio.get_running_loop().time()
            await self._run_once(image)
            if asyncio.get_running_loop().time() - begun > _BACKOFF_RESET:
                backoff.reset()
            if self._stop.is_set() or not self._again():
                return
            # The first time it is started again at once.
            if self.facts.restart_count > 0 and await self._wait_before_restart(backoff.take()):
                return
            self.facts = replace(
                self.facts,
                state=waiting("ContainerCreating"),
                last_state=self.facts.state if self.facts.state.terminated else self.facts.last_state,
                restart_count=self.facts.restart_count + 1,
            )

    async def stop(self, grace: float) -> None:
        """Ends the container within `grace` seconds."""
        first = not self._stop.is_set()
        self._grace = grace
        self._stop.set()
        process = self.running
        if process is not None:
            if first:
                self.event("Killing", f"Stopping container {self._container.name}")
            await process.stop(grace)

    def _again(self) -> bool:
        ended = self.facts.state.terminated
        failed = bool(ended and ended.exit_code)
        return self._policy == "Always" or (self._policy == "OnFailure" and failed)

    async def _wait_before_restart(self, seconds: float) -> bool:
        """Waits in CrashLoopBackOff; True when the container was stopped meanwhile."""
        name, pod = self._container.name, self._owner.pod()
        ended = self.facts.state
        where = f"{name} pod={pod.metadata.name}_{pod.metadata.namespace}({pod.metadata.uid})"
        told = f"back-off {_duration(seconds)} restarting failed container={where}"
        self.facts = replace(self.facts, state=waiting("CrashLoopBackOff", told), last_state=ended)
        self.event(
            "BackOff", f"Back-off restarting failed container {name} in pod {where.partition('pod=')[2]}", bad=True
        )
        self._owner.publish()
        return await self.pause(seconds)

    async def pause(self, seconds: float) -> bool:
        """Waits; True when the container was stopped meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return False
        return True

    async def _run_once(self, image: Image) -> None:
        container_id = f"local://{secrets.token_hex(32)}"
        try:
            spec = self._spec(image)
        except (ContainerConfigError, OSError) as error:
            self.event("Failed", f"Error: {error}", bad=True)
            self.wait_for("CreateContainerConfigError", str(error))
            await self._stop.wait()
            return
        self.event("Created", f"Created container: {self._container.name}")
        made = replace(self.facts, image=image.name, image_id=image.image_id, container_id=container_id)
        try:
            process = await self._start(spec)
        except StartError as error:
            self.facts = made
            if not self.stopped:
                self.event("Failed", f"Error: {error.message}", bad=True)
            self._set_terminated(error.exit_code, _EPOCH, reason=error.reason, message=error.message)
            return
        except OSError as error:
            # The machine's own failure, such as a full disk: the Pod must say so rather than wait for ever.
            self.facts = made
            self.event("Failed", f"Error: {error}", bad=True)
            self._set_terminated(_START_ERROR, _EPOCH, reason="StartError", message=str(error))
            return
        if process is None:
            return
        self._keep(process)
        started = timestamp(now())
        self.facts = replace(made, state=ContainerState(running=ContainerStateRunning(started_at=started)))
        self.event("Started", f"Started container {self._container.name}")
        if self._stop.is_set():
            await process.stop(self._grace)
        else:
            self._owner.publish()
        code = await process.wait()
        why = process.ending
        self._set_terminated(code, started, reason=why.reason, message=why.message)

    def _keep(self, process: PodProcess) -> None:
        """Takes a run on; of those before, the last one's log alone is kept."""
        self._runs.append(process)
        for run in self._runs[:-2]:
            run.discard_log()
        del self._runs[:-2]

    async def _start(self, spec: PodProcessSpec) -> PodProcess | None:
        """The process tree; None when the container was stopped before its time to start came."""
        delay = start_delay(self.annotations)
        if delay:
            self._owner.publish()
            if await self.pause(delay):
                return None
        starting = asyncio.ensure_future(self._runtime.start(spec))
        done, _ = await asyncio.wait({starting}, timeout=_SLOW_START)
        if not done:
            self._owner.publish()
        return await starting

    def _spec(self, image: Image) -> PodProcessSpec:
        pod = self._owner.pod()
        variables = environment(pod, self._container)
        limits = self._container.resources.limits
        memory, cpu = limits.get("memory"), limits.get("cpu")
        return PodProcessSpec(
            uid=pod.metadata.uid,
            name=pod.metadata.name,
            namespace=pod.metadata.namespace,
            hostname=(pod.spec.hostname or pod.metadata.name)[:63].rstrip("-."),
            argv=command_line(self._container, image.argv, variables),
            env=variables,
            working_dir=self._container.working_dir or None,
            state_dir=self._state_dir,
            memory_bytes=None if memory is None else int(quantity.parse(memory)),
            cpu=None if cpu is None else float(quantity.parse(cpu)),
            mounts=mounts(self._container, pod.spec.volumes, self._state_dir.parent / FOLDER, variables),
            run_as=run_as(pod, self._container),
            stdin=self._container.stdin,
            stdin_once=self._container.stdin_once,
            tty=self._container.tty,
            log_name=f"{self.facts.restart_count}.log",
        )

    def _set_terminated(self, code: int, started: str, *, reason: str = "", message: str = "") -> None:
        ended = ContainerStateTerminated(
            exit_code=code,
            reason=reason or ("Error" if code else "Completed"),
            message=message,
            started_at=started,
            finished_at=timestamp(now()),
            container_id=self.facts.container_id,
        )
        self.facts = replace(self.facts, state=ContainerState(terminated=ended))
        if self._again() and not self._stop.is_set():
            self._owner.publish()

    def has_executable(self, name: str) -> bool:
        """Whether containers find this program."""
        return self._runtime.has_executable(name)

    def wait_for(self, reason: str, message: str) -> None:
        """Shows for what it waits."""
        self.facts = replace(self.facts, state=waiting(reason, message))
        self._owner.publish()

    def event(self, reason: str, message: str, *, bad: bool = False) -> None:
        """Reports an event."""
        kind = "Warning" if bad else "Normal"
        self._events.kubelet(self._owner.pod(), reason, message, part=self._part, kind=kind)


def _duration(seconds: float) -> str:
    """Go's short form: `10s`, `2m40s`, `5m0s`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
