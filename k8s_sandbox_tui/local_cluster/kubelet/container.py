"""One container's life: image, start, end, and starting again where the Pod's policy says so."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.local_cluster.faults.pod_faults import PULL_FAILURE, start_delay
from k8s_sandbox_tui.local_cluster.kubelet.config_error import ContainerConfigError
from k8s_sandbox_tui.local_cluster.kubelet.environment import command_line, environment
from k8s_sandbox_tui.local_cluster.kubelet.images import Image, ImageError, find_image, missing_executable, pull_failure
from k8s_sandbox_tui.local_cluster.kubelet.pod_status import ContainerFacts, waiting
from k8s_sandbox_tui.local_cluster.kubelet.security import run_as
from k8s_sandbox_tui.local_cluster.kubelet.volumes import FOLDER, mounts
from k8s_sandbox_tui.local_cluster.objects import quantity
from k8s_sandbox_tui.local_cluster.objects.meta import now, timestamp
from k8s_sandbox_tui.local_cluster.objects.pod import (
    Container,
    ContainerState,
    ContainerStateRunning,
    ContainerStateTerminated,
    Pod,
)
from k8s_sandbox_tui.local_cluster.runtime.types import PodProcess, PodProcessSpec, StartError

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.kubelet.surroundings import Surroundings

# Seconds. The kubelet's own back-off, for images and for containers that end at once.
_BACKOFF_FIRST = 10.0
_BACKOFF_MAX = 300.0
# A container that ran this long starts its back-off anew.
_BACKOFF_RESET = 600.0
# Between a failed pull and the notice that the next one waits.
_PULL_PAUSE = 0.1
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
    """Runs one container until it is done for good or stopped."""

    def __init__(
        self, container: Container, owner: Owner, surroundings: Surroundings, *, state_dir: Path, policy: str
    ) -> None:
        self._container = container
        self._owner = owner
        self._runtime = surroundings.runtime
        self._events = surroundings.events
        self._state_dir = state_dir
        self._policy = policy
        self._stop = asyncio.Event()
        self._grace = 0.0
        self.facts: ContainerFacts = ContainerFacts(container=container)
        self.process: PodProcess | None = None
        """The running process tree, or that of the last run; None before the first."""

    @property
    def running(self) -> PodProcess | None:
        """The process tree, while it runs."""
        return self.process if self.facts.state.running else None

    async def run(self) -> None:
        """Returns when the container has ended for good."""
        backoff = _BACKOFF_FIRST
        while True:
            image = await self._pull()
            if image is None:
                return
            begun = asyncio.get_running_loop().time()
            await self._run_once(image)
            if asyncio.get_running_loop().time() - begun > _BACKOFF_RESET:
                backoff = _BACKOFF_FIRST
            if self._stop.is_set() or not self._again():
                return
            if self.facts.restart_count > 0 and await self._wait_before_restart(backoff):
                return
            if self.facts.restart_count > 0:
                backoff = min(2 * backoff, _BACKOFF_MAX)
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
                self._event("Killing", f"Stopping container {self._container.name}")
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
        self._event(
            "BackOff", f"Back-off restarting failed container {name} in pod {where.partition('pod=')[2]}", bad=True
        )
        self._owner.publish()
        return await self._pause(seconds)

    async def _pause(self, seconds: float) -> bool:
        """Waits; True when the container was stopped meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return False
        return True

    async def _pull(self) -> Image | None:
        """The image, as soon as this machine can stand in for it; None when stopped before that."""
        reference, backoff = self._container.image, _BACKOFF_FIRST
        annotations = self._owner.pod().metadata.annotations
        pulled = False
        while not self._stop.is_set():
            try:
                if PULL_FAILURE in annotations:
                    raise ImageError(annotations[PULL_FAILURE])  # noqa: TRY301 -- as any other failure, below
                image = find_image(reference)
                if image.executable and not self._runtime.has_executable(image.executable):
                    raise missing_executable(image)
            except ImageError as error:
                pulled = True
                if await self._pull_failed(reference, error, backoff):
                    return None
                backoff = min(2 * backoff, _BACKOFF_MAX)
                continue
            if pulled or self._container.image_pull_policy == "Always":
                self._event("Pulling", f'Pulling image "{reference}"')
                taken = "0s (0s including waiting)"
                self._event("Pulled", f'Successfully pulled image "{reference}" in {taken}. Image size: 0 bytes.')
            else:
                self._event("Pulled", f'Container image "{reference}" already present on machine')
            return image
        return None

    async def _pull_failed(self, reference: str, error: ImageError, backoff: float) -> bool:
        """Tells of the failure and waits for the next try; True when stopped meanwhile."""
        message = pull_failure(reference, error)
        if self._container.image_pull_policy == "Never":
            told = f'Container image "{reference}" is not present with pull policy of Never'
            self.facts = replace(self.facts, state=waiting("ErrImageNeverPull", told))
            self._event("ErrImageNeverPull", told, bad=True)
            self._event("Failed", "Error: ErrImageNeverPull", bad=True)
            self._owner.publish()
            return await self._pause(backoff)
        self._event("Pulling", f'Pulling image "{reference}"')
        self._event("Failed", f'Failed to pull image "{reference}": {message}', bad=True)
        self._event("Failed", "Error: ErrImagePull", bad=True)
        self.facts = replace(self.facts, state=waiting("ErrImagePull", message))
        self._owner.publish()
        if await self._pause(_PULL_PAUSE):
            return True
        told = f'Back-off pulling image "{reference}"'
        self._event("BackOff", told)
        self._event("Failed", "Error: ImagePullBackOff", bad=True)
        self.facts = replace(self.facts, state=waiting("ImagePullBackOff", f"{told}: ErrImagePull: {message}"))
        self._owner.publish()
        return await self._pause(backoff)

    async def _run_once(self, image: Image) -> None:
        container_id = f"local://{secrets.token_hex(32)}"
        try:
            spec = self._spec(image)
        except (ContainerConfigError, OSError) as error:
            self._event("Failed", f"Error: {error}", bad=True)
            self.facts = replace(self.facts, state=waiting("CreateContainerConfigError", str(error)))
            self._owner.publish()
            await self._stop.wait()
            return
        self._event("Created", f"Created container: {self._container.name}")
        made = replace(self.facts, image=image.name, image_id=image.image_id, container_id=container_id)
        try:
            process = await self._start(spec)
        except StartError as error:
            self.facts = made
            self._event("Failed", f"Error: {error.message}", bad=True)
            self._set_terminated(error.exit_code, _EPOCH, reason=error.reason, message=error.message)
            return
        except OSError as error:
            # The machine's own failure, such as a full disk: the Pod must say so rather than wait for ever.
            self.facts = made
            self._event("Failed", f"Error: {error}", bad=True)
            self._set_terminated(_START_ERROR, _EPOCH, reason="StartError", message=str(error))
            return
        self.process = process
        started = timestamp(now())
        self.facts = replace(made, state=ContainerState(running=ContainerStateRunning(started_at=started)))
        self._event("Started", f"Started container {self._container.name}")
        if self._stop.is_set():
            await process.stop(self._grace)
        else:
            self._owner.publish()
        self._set_terminated(await process.wait(), started)

    async def _start(self, spec: PodProcessSpec) -> PodProcess:
        delay = start_delay(self._owner.pod().metadata.annotations)
        if delay:
            self._owner.publish()
            await self._pause(delay)
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

    def _event(self, reason: str, message: str, *, bad: bool = False) -> None:
        kind = "Warning" if bad else "Normal"
        self._events.kubelet(self._owner.pod(), reason, message, container=self._container.name, kind=kind)


def _duration(seconds: float) -> str:
    """Go's short form: `10s`, `2m40s`, `5m0s`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
