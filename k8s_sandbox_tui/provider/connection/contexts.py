"""The contexts that a kubeconfig offers, for people who choose among them."""

from __future__ import annotations

import os
from collections.abc import Mapping  # noqa: TC003 - a public signature
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.provider.connection.kubeconfig import read_config
from k8s_sandbox_tui.provider.connection.kubeconfig_sources import SERVICE_ACCOUNT, in_cluster
from k8s_sandbox_tui.provider.errors import KubeconfigNotFoundError

if TYPE_CHECKING:
    from pathlib import Path


class ContextInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One context; nothing in here is secret."""

    name: str
    """Empty for the service account of the Pod this runs in."""
    cluster: str
    server: str
    """The API server's URL; empty where the cluster is missing."""
    user: str
    namespace: str
    """Its own; empty when it has none."""
    current: bool
    """Whether it is the one that is used when none is named."""


def list_contexts(
    *,
    raw: str = "",
    path: str = "",
    environ: Mapping[str, str] | None = None,
    service_account: Path = SERVICE_ACCOUNT,
) -> tuple[ContextInfo, ...]:
    """The contexts of the kubeconfig that `load_target` would use, in its order. Reads files; asks no cluster.

    Args:
        raw: A kubeconfig as text.
        path: A kubeconfig file.
        environ: The environment; the process's own when None.
        service_account: Where the credentials of a Pod are.

    Raises:
        KubeconfigNotFoundError: The file does not exist, or there is no configuration anywhere.
        InvalidKubeconfigError: The text cannot be read as a kubeconfig.
    """
    environ = os.environ if environ is None else environ
    try:
        config, _ = read_config(raw=raw, path=path, environ=environ)
    except KubeconfigNotFoundError:
        if raw or path or environ.get("KUBECONFIG") or not in_cluster(environ, service_account):
            raise
        return (ContextInfo(name="", cluster="in-cluster", server="", user="", namespace="", current=True),)
    servers = {entry.name: entry.cluster.server for entry in config.clusters}
    return tuple(
        ContextInfo(
            name=entry.name,
            cluster=entry.context.cluster,
            server=servers.get(entry.context.cluster, ""),
            user=entry.context.user,
            namespace=entry.context.namespace,
            current=entry.name == config.current_context,
        )
        for entry in config.contexts
    )
