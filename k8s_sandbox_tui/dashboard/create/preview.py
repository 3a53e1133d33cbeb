"""The Pod that a form would make, as YAML to read and to keep, without the values of its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from k8s_sandbox_tui.provider.manifest import pod_manifest
from k8s_sandbox_tui.provider.names import new_name
from k8s_sandbox_tui.provider.options import pod_request

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.create.form import CreateDefaults, CreateRequest

HIDDEN = "•••"
"""Stands for a value that may be secret."""


def pod_yaml(request: CreateRequest, defaults: CreateDefaults, *, masked: bool) -> str:
    """The manifest that `create` sends, but for what it adds while it sends: the expiry's moment.

    Args:
        request: What the form asks for.
        defaults: What it leaves open.
        masked: Whether to put `HIDDEN` in the place of the variables' values.

    Raises:
        InvalidArgumentError: The provider would refuse it.
    """
    manifest = pod_manifest(
        pod_request(
            defaults.config,
            envs=dict.fromkeys(request.envs, HIDDEN) if masked else request.envs,
            metadata=request.metadata,
            runtime=request.runtime,
            image=request.image,
            name=request.name or new_name(defaults.prefix),
            namespace=request.namespace or defaults.namespace,
            requests=request.requests,
            limits=request.limits,
            lifetime=request.lifetime,
            security_profile=request.security_profile,
        )
    )
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=1000)
