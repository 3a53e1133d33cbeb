"""The options of `k8s()`: ComputeSDK's `K8sConfig` in snake_case, checked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.ids import check_namespace, check_new_name
from k8s_sandbox_tui.provider.models import RUNTIMES, Runtime
from k8s_sandbox_tui.provider.names import new_name
from k8s_sandbox_tui.provider.security import SecurityProfile, check_profile

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.connection.official import OfficialConfiguration

DEFAULT_IMAGES: dict[Runtime, str] = {"node": "node:20-alpine", "python": "python:3.11-slim"}
DEFAULT_NAMESPACE = "default"
DEFAULT_PREFIX = "computesdk-sbx"
DEFAULT_TIMEOUT = 120_000

_NOT_IN_IMAGE = re.compile(r"[\s\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class K8sConfig:
    """How sandboxes are found and made. Empty text means the default, as in the TypeScript provider.

    Raises:
        InvalidArgumentError: A value cannot be used.
    """

    kube_config_path: str = ""
    kube_config_raw: str = field(default="", repr=False)
    context: str = ""
    namespace: str = ""
    """Empty: the context's own namespace, else `default`."""
    image: str = ""
    """Empty: by runtime, `node:20-alpine` or `python:3.11-slim`."""
    runtime: Runtime = "node"
    timeout: int = DEFAULT_TIMEOUT
    """Milliseconds that `create` waits for the sandbox to run."""
    pod_name_prefix: str = DEFAULT_PREFIX
    url_template: str = ""
    security_profile: SecurityProfile = "default"
    configuration: OfficialConfiguration | None = field(default=None, repr=False, compare=False)
    """A ready configuration of the official client, in the place of a kubeconfig."""

    def __post_init__(self) -> None:
        """Checks every value that can be checked without a cluster."""
        check_runtime(self.runtime)
        check_milliseconds("timeout", self.timeout)
        check_profile(self.security_profile)
        if self.configuration is not None and (self.kube_config_path or self.kube_config_raw or self.context):
            raise InvalidArgumentError(
                "Both a configuration and a kubeconfig or context are given.", hint="Leave one of them out."
            )
        if self.namespace:
            check_namespace(self.namespace)
        if self.image:
            check_image(self.image)
        try:
            check_new_name(new_name(self.pod_name_prefix))
        except InvalidArgumentError:
            raise InvalidArgumentError(
                f"{self.pod_name_prefix!r} cannot begin the name of a Pod.",
                hint="At most 54 lower-case letters, digits and '-', beginning with a letter or digit.",
            ) from None

    def image_for(self, runtime: Runtime, image: str = "") -> str:
        """The image of a new sandbox: the one given, else the configured one, else the runtime's default."""
        return image or self.image or DEFAULT_IMAGES[runtime]


def make_config(
    *,
    kube_config_path: str | os.PathLike[str] | None,
    kube_config_raw: str | None,
    context: str | None,
    namespace: str | None,
    image: str | None,
    runtime: Runtime | None,
    timeout: int | None,
    pod_name_prefix: str | None,
    url_template: str | None,
    security_profile: SecurityProfile | None = None,
    configuration: OfficialConfiguration | None = None,
) -> K8sConfig:
    """A configuration from arguments, where None and empty text mean the default; a timeout of 0 is kept.

    Raises:
        InvalidArgumentError: A value cannot be used.
    """
    return K8sConfig(
        kube_config_path=os.fspath(kube_config_path) if kube_config_path else "",
        kube_config_raw=kube_config_raw or "",
        context=context or "",
        namespace=namespace or "",
        image=image or "",
        runtime=runtime or "node",
        timeout=DEFAULT_TIMEOUT if timeout is None else timeout,
        pod_name_prefix=pod_name_prefix or DEFAULT_PREFIX,
        url_template=url_template or "",
        security_profile=security_profile or "default",
        configuration=configuration,
    )


def check_runtime(runtime: str) -> Runtime:
    """Returns the runtime when it is one, else raises InvalidArgumentError."""
    known: tuple[Runtime, ...] = get_args(Runtime)
    for candidate in known:
        if runtime == candidate:
            return candidate
    raise InvalidArgumentError(
        f"Unsupported runtime {runtime!r} for the k8s provider.", hint=f"Supported runtimes: {', '.join(RUNTIMES)}."
    )


def check_milliseconds(what: str, value: object) -> int:
    """Returns the number when it is one of milliseconds, else raises InvalidArgumentError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidArgumentError(f"{what} {value!r} is not a number of milliseconds, a whole number from 0.")
    return value


def check_image(image: str) -> str:
    """Returns the image when it can be one, else raises InvalidArgumentError; the registry has the last word."""
    if _NOT_IN_IMAGE.search(image) or not image.isascii():
        raise InvalidArgumentError(f"{image!r} is not an image.", hint="It looks like python:3.11-slim.")
    return image
