"""The Pod of a new sandbox: ComputeSDK's layout, with what makes it safer and quicker to end."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import msgspec

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.exec.target import CONTAINER
from k8s_sandbox_tui.provider.json_text import stringify
from k8s_sandbox_tui.provider.labels import (
    MANAGED_LABEL,
    MANAGED_VALUE,
    METADATA_PREFIX,
    NONCE_ANNOTATION,
    RUNTIME_LABEL,
    SANDBOX_ID_LABEL,
)
from k8s_sandbox_tui.provider.models import Runtime
from k8s_sandbox_tui.provider.resources import Resources, make_resources
from k8s_sandbox_tui.provider.security import Held, SecurityProfile, held_back

if TYPE_CHECKING:
    from collections.abc import Mapping

GRACE_SECONDS = 5
ANNOTATION_BYTES = 256 * 1024
"""What all annotations of an object may weigh together (Kubernetes: "Annotations")."""

# Kubernetes: "Annotations", the part of a key behind the slash; "meta-" takes 5 of its 63 characters.
_METADATA_KEY = re.compile(r"[-A-Za-z0-9_.]*[A-Za-z0-9]", re.ASCII)
_METADATA_KEY_LENGTH = 63 - len("meta-")
# The rule that every version of Kubernetes accepts; newer ones accept more.
_ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*", re.ASCII)
_EXPANDED = re.compile(r"\$(?=[$(])")


class PodRequest(msgspec.Struct, frozen=True, kw_only=True):
    """All that a new sandbox's Pod is made of; every value checked."""

    name: str
    namespace: str
    runtime: Runtime
    image: str
    envs: dict[str, str]
    annotations: dict[str, str]
    nonce: str
    """Empty: the Pod carries none."""
    profile: SecurityProfile = "default"
    labels: dict[str, str] = {}
    directory: str = ""
    """The working directory; empty: the profile's."""
    resources: Resources = msgspec.field(default_factory=lambda: make_resources(None, None))
    node_selector: dict[str, str] = {}
    tolerations: list[dict[str, object]] = []
    service_account: str = ""
    service_account_token: bool | None = None
    """None: as the profile has it."""
    pull_secrets: list[dict[str, object]] = []
    runtime_class: str = ""
    ports: list[dict[str, object]] = []
    lifetime: timedelta | None = None
    """From the create to the expiry."""
    max_lifetime: int | None = None
    """Seconds after which Kubernetes ends the Pod."""

    def __repr__(self) -> str:
        """Without the variables, which may be secret."""
        return f"PodRequest({self.namespace}/{self.name})"


def pod_manifest(request: PodRequest) -> dict[str, object]:
    """The Pod object to send.

    With the profile `compat` and no further wishes it is, byte for byte, what the TypeScript provider sends.
    """
    compat = request.profile == "compat"
    held = held_back(request.profile, request.directory)
    annotations = dict(request.annotations)
    if request.nonce:
        annotations[NONCE_ANNOTATION] = request.nonce
    manifest: dict[str, object] = {} if compat else {"apiVersion": "v1", "kind": "Pod"}
    manifest["metadata"] = {
        "annotations": annotations,
        "labels": {
            MANAGED_LABEL: MANAGED_VALUE,
            RUNTIME_LABEL: request.runtime,
            SANDBOX_ID_LABEL: request.name,
            **request.labels,
        },
        "name": request.name,
        "namespace": request.namespace,
    }
    spec: dict[str, object] = {
        "containers": [_container(request, held, literal=not compat)],
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        **held.pod,
    }
    wished = {
        "nodeSelector": request.node_selector,
        "tolerations": request.tolerations,
        "serviceAccountName": request.service_account,
        "imagePullSecrets": request.pull_secrets,
        "runtimeClassName": request.runtime_class,
        "activeDeadlineSeconds": request.max_lifetime,
    }
    spec.update({field: value for field, value in wished.items() if value})
    if request.service_account_token is not None:
        spec["automountServiceAccountToken"] = request.service_account_token
    manifest["spec"] = spec
    return manifest


def _container(request: PodRequest, held: Held, *, literal: bool) -> dict[str, object]:
    envs = {**held.envs, **request.envs}
    resources = {
        kind: amounts
        for kind, amounts in (("limits", request.resources.limits), ("requests", request.resources.requests))
        if amounts
    }
    container: dict[str, object] = {
        "command": ["/bin/sh", "-c", held.idle_script],
        "env": [{"name": name, "value": literal_env(value) if literal else value} for name, value in envs.items()],
        "image": request.image,
        "name": CONTAINER,
        "resources": resources,
        **held.container,
    }
    if held.directory:
        container["workingDir"] = held.directory
    if request.ports:
        container["ports"] = request.ports
    return container


def metadata_annotations(metadata: Mapping[str, object]) -> dict[str, str]:
    """The annotations that hold a sandbox's metadata: text as is, other values as JSON.

    Raises:
        InvalidArgumentError: A key cannot be part of an annotation's key, a value has no form in JSON, or all
            together are too large.
    """
    annotations: dict[str, str] = {}
    for key, value in cast("Mapping[object, object]", metadata).items():
        if not isinstance(key, str) or not _METADATA_KEY.fullmatch(key) or len(key) > _METADATA_KEY_LENGTH:
            raise InvalidArgumentError(
                f"{key!r} is not a metadata key.",
                hint=f"At most {_METADATA_KEY_LENGTH} letters, digits, '-', '_' and '.', with a letter or digit last.",
            )
        try:
            annotations[METADATA_PREFIX + key] = _unicode(value) if isinstance(value, str) else stringify(value)
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"Metadata {key!r}: {error.message}") from None
    size = sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())
    if size > ANNOTATION_BYTES:
        raise InvalidArgumentError(
            f"The metadata takes {size} bytes.",
            hint=f"Kubernetes allows {ANNOTATION_BYTES} for all annotations of a Pod.",
        )
    return annotations


def check_envs(envs: Mapping[str, str]) -> dict[str, str]:
    """The variables when a Pod can have them, else raises InvalidArgumentError. Values are not repeated in errors."""
    checked: dict[str, str] = {}
    for name, value in cast("Mapping[object, object]", envs).items():
        if not isinstance(name, str) or not _ENV_NAME.fullmatch(name):
            raise InvalidArgumentError(
                f"{name!r} is not the name of an environment variable.",
                hint="Letters, digits, '_', '-' and '.', not beginning with a digit.",
            )
        if not isinstance(value, str):
            raise InvalidArgumentError(
                f"The value of the environment variable {name!r} is not text but {type(value).__name__}.",
                hint="Write it as text, as a program reads it.",
            )
        if "\0" in value:
            raise InvalidArgumentError(f"The value of the environment variable {name!r} has a NUL character.")
        try:
            checked[name] = _unicode(value)
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"Environment variable {name!r}: {error.message}") from None
    return checked


def literal_env(value: str) -> str:
    """A value that arrives as it is: Kubernetes turns `$(NAME)` into another variable's value and `$$` into `$`."""
    return _EXPANDED.sub("$$", value)


def _unicode(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidArgumentError("The text has half of a surrogate pair, which UTF-8 cannot carry.") from None
    return text
