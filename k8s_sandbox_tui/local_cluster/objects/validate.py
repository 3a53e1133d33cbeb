"""What is wrong with a Pod, in the API server's words and order.

Source: `k8s.io/kubernetes/pkg/apis/core/validation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from k8s_sandbox_tui.local_cluster.objects import names, quantity
from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError, FieldErrorType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from k8s_sandbox_tui.local_cluster.objects.pod import Container, Pod, PodSpec
    from k8s_sandbox_tui.local_cluster.objects.resource_requirements import ResourceRequirements

_RESOURCES = {"cpu", "memory", "ephemeral-storage"}
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_PROTOCOLS = ("TCP", "UDP", "SCTP")


def pod_errors(pod: Pod) -> list[FieldError]:
    """All that is wrong with a Pod about to be created; its defaults must be filled in."""
    return [*names.metadata_errors(pod.metadata), *_spec_errors(pod.spec), *_later_errors(pod.spec)]


def _later_errors(spec: PodSpec) -> Iterator[FieldError]:
    """What may only be added to a Pod that is there."""
    given = spec.ephemeral_containers
    if given is not UNSET and bytes(given) not in {b"[]", b"null"}:
        path, detail = "spec.ephemeralContainers", "cannot be set on create"
        yield FieldError(type=FieldErrorType.FORBIDDEN, path=path, detail=detail)


def _spec_errors(spec: PodSpec) -> Iterator[FieldError]:
    volumes = {volume.name for volume in spec.volumes}
    yield from _volume_errors(spec)
    if not spec.containers:
        yield _required("spec.containers")
    taken: set[str] = set()
    for group, containers in (("containers", spec.containers), ("initContainers", spec.init_containers)):
        for index, container in enumerate(containers):
            yield from _container_errors(f"spec.{group}[{index}]", container, volumes, taken)
            taken.add(container.name)
    yield from _one_of("spec.restartPolicy", spec.restart_policy, _RESTART_POLICIES)
    grace = spec.termination_grace_period_seconds
    if grace is not UNSET and grace < 0:
        yield _out_of_range("spec.terminationGracePeriodSeconds", grace, "must be greater than or equal to 0")
    yield from _one_of("spec.dnsPolicy", spec.dns_policy, _DNS_POLICIES)
    yield from _invalid(
        "spec.serviceAccountName", spec.service_account_name, names.subdomain(spec.service_account_name)
    )
    if spec.node_name:
        yield from _invalid("spec.nodeName", spec.node_name, names.subdomain(spec.node_name))
    yield from _deadline_errors(spec.active_deadline_seconds)
    for field, value in (("hostname", spec.hostname), ("subdomain", spec.subdomain)):
        if value:
            yield from _invalid(f"spec.{field}", value, names.label(value))


def _volume_errors(spec: PodSpec) -> Iterator[FieldError]:
    taken: set[str] = set()
    for index, volume in enumerate(spec.volumes):
        yield from _label_errors(f"spec.volumes[{index}].name", volume.name, taken)
        taken.add(volume.name)


def _label_errors(path: str, name: str, taken: set[str]) -> Iterator[FieldError]:
    if not name:
        yield _required(path)
    elif name in taken:
        yield FieldError(type=FieldErrorType.DUPLICATE, path=path, value=name)
    else:
        yield from _invalid(path, name, names.label(name))


def _deadline_errors(seconds: int | UnsetType) -> Iterator[FieldError]:
    if seconds is not UNSET and not 1 <= seconds <= 2**31 - 1:
        yield _out_of_range("spec.activeDeadlineSeconds", seconds, "must be between 1 and 2147483647, inclusive")


def _container_errors(path: str, container: Container, volumes: set[str], taken: set[str]) -> Iterator[FieldError]:
    yield from _label_errors(f"{path}.name", container.name, taken)
    if not container.image:
        yield _required(f"{path}.image")
    elif container.image != container.image.strip():
        yield from _invalid(f"{path}.image", container.image, ["must not have leading or trailing whitespace"])
    for index, port in enumerate(container.ports):
        if not 1 <= port.container_port <= 65535:
            where = f"{path}.ports[{index}].containerPort"
            yield _out_of_range(where, port.container_port, "must be between 1 and 65535, inclusive")
        yield from _one_of(f"{path}.ports[{index}].protocol", port.protocol, _PROTOCOLS)
    for index, variable in enumerate(container.env):
        yield from _variable_errors(f"{path}.env[{index}].name", variable.name)
    yield from _mount_errors(f"{path}.volumeMounts", container, volumes)
    yield from _one_of(f"{path}.imagePullPolicy", container.image_pull_policy, _PULL_POLICIES)
    yield from _resource_errors(f"{path}.resources", container.resources)


def _mount_errors(path: str, container: Container, volumes: set[str]) -> Iterator[FieldError]:
    for index, mount in enumerate(container.volume_mounts):
        where = f"{path}[{index}]"
        if mount.name not in volumes:
            yield FieldError(type=FieldErrorType.NOT_FOUND, path=f"{where}.name", value=mount.name)
        if not mount.mount_path:
            yield _required(f"{where}.mountPath")
        elif mount.mount_path in {other.mount_path for other in container.volume_mounts[:index]}:
            detail = "must be unique"
            yield FieldError(
                type=FieldErrorType.INVALID, path=f"{where}.mountPath", value=mount.mount_path, detail=detail
            )
        for field, part in (("subPath", mount.sub_path), ("subPathExpr", mount.sub_path_expr)):
            yield from _part_errors(f"{where}.{field}", part)


def _part_errors(path: str, part: str) -> Iterator[FieldError]:
    if part.startswith("/"):
        yield from _invalid(path, part, ["must be a relative path"])
    if ".." in part.split("/"):
        yield from _invalid(path, part, ["must not contain '..'"])


def _variable_errors(path: str, name: str) -> Iterator[FieldError]:
    if not name:
        yield _required(path)
    elif not all(" " <= letter <= "~" and letter != "=" for letter in name):
        rule = "a valid environment variable name must consist only of printable ASCII characters other than '='"
        yield from _invalid(path, name, [rule])


def _resource_errors(path: str, resources: ResourceRequirements) -> Iterator[FieldError]:
    for group, amounts in (("limits", resources.limits), ("requests", resources.requests)):
        for name, amount in amounts.items():
            where = f"{path}.{group}[{name}]"
            if name not in _RESOURCES and "/" not in name and not name.startswith("hugepages-"):
                rules = [
                    "must be a standard resource type or fully qualified",
                    "must be a standard resource for containers",
                ]
                yield from _invalid(where, name, rules)
            if quantity.parse(amount) < 0:
                yield from _invalid(where, str(amount), ["must be greater than or equal to 0"])
    for name, amount in resources.requests.items():
        limit = resources.limits.get(name)
        if limit is not None and quantity.parse(amount) > quantity.parse(limit):
            rule = f"must be less than or equal to {name} limit of {limit}"
            yield from _invalid(f"{path}.requests", str(amount), [rule])


def _required(path: str) -> FieldError:
    return FieldError(type=FieldErrorType.REQUIRED, path=path)


def _out_of_range(path: str, value: int, rule: str) -> FieldError:
    return FieldError(type=FieldErrorType.INVALID, path=path, value=value, detail=rule)


def _invalid(path: str, value: str, rules: Sequence[str]) -> Iterator[FieldError]:
    for rule in rules:
        yield FieldError(type=FieldErrorType.INVALID, path=path, value=value, detail=rule)


def _one_of(path: str, value: str, allowed: Sequence[str]) -> Iterator[FieldError]:
    if value not in allowed:
        told = ", ".join(f'"{choice}"' for choice in sorted(allowed))
        detail = f"supported values: {told}"
        yield FieldError(type=FieldErrorType.NOT_SUPPORTED, path=path, value=value, detail=detail)
