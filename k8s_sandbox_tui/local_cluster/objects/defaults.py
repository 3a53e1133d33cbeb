"""What the API server adds to a Pod that a client did not say.

The defaults of the API itself, and those of the admission plugins that every cluster runs
(ServiceAccount, DefaultTolerationSeconds, Priority).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from uuid import uuid4

from msgspec import UNSET, Raw
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.objects import quantity
from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta, timestamp
from k8s_sandbox_tui.local_cluster.objects.pod import (
    Container,
    EnvVar,
    Pod,
    PodSecurityContext,
    PodSpec,
    Toleration,
    Volume,
    VolumeMount,
)
from k8s_sandbox_tui.local_cluster.objects.pod_status import PodStatus

if TYPE_CHECKING:
    from datetime import datetime

    from k8s_sandbox_tui.local_cluster.objects.resource_requirements import QuantityValue, ResourceRequirements

SERVICE_ACCOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"

# Letters that form no words, as Kubernetes uses for generated names.
_NAME_LETTERS = "bcdfghjklmnpqrstvwxz2456789"

_PROJECTED = Raw(
    b'{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},'
    b'{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},'
    b'{"downwardAPI":{"items":[{"path":"namespace",'
    b'"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}'
)
_NODE_TOLERATIONS = tuple(
    Toleration(key=f"node.kubernetes.io/{key}", operator="Exists", effect="NoExecute", toleration_seconds=300)
    for key in ("not-ready", "unreachable")
)


def random_suffix() -> str:
    """Five letters, for a generated name."""
    return "".join(secrets.choice(_NAME_LETTERS) for _ in range(5))


def new_metadata(meta: ObjectMeta, namespace: str, moment: datetime, *, generation: int = 0) -> ObjectMeta:
    """The metadata of an object about to be created; what only the server may set is set by it alone."""
    name = meta.name or (f"{meta.generate_name[:58]}{random_suffix()}" if meta.generate_name else "")
    return ObjectMeta(
        name=name,
        generate_name=meta.generate_name,
        namespace=namespace,
        uid=str(uuid4()),
        generation=generation,
        creation_timestamp=timestamp(moment),
        labels=meta.labels,
        annotations=meta.annotations,
        owner_references=meta.owner_references,
        finalizers=meta.finalizers,
    )


def default_pod(pod: Pod, namespace: str, moment: datetime, *, with_token: bool = True) -> Pod:
    """The Pod as it is stored: all defaults filled in.

    `with_token`: whether it has the volume with its service account's token, unless it declines that itself.

    Raises:
        QuantityError: a request or limit is not a quantity.
    """
    spec = _default_spec(pod.spec)
    if with_token and spec.automount_service_account_token is not False:
        spec = _with_service_account(spec)
    return Pod(
        metadata=new_metadata(pod.metadata, namespace, moment, generation=1),
        spec=spec,
        status=PodStatus(phase="Pending", qos_class=qos_class(spec)),
    )


def _default_spec(spec: PodSpec) -> PodSpec:
    account = spec.service_account_name or spec.service_account or "default"
    return replace(
        spec,
        init_containers=[_default_container(container) for container in spec.init_containers],
        containers=[_default_container(container) for container in spec.containers],
        restart_policy=spec.restart_policy or "Always",
        termination_grace_period_seconds=30
        if spec.termination_grace_period_seconds is UNSET
        else spec.termination_grace_period_seconds,
        dns_policy=spec.dns_policy or "ClusterFirst",
        service_account_name=account,
        service_account=account,
        security_context=PodSecurityContext() if spec.security_context is UNSET else spec.security_context,
        scheduler_name=spec.scheduler_name or "default-scheduler",
        tolerations=_default_tolerations(spec.tolerations),
        priority=0 if spec.priority is UNSET else spec.priority,
        enable_service_links=True if spec.enable_service_links is UNSET else spec.enable_service_links,
        preemption_policy="PreemptLowerPriority" if spec.preemption_policy is UNSET else spec.preemption_policy,
    )


def _with_service_account(spec: PodSpec) -> PodSpec:
    if any(volume.name.startswith("kube-api-access-") for volume in spec.volumes):
        return spec
    name = f"kube-api-access-{random_suffix()}"
    mount = VolumeMount(name=name, read_only=True, mount_path=SERVICE_ACCOUNT_PATH)

    def mounted(container: Container) -> Container:
        if any(other.mount_path == SERVICE_ACCOUNT_PATH for other in container.volume_mounts):
            return container
        return replace(container, volume_mounts=[*container.volume_mounts, mount])

    return replace(
        spec,
        volumes=[*spec.volumes, Volume(name=name, projected=_PROJECTED)],
        init_containers=[mounted(container) for container in spec.init_containers],
        containers=[mounted(container) for container in spec.containers],
    )


def _default_tolerations(given: list[Toleration]) -> list[Toleration]:
    keys = {toleration.key for toleration in given if toleration.effect in {"", "NoExecute"}}
    if "" in keys:
        return given
    return [*given, *(toleration for toleration in _NODE_TOLERATIONS if toleration.key not in keys)]


def _default_container(container: Container) -> Container:
    return replace(
        container,
        ports=[replace(port, protocol=port.protocol or "TCP") for port in container.ports],
        env=[_default_variable(variable) for variable in container.env],
        resources=default_resources(container.resources),
        termination_message_path=container.termination_message_path or "/dev/termination-log",
        termination_message_policy=container.termination_message_policy or "File",
        image_pull_policy=container.image_pull_policy or _pull_policy(container.image),
    )


def _default_variable(variable: EnvVar) -> EnvVar:
    source = variable.value_from
    if source is UNSET or source.field_ref is UNSET or source.field_ref.api_version:
        return variable
    return replace(variable, value_from=replace(source, field_ref=replace(source.field_ref, api_version="v1")))


def default_resources(resources: ResourceRequirements) -> ResourceRequirements:
    """Canonical quantities, and a request wherever there is only a limit.

    Raises:
        QuantityError: a value is not a quantity.
    """
    limits = _canonical(resources.limits)
    return replace(resources, limits=limits, requests=limits | _canonical(resources.requests))


def _canonical(amounts: dict[str, QuantityValue]) -> dict[str, QuantityValue]:
    return {name: quantity.canonical(amount) for name, amount in sorted(amounts.items())}


def _pull_policy(image: str) -> str:
    tag = image.rsplit("/", 1)[-1].partition(":")[2]
    return "Always" if "@" not in image and tag in {"", "latest"} else "IfNotPresent"


def qos_class(spec: PodSpec) -> str:
    """Guaranteed, Burstable or BestEffort, as the kubelet ranks Pods.

    Source: `k8s.io/kubernetes/pkg/apis/core/v1/helper/qos`.
    """
    containers = [*spec.init_containers, *spec.containers]
    every = [
        {name: quantity.parse(amount) for name, amount in amounts.items() if name in {"cpu", "memory"}}
        for container in containers
        for amounts in (container.resources.requests, container.resources.limits)
    ]
    if not any(any(amounts.values()) for amounts in every):
        return "BestEffort"
    pairs = zip(every[::2], every[1::2], strict=True)
    if all(len(limits) == 2 and requests == limits for requests, limits in pairs):
        return "Guaranteed"
    return "Burstable"
