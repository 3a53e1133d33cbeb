"""Which programs of this machine stand in for an image: there are no images here, a Pod runs on the host's system."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

# Docker Hub's official images under the names that people write.
_OFFICIAL = (
    "docker.io/library/",
    "index.docker.io/library/",
    "library/",
    "docker.io/",
    "public.ecr.aws/docker/library/",
)

# Images that are little more than a shell and the usual tools.
_PLAIN = frozenset(
    {
        "almalinux",
        "alpine",
        "amazonlinux",
        "archlinux",
        "bash",
        "buildpack-deps",
        "busybox",
        "centos",
        "debian",
        "fedora",
        "oraclelinux",
        "rockylinux",
        "ubuntu",
    }
)
_RUNTIMES = {"node": "node", "python": "python3"}
_ADVICE = {
    "node": "install Node.js (https://nodejs.org), or choose a python image",
    "python3": "install Python 3 (https://www.python.org), or choose a node image",
}


class ImageError(Exception):
    """Nothing on this machine can stand in for the image; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image that can be stood in for.

    Attributes:
        name: Its full name, as a kubelet reports it.
        argv: What it runs when the Pod does not say.
        executable: What has to be on the PATH; empty when the system's shell is enough.
    """

    name: str
    argv: tuple[str, ...]
    executable: str

    @property
    def image_id(self) -> str:
        """Something in the form of an image's digest; the same for the same name."""
        return f"sha256:{hashlib.sha256(self.name.encode()).hexdigest()}"


def find_image(reference: str) -> Image:
    """The image behind a reference, by its name alone: tags make no difference.

    Raises:
        ImageError: it is not one of those that can be stood in for.
    """
    name = reference.partition("@")[0]
    prefix = next((prefix for prefix in _OFFICIAL if name.startswith(prefix)), "")
    repository, _, tag = name.removeprefix(prefix).partition(":")
    full = f"docker.io/library/{repository}:{tag or 'latest'}"
    if repository in _RUNTIMES:
        executable = _RUNTIMES[repository]
        return Image(full, (executable,), executable)
    if repository in _PLAIN:
        return Image(full, ("/bin/sh",), "")
    raise ImageError(
        "the local cluster has no images, it stands in for node, python and plain ones (alpine, busybox, debian, "
        "ubuntu, …) with the programs of this machine: choose one of these, or use a real cluster"
    )


def missing_executable(image: Image) -> ImageError:
    """Why an image cannot run where its program is missing."""
    advice = _ADVICE.get(image.executable, f"install {image.executable}")
    return ImageError(
        f"this machine has no {image.executable}, which the local cluster runs in place of this image: {advice}"
    )


def pull_failure(reference: str, error: ImageError) -> str:
    """The message of `ErrImagePull`."""
    return f'failed to pull and unpack image "{reference}": {error}'
