"""Why a container cannot be made as its Pod describes it."""

from __future__ import annotations


class ContainerConfigError(Exception):
    """What is asked for cannot be had (`CreateContainerConfigError`)."""
