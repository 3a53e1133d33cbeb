from __future__ import annotations

import pytest

from k8s_sandbox_tui.local_cluster.kubelet.image_name import reference_error
from k8s_sandbox_tui.local_cluster.kubelet.images import ImageError, find_image, missing_executable, pull_failure


@pytest.mark.parametrize(
    ("reference", "name", "argv", "executable"),
    [
        ("python:3.11-slim", "docker.io/library/python:3.11-slim", ("python3",), "python3"),
        ("node:20-slim", "docker.io/library/node:20-slim", ("node",), "node"),
        ("node", "docker.io/library/node:latest", ("node",), "node"),
        ("library/python:3", "docker.io/library/python:3", ("python3",), "python3"),
        ("docker.io/library/node:22", "docker.io/library/node:22", ("node",), "node"),
        ("docker.io/alpine", "docker.io/library/alpine:latest", ("/bin/sh",), ""),
        ("public.ecr.aws/docker/library/busybox:1", "docker.io/library/busybox:1", ("/bin/sh",), ""),
        ("ubuntu:24.04", "docker.io/library/ubuntu:24.04", ("/bin/sh",), ""),
        ("python@sha256:00ff", "docker.io/library/python:latest", ("python3",), "python3"),
    ],
)
def test_images_that_can_be_stood_in_for(reference: str, name: str, argv: tuple[str, ...], executable: str) -> None:
    image = find_image(reference)
    assert (image.name, image.argv, image.executable) == (name, argv, executable)


@pytest.mark.parametrize(
    "reference", ["nosuch.invalid/image:1", "nginx", "ghcr.io/x/python:3", "pythonic", "a/node", "x:python"]
)
def test_other_images_are_refused_with_the_choice_there_is(reference: str) -> None:
    with pytest.raises(ImageError, match="choose one of these, or use a real cluster"):
        find_image(reference)


def test_a_missing_program_is_named_with_what_to_do() -> None:
    message = pull_failure("node:20", missing_executable(find_image("node:20")))
    assert message == (
        'failed to pull and unpack image "node:20": this machine has no node, which the local cluster runs in place of '
        "this image: install Node.js (https://nodejs.org), or choose a python image"
    )


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("python", ""),
        ("python:3.11-slim", ""),
        ("localhost/app", ""),
        ("REGISTRY.example:5000/team/app_1.0--x:v1", ""),
        (f"python@sha256:{'0' * 64}", ""),
        ("Python", "invalid reference format: repository name (library/Python) must be lowercase"),
        ("quay.io/Team/app:1", "invalid reference format: repository name (Team/app) must be lowercase"),
        ("python:", "invalid reference format"),
        ("python:3:4", "invalid reference format"),
        (":3", "invalid reference format"),
        ("docker.io/library//nginx", "invalid reference format"),
        ("two words", "invalid reference format"),
        ("python@sha256:0", "invalid reference format"),
        ("pythön", "invalid reference format"),
    ],
)
def test_names_that_are_no_images(reference: str, why: str) -> None:
    told = reference_error(reference)
    assert told.endswith(f'couldn\'t parse image name "{reference}": {why}' if why else "")
    assert bool(told) is bool(why)
