"""The rights that this library asks for, and what is lost without each: the table behind `Compute.rights`."""

from __future__ import annotations

import msgspec


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A verb on a resource, and what it is for."""

    verb: str
    resource: str
    """With its subresource, as Roles have it."""
    group: str = ""
    """Of the API; empty for the core."""
    lost: str
    """What does not work without it, as a sentence."""
    essential: bool = True
    """Whether ComputeSDK's own functions need it; the others go without, in a lesser way."""

    @property
    def full_resource(self) -> str:
        """With its group, as kubectl has it: `pods/exec`, `pods.metrics.k8s.io`."""
        return f"{self.resource}.{self.group}" if self.group else self.resource

    def __str__(self) -> str:
        """`verb resource`."""
        return f"{self.verb} {self.full_resource}"


NEEDS = (
    Need(verb="create", resource="pods", lost="No sandbox can be created."),
    Need(
        verb="get",
        resource="pods",
        lost="No sandbox can be found by its id or destroyed, and nobody learns when a new one runs.",
    ),
    Need(verb="list", resource="pods", lost="Sandboxes cannot be listed; the dashboard stays empty."),
    Need(
        verb="delete",
        resource="pods",
        lost="Sandboxes cannot be destroyed: one that fails to start, or that has expired, stays.",
    ),
    # A WebSocket is opened by GET, SPDY by POST; for a WebSocket, Kubernetes 1.35 asks for create as well.
    Need(
        verb="create",
        resource="pods/exec",
        lost="No command can be run on Kubernetes 1.35 and newer; on older ones not without get on it.",
    ),
    Need(
        verb="get",
        resource="pods/exec",
        lost="With create alone, commands come through SPDY in place of a WebSocket, after one refused request.",
        essential=False,
    ),
    Need(
        verb="delete",
        resource="services",
        lost="The Service <pod>-svc that somebody put in front of a sandbox stays when it is destroyed.",
    ),
    Need(
        verb="watch",
        resource="pods",
        lost="Changes are noticed by asking again and again: later, and with more requests.",
        essential=False,
    ),
    Need(
        verb="patch",
        resource="pods",
        lost="Metadata and expiry of a sandbox cannot be changed once it has been created.",
        essential=False,
    ),
    Need(
        verb="list",
        resource="events",
        lost="Errors of a create do not say what happened to the Pod, and its progress does not tell pulling.",
        essential=False,
    ),
    Need(
        verb="create",
        resource="pods/portforward",
        lost="Ports are forwarded through a program in the sandbox (Python, Node.js or nc), which not all images have; "
        "before Kubernetes 1.35 only without get on it.",
        essential=False,
    ),
    Need(
        verb="get",
        resource="pods/portforward",
        lost="With create alone, ports are forwarded by SPDY in place of a WebSocket, after one refused request.",
        essential=False,
    ),
    Need(
        verb="get",
        resource="pods/log",
        lost="The log of a sandbox's main process cannot be read.",
        essential=False,
    ),
    Need(
        verb="list",
        resource="pods",
        group="metrics.k8s.io",
        lost="What sandboxes use of CPU and memory is not shown.",
        essential=False,
    ),
)
