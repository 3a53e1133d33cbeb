"""The environment and the command line of a container, with all references resolved."""

from __future__ import annotations

import re
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING

from msgspec import UNSET

from k8s_sandbox_tui.local_cluster.kubelet.config_error import ContainerConfigError
from k8s_sandbox_tui.local_cluster.objects import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from k8s_sandbox_tui.local_cluster.objects.pod import Container, EnvVarSource, Pod, ResourceFieldRef

# Source: `k8s.io/kubernetes/third_party/forked/golang/expansion`.
_REFERENCE = re.compile(r"\$\$|\$\(([^)]*)\)")
_SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['([^']*)'\]")


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Replaces `$(NAME)`; unknown names stay as they are, `$$` stands for `$`."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        return variables.get(match[1], match[0])

    return _REFERENCE.sub(value, text)


def environment(pod: Pod, container: Container) -> dict[str, str]:
    """The variables of a container, later ones seeing earlier ones.

    Raises:
        ContainerConfigError: a value cannot be had.
    """
    result: dict[str, str] = {}
    for variable in container.env:
        source = variable.value_from
        if source is UNSET:
            result[variable.name] = expand(variable.value, result)
            continue
        value = _from_source(pod, container, source)
        if value is not None:
            result[variable.name] = value
    return result


def command_line(container: Container, image_argv: Iterable[str], variables: Mapping[str, str]) -> tuple[str, ...]:
    """What to run: command and args, else args alone, else what the image runs."""
    words = [*container.command, *container.args] or list(image_argv)
    return tuple(expand(word, variables) for word in words)


def _from_source(pod: Pod, container: Container, source: EnvVarSource) -> str | None:
    if source.field_ref is not UNSET:
        return _field(pod, source.field_ref.field_path)
    for kind, reference in (("configmap", source.config_map_key_ref), ("secret", source.secret_key_ref)):
        if reference is not UNSET:
            if reference.optional is True:
                return None
            raise ContainerConfigError(f'{kind} "{reference.name}" not found')
    if source.resource_field_ref is not UNSET:
        return _resource(pod, container, source.resource_field_ref)
    return None


def _resource(pod: Pod, container: Container, reference: ResourceFieldRef) -> str:
    """A request or limit in units of the divisor, rounded up."""
    named = [other for other in pod.spec.containers if other.name == reference.container_name]
    resources = (named[0] if named else container).resources
    group, _, name = reference.resource.partition(".")
    amounts = {"limits": resources.limits, "requests": resources.requests}.get(group, {})
    if name not in amounts:
        raise ContainerConfigError(f"the container has no {reference.resource}")
    divisor = quantity.parse(reference.divisor) or Decimal(1)
    return str(ceil(quantity.parse(amounts[name]) / divisor))


def _field(pod: Pod, path: str) -> str:
    match = _SUBSCRIPT.fullmatch(path)
    if match:
        members = pod.metadata.labels if match[1] == "labels" else pod.metadata.annotations
        return members.get(match[2], "")
    values = {
        "metadata.name": pod.metadata.name,
        "metadata.namespace": pod.metadata.namespace,
        "metadata.uid": pod.metadata.uid,
        "spec.nodeName": pod.spec.node_name,
        "spec.serviceAccountName": pod.spec.service_account_name,
        "status.hostIP": pod.status.host_ip,
        "status.podIP": pod.status.pod_ip,
    }
    if path not in values:
        raise ContainerConfigError(f"unsupported fieldPath: {path}")
    return values[path]
