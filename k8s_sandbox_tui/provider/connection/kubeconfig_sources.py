"""The four sources of a kubeconfig, and which of them is used."""

from __future__ import annotations

import os
from collections.abc import Mapping  # noqa: TC003 - a public signature
from pathlib import Path
from typing import Literal

import msgspec

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class KubeconfigSource(msgspec.Struct, frozen=True):
    """Which of the four sources is used; `value` is the text or the path, empty for the default."""

    kind: Literal["raw", "env", "path", "default"]
    value: str = ""

    def __repr__(self) -> str:
        """Without the text, which holds secrets."""
        return f"KubeconfigSource(kind={self.kind!r})"


def resolve_source(raw: str, path: str, environ: Mapping[str, str]) -> KubeconfigSource:
    """Which source is used: raw text, then `KUBECONFIG_B64`, then the path, then the default.

    That the variable goes before an explicit path is ComputeSDK's order.
    """
    if raw:
        return KubeconfigSource("raw", raw)
    encoded = environ.get("KUBECONFIG_B64", "")
    if encoded:
        return KubeconfigSource("env", encoded)
    if path:
        return KubeconfigSource("path", path)
    return KubeconfigSource("default")


def default_files(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The files of the default source: `$KUBECONFIG`'s, else `~/.kube/config`."""
    listed = [part for part in environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    if listed:
        return tuple(Path(part).expanduser() for part in listed)
    return (Path(environ.get("HOME") or str(Path.home())) / ".kube" / "config",)


def in_cluster(environ: Mapping[str, str], service_account: Path = SERVICE_ACCOUNT) -> bool:
    """Whether this process runs in a Pod with a service account token."""
    return bool(environ.get("KUBERNETES_SERVICE_HOST")) and (service_account / "token").is_file()


def is_configured(*, raw: str = "", path: str = "", environ: Mapping[str, str] | None = None) -> bool:
    """Whether any configuration exists or was asked for, readable or not.

    False means that there is none anywhere: nothing was given, `$KUBECONFIG` is not set,
    `~/.kube/config` does not exist, and this is not a Pod.
    """
    environ = os.environ if environ is None else environ
    if resolve_source(raw, path, environ).kind != "default" or environ.get("KUBECONFIG"):
        return True
    return any(file.exists() for file in default_files(environ)) or in_cluster(environ)
