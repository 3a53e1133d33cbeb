# ruff: noqa: RUF012 - msgspec gives each instance its own copy of an empty default
"""What a container, or a Pod as a whole, asks for and may use at most."""

from __future__ import annotations

from msgspec import UNSET, Raw, UnsetType

from k8s_sandbox_tui.local_cluster.objects.meta import KubeStruct

QuantityValue = str | int | float


class ResourceRequirements(KubeStruct, frozen=True, kw_only=True):
    """Requests and limits."""

    limits: dict[str, QuantityValue] = {}
    requests: dict[str, QuantityValue] = {}
    claims: Raw | UnsetType = UNSET
