"""As whom a container runs. Source: `securityContext` of the kubelet; values in, values out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from k8s_sandbox_tui.local_cluster.kubelet.config_error import ContainerConfigError
from k8s_sandbox_tui.local_cluster.objects.pod import PodSecurityContext, SecurityContext
from k8s_sandbox_tui.local_cluster.runtime.types import RunAs

if TYPE_CHECKING:
    from msgspec import UnsetType

    from k8s_sandbox_tui.local_cluster.objects.pod import Container, Pod


def run_as(pod: Pod, container: Container) -> RunAs:
    """The rights that Pod and container ask for; the container's word counts.

    Raises:
        ContainerConfigError: it would be root, which the Pod forbids; all images here run as root.
    """
    shared = pod.spec.security_context or PodSecurityContext()
    own = container.security_context or SecurityContext()
    user = _first(own.run_as_user, shared.run_as_user)
    if _first(own.run_as_non_root, shared.run_as_non_root) is True and not user:
        meta = pod.metadata
        whose = f'(pod: "{meta.name}_{meta.namespace}({meta.uid})", container: {container.name})'
        why = "container has runAsNonRoot and image will run as root"
        if user is not UNSET:
            why = "container's runAsUser breaks non-root policy"
        raise ContainerConfigError(f"{why} {whose}")
    group = _first(own.run_as_group, shared.run_as_group)
    groups = list(shared.supplemental_groups)
    if shared.fs_group is not UNSET:
        groups.append(shared.fs_group)
    return RunAs(
        user=user or 0,
        group=group or 0,
        groups=tuple(groups),
        read_only_root=own.read_only_root_filesystem is True,
        drop_capabilities=bool(own.capabilities and "ALL" in own.capabilities.drop),
    )


def fs_group(pod: Pod) -> int | None:
    """The group that a Pod's volumes belong to."""
    context = pod.spec.security_context
    return context.fs_group if context and context.fs_group is not UNSET else None


def _first(own: int | UnsetType, shared: int | UnsetType) -> int | UnsetType:
    return shared if own is UNSET else own
