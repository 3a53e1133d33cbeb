"""From the arguments of `create` to the request: every value is checked before anything is sent."""

from __future__ import annotations

import math
import secrets
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.config import check_image, check_runtime
from k8s_sandbox_tui.provider.durations import Duration, check_duration
from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.ids import check_namespace, check_new_name
from k8s_sandbox_tui.provider.manifest import PodRequest, check_envs, metadata_annotations
from k8s_sandbox_tui.provider.pod_fields import (
    Ports,
    Toleration,
    check_directory,
    check_labels,
    check_object_name,
    check_ports,
    check_pull_secrets,
    check_selector,
    check_tolerations,
)
from k8s_sandbox_tui.provider.resources import ResourceAmounts, make_resources
from k8s_sandbox_tui.provider.security import SecurityProfile, check_profile, check_profile_directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from k8s_sandbox_tui.provider.config import K8sConfig
    from k8s_sandbox_tui.provider.models import Runtime


def pod_request(
    config: K8sConfig,
    *,
    envs: Mapping[str, str] | None = None,
    metadata: Mapping[str, object] | None = None,
    runtime: Runtime | None = None,
    image: str | None = None,
    name: str | None = None,
    namespace: str | None = None,
    labels: Mapping[str, str] | None = None,
    directory: str | None = None,
    requests: ResourceAmounts | None = None,
    limits: ResourceAmounts | None = None,
    node_selector: Mapping[str, str] | None = None,
    tolerations: Iterable[Toleration] | None = None,
    service_account: str | None = None,
    service_account_token: bool | None = None,
    image_pull_secrets: Iterable[str] | None = None,
    runtime_class: str | None = None,
    ports: Ports | None = None,
    lifetime: Duration | None = None,
    max_lifetime: Duration | None = None,
    security_profile: SecurityProfile | None = None,
) -> PodRequest:
    """The request for a sandbox; an empty name and namespace stand for those that are chosen when it is sent.

    Raises:
        InvalidArgumentError: An argument cannot be, or does not go with another.
    """
    chosen = check_runtime(runtime or config.runtime)
    profile = check_profile(security_profile or config.security_profile)
    folder = check_directory(directory) if directory else ""
    check_profile_directory(profile, folder)
    span = None if lifetime is None else check_duration("lifetime", lifetime)
    cap = None if max_lifetime is None else check_duration("max_lifetime", max_lifetime)
    if span is not None and cap is not None and span > cap:
        raise InvalidArgumentError(
            "The lifetime is longer than the max_lifetime, at which Kubernetes ends the sandbox.",
            hint="A lifetime can be extended later, up to max_lifetime.",
        )
    return PodRequest(
        name=check_new_name(name) if name else "",
        namespace=check_namespace(namespace) if namespace else "",
        runtime=chosen,
        image=check_image(config.image_for(chosen, image or "")),
        envs=check_envs(envs or {}),
        annotations=metadata_annotations(metadata or {}),
        # A name that we make is as good a mark as a nonce: then `compat` can be the TypeScript provider's Pod exactly.
        nonce="" if profile == "compat" and not name else secrets.token_hex(16),
        profile=profile,
        labels=check_labels(labels or {}),
        directory=folder,
        resources=make_resources(requests, limits),
        node_selector=check_selector("node selector", node_selector or {}),
        tolerations=check_tolerations(tolerations or ()),
        service_account=check_object_name("service account", service_account) if service_account else "",
        service_account_token=service_account_token,
        pull_secrets=check_pull_secrets(image_pull_secrets or ()),
        runtime_class=check_object_name("runtime class", runtime_class) if runtime_class else "",
        ports=check_ports(ports or ()),
        # What Kubernetes has ended is still there, as a failed Pod: its expiry removes it.
        lifetime=span or cap,
        max_lifetime=None if cap is None else math.ceil(cap.total_seconds()),
    )
