"""Finds what stands in for a container's image, or says again and again that nothing does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.local_cluster.faults.pod_faults import PULL_FAILURE
from k8s_sandbox_tui.local_cluster.kubelet.backoff import Backoff
from k8s_sandbox_tui.local_cluster.kubelet.image_name import reference_error
from k8s_sandbox_tui.local_cluster.kubelet.images import Image, ImageError, find_image, missing_executable, pull_failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from k8s_sandbox_tui.local_cluster.objects.pod import Container

# Seconds between a failed pull and the notice that the next one waits.
_PAUSE = 0.1


class Puller(Protocol):
    """The container that an image is for."""

    @property
    def container(self) -> Container:
        """As its Pod describes it."""
        ...

    @property
    def annotations(self) -> Mapping[str, str]:
        """Its Pod's, as they are now."""
        ...

    @property
    def stopped(self) -> bool:
        """Whether it is not to be started any more."""
        ...

    def has_executable(self, name: str) -> bool:
        """Whether containers find this program."""
        ...

    def event(self, reason: str, message: str, *, bad: bool = False) -> None:
        """Reports an event."""
        ...

    def wait_for(self, reason: str, message: str) -> None:
        """Shows for what it waits."""
        ...

    async def pause(self, seconds: float) -> bool:
        """Waits; True when it was stopped meanwhile."""
        ...


async def pull(puller: Puller) -> Image | None:
    """The image, as soon as this machine can stand in for it; None when the container was stopped before that."""
    reference, backoff = puller.container.image, Backoff()
    failed = False
    while not puller.stopped:
        nameless = reference_error(reference)
        if nameless:
            puller.event("InspectFailed", nameless, bad=True)
            puller.event("Failed", "Error: InvalidImageName", bad=True)
            puller.wait_for("InvalidImageName", nameless)
            if await puller.pause(backoff.take()):
                return None
            continue
        try:
            image = _find(puller)
        except ImageError as error:
            failed = True
            if await _tell_of(puller, error, backoff.take()):
                return None
            continue
        if failed or puller.container.image_pull_policy == "Always":
            puller.event("Pulling", f'Pulling image "{reference}"')
            taken = "0s (0s including waiting)"
            puller.event("Pulled", f'Successfully pulled image "{reference}" in {taken}. Image size: 0 bytes.')
        else:
            puller.event("Pulled", f'Container image "{reference}" already present on machine')
        return image
    return None


def _find(puller: Puller) -> Image:
    asked = puller.annotations.get(PULL_FAILURE)
    if asked is not None:
        raise ImageError(asked)
    image = find_image(puller.container.image)
    if image.executable and not puller.has_executable(image.executable):
        raise missing_executable(image)
    return image


async def _tell_of(puller: Puller, error: ImageError, backoff: float) -> bool:
    """Tells of a failure and waits for the next try; True when stopped meanwhile."""
    reference = puller.container.image
    message = pull_failure(reference, error)
    if puller.container.image_pull_policy == "Never":
        told = f'Container image "{reference}" is not present with pull policy of Never'
        puller.event("ErrImageNeverPull", told, bad=True)
        puller.event("Failed", "Error: ErrImageNeverPull", bad=True)
        puller.wait_for("ErrImageNeverPull", told)
        return await puller.pause(backoff)
    puller.event("Pulling", f'Pulling image "{reference}"')
    puller.event("Failed", f'Failed to pull image "{reference}": {message}', bad=True)
    puller.event("Failed", "Error: ErrImagePull", bad=True)
    puller.wait_for("ErrImagePull", message)
    if await puller.pause(_PAUSE):
        return True
    told = f'Back-off pulling image "{reference}"'
    puller.event("BackOff", told)
    puller.event("Failed", "Error: ImagePullBackOff", bad=True)
    puller.wait_for("ImagePullBackOff", f"{told}: ErrImagePull: {message}")
    return await puller.pause(backoff)
