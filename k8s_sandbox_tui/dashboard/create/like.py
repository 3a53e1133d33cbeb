"""The form of a sandbox that is there already, to make another one like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from k8s_sandbox_tui.dashboard.create.amounts import span_text
from k8s_sandbox_tui.dashboard.create.form import FormValues
from k8s_sandbox_tui.provider.dotenv import Row
from k8s_sandbox_tui.provider.exec.target import CONTAINER
from k8s_sandbox_tui.provider.models import RUNTIMES
from k8s_sandbox_tui.provider.resources import DEFAULT_LIMITS, DEFAULT_REQUESTS
from k8s_sandbox_tui.provider.security import RESTRICTED_HOME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from k8s_sandbox_tui.dashboard.create.form import CreateDefaults
    from k8s_sandbox_tui.provider.models import Runtime, SandboxInfo
    from k8s_sandbox_tui.provider.security import SecurityProfile


class Likeness(NamedTuple):
    """A form, and what of the sandbox does not fit into one."""

    values: FormValues
    left_out: tuple[str, ...]
    """In plain words."""


class _Env(msgspec.Struct, rename="camel"):
    name: str = ""
    value: str = ""
    value_from: object = None


class _Security(msgspec.Struct, rename="camel"):
    run_as_non_root: bool | None = None
    seccomp_profile: object = None


class _Container(msgspec.Struct, rename="camel"):
    name: str = ""
    env: list[_Env] | None = None
    working_dir: str | None = None


class _Spec(msgspec.Struct, rename="camel"):
    containers: list[_Container] | None = None
    security_context: _Security | None = None
    node_selector: dict[str, str] | None = None
    runtime_class_name: str | None = None


class _Pod(msgspec.Struct):
    spec: _Spec = msgspec.field(default_factory=_Spec)


def form_like(info: SandboxInfo, pod: Mapping[str, object], defaults: CreateDefaults) -> Likeness:
    """What to type into the form for a sandbox like this one; its name begins the new one's.

    Args:
        info: The sandbox.
        pod: Its whole Pod.
        defaults: What an empty field stands for: fields that say the same stay empty.
    """
    spec = _spec(pod)
    containers = spec.containers or []
    container = next((one for one in containers if one.name == CONTAINER), containers[0] if containers else None)
    envs = (container.env or []) if container is not None else []
    profile = _profile(spec.security_context)
    runtime = _runtime(info.runtime, defaults.runtime)
    prefix = info.name.rpartition("-")[0] or info.name
    requests, limits = info.resources.requests, info.resources.limits
    span = None if info.expires_at is None else info.expires_at - info.created_at
    values = FormValues(
        runtime=runtime,
        image="" if info.image == defaults.images[runtime] else info.image,
        name="" if prefix == defaults.prefix else prefix,
        namespace="" if info.namespace == defaults.namespace else info.namespace,
        envs=tuple(
            Row(env.name, env.value.replace("$$", "$"))
            for env in envs
            if env.value_from is None and not (profile == "restricted" and env == _Env("HOME", RESTRICTED_HOME))
        ),
        metadata=tuple(Row(key, value) for key, value in info.metadata.items()),
        lifetime="" if span is None or span.total_seconds() <= 0 else span_text(span),
        cpu_request=_other(requests, "cpu", DEFAULT_REQUESTS["cpu"]),
        cpu_limit=_other(limits, "cpu", DEFAULT_LIMITS["cpu"]),
        memory_request=_other(requests, "memory", DEFAULT_REQUESTS["memory"]),
        memory_limit=_other(limits, "memory", DEFAULT_LIMITS["memory"]),
        profile=profile,
    )
    return Likeness(values, tuple(_left_out(spec, container, envs, profile)))


def _runtime(label: str, default: Runtime) -> Runtime:
    for runtime in RUNTIMES:
        if label == runtime:
            return runtime
    return default


def _spec(pod: Mapping[str, object]) -> _Spec:
    try:
        return msgspec.convert(pod, _Pod).spec
    except msgspec.ValidationError:
        # A field of another type than Kubernetes gives it: what the row shows has to do.
        return _Spec()


def _profile(security: _Security | None) -> SecurityProfile:
    if security is not None and security.run_as_non_root:
        return "restricted"
    return "default" if security is not None and security.seccomp_profile is not None else "compat"


def _other(amounts: Mapping[str, str], name: str, default: str) -> str:
    amount = amounts.get(name, "")
    return "" if amount == default else amount


def _left_out(spec: _Spec, container: _Container | None, envs: list[_Env], profile: SecurityProfile) -> list[str]:
    parts: list[str] = []
    if taken := [env.name for env in envs if env.value_from is not None]:
        parts.append(f"variables from elsewhere ({', '.join(taken)})")
    directory = container.working_dir if container is not None else None
    if directory and not (profile == "restricted" and directory == RESTRICTED_HOME):
        parts.append(f"the directory {directory}")
    if spec.node_selector:
        parts.append("the node selector")
    if spec.runtime_class_name:
        parts.append(f"the runtime class {spec.runtime_class_name}")
    if len(spec.containers or ()) > 1:
        parts.append("the other containers")
    return parts
