"""Which cluster is meant, and how it is opened.

The local cluster is used when it is asked for, or when no kubeconfig exists anywhere. A configured cluster
that cannot be used is an error; nothing ever switches to the other kind on its own.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from k8s_sandbox_tui.cli.choices import ClusterChoice
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.start_options import Network
    from k8s_sandbox_tui.provider.connection.contexts import ContextInfo
    from k8s_sandbox_tui.provider.opened import ClusterWish, ConsentNeededError, OpenCluster, OpenedCluster


T = TypeVar("T")

_HOW_TO_AGREE = (
    "If you agree to that, run: k8s-sandbox-tui local up --allow-plain-processes, "
    "or set K8S_SANDBOX_TUI_PLAIN_PROCESSES=1. Or use a cluster of your own: --kubeconfig."
)


def opener(
    choice: ClusterChoice,
    *,
    announce: Callable[[str], None] | None = None,
    consent: Callable[[ConsentNeededError], Awaitable[bool]] | None = None,
) -> OpenCluster:
    """Returns what opens the chosen cluster, later and on the event loop.

    Args:
        choice: The global options.
        announce: Told in a sentence when the local cluster is used because there is no kubeconfig.
        consent: Asked whether the user takes a risk without which the local cluster does not start; None: that is
            left to who catches `ConsentNeededError`.
    """

    async def open_local(chosen: ClusterChoice) -> OpenedCluster:
        from k8s_sandbox_tui.provider.opened import ConsentNeededError

        try:
            return await _open_local(chosen)
        except ConsentNeededError as error:
            if consent is None or not await consent(error):
                raise
            error.agree()
            return await _open_local(chosen)

    async def open_cluster(wish: ClusterWish | None = None, /) -> OpenedCluster:
        if wish is not None:
            # The namespace of the command line is one of the cluster of the command line.
            elsewhere = msgspec.structs.replace(choice, context=wish.context, local=wish.local, namespace="")
            return await (open_local(elsewhere) if wish.local else _open_configured(elsewhere))
        if choice.local:
            return await open_local(choice)
        if _is_configured(choice):
            return await _open_configured(choice)
        if announce is not None:
            announce("Using the local cluster (no kubeconfig found).")
        return await open_local(choice)

    return open_cluster


def contexts_of(choice: ClusterChoice) -> Callable[[], Awaitable[tuple[ContextInfo, ...]]]:
    """Returns what reads the contexts that one may switch to, off the event loop; none where there is no kubeconfig.

    What it returns raises `ConfigError` for a kubeconfig that cannot be read.
    """

    def read() -> tuple[ContextInfo, ...]:
        from k8s_sandbox_tui.provider.connection.contexts import list_contexts
        from k8s_sandbox_tui.provider.connection.kubeconfig_sources import is_configured

        return list_contexts(path=choice.kubeconfig) if is_configured(path=choice.kubeconfig) else ()

    async def contexts() -> tuple[ContextInfo, ...]:
        return await _in_daemon_thread(read, name="contexts")

    return contexts


def refuse_on_windows() -> None:
    """The local cluster needs POSIX processes.

    Raises:
        SandboxError: This is Windows.
    """
    if sys.platform == "win32":
        from k8s_sandbox_tui.provider.errors import SandboxError

        raise SandboxError(
            "The local cluster does not run on Windows itself.",
            hint="Use WSL, or a cluster of your own: give its kubeconfig with --kubeconfig.",
        )


def start_local(network: Network | None = None) -> LocalClusterStatus:
    """Starts the local cluster unless it runs. Blocks until it answers.

    Args:
        network: Which network sandboxes are to have; None: any.

    Raises:
        ConsentNeededError: Sandboxes would run as plain processes, and the user has not agreed to that.
        SandboxError: It cannot run here, or did not start.
    """
    refuse_on_windows()
    from k8s_sandbox_tui.local_cluster import control
    from k8s_sandbox_tui.provider.errors import SandboxError

    try:
        return control.up(network=network)
    except control.ConsentNeededError as error:
        from k8s_sandbox_tui.provider.opened import ConsentNeededError

        raise ConsentNeededError(error.warning, agree_to_plain_processes, hint=_HOW_TO_AGREE) from error
    except control.LocalClusterError as error:
        raise SandboxError(str(error)) from error


def agree_to_plain_processes() -> None:
    """Remembers that the user agrees to sandboxes that nothing holds back.

    Raises:
        SandboxError: That cannot be written down.
    """
    from k8s_sandbox_tui.local_cluster import control
    from k8s_sandbox_tui.provider.errors import SandboxError

    try:
        control.agree_to_plain_processes()
    except control.LocalClusterError as error:
        raise SandboxError(str(error)) from error


def _is_configured(choice: ClusterChoice) -> bool:
    from k8s_sandbox_tui.provider.connection.kubeconfig_sources import is_configured
    from k8s_sandbox_tui.provider.errors import InvalidArgumentError, KubeconfigNotFoundError

    if choice.kubeconfig and os.environ.get("KUBECONFIG_B64"):
        # ComputeSDK lets the variable win. Where both name a cluster, guessing could destroy in the wrong one.
        raise InvalidArgumentError(
            "Both --kubeconfig and the variable KUBECONFIG_B64 name a cluster.", hint="Unset one of them."
        )
    configured = is_configured(path=choice.kubeconfig)
    if choice.context and not configured:
        raise KubeconfigNotFoundError(
            f"There is no kubeconfig to look up the context {choice.context} in.", hint="Name it with --kubeconfig."
        )
    return configured


async def _open_configured(choice: ClusterChoice) -> OpenedCluster:
    return await _connect(choice, kube_config_path=choice.kubeconfig or None, context=choice.context or None)


async def _open_local(choice: ClusterChoice) -> OpenedCluster:
    status, kubeconfig = await _in_daemon_thread(_start_local_and_read, name="local cluster")
    # As text, because that goes before KUBECONFIG_B64 and a path does not.
    return await _connect(choice, kube_config_raw=kubeconfig, local=status)


async def _in_daemon_thread(work: Callable[[], T], *, name: str) -> T:
    """Blocks the loop no more than the end of the process."""
    from k8s_sandbox_tui.provider.daemon_thread import in_daemon_thread

    return await in_daemon_thread(work, name=name)


def _start_local_and_read() -> tuple[LocalClusterStatus, str]:
    status = start_local()
    return status, status.kubeconfig.read_text(encoding="utf-8")


async def _connect(
    choice: ClusterChoice,
    *,
    kube_config_path: str | None = None,
    kube_config_raw: str | None = None,
    context: str | None = None,
    local: LocalClusterStatus | None = None,
) -> OpenedCluster:
    from msgspec import structs

    from k8s_sandbox_tui.provider import k8s
    from k8s_sandbox_tui.provider.opened import OpenedCluster

    compute = k8s(
        kube_config_path=kube_config_path,
        kube_config_raw=kube_config_raw,
        context=context,
        namespace=choice.namespace or None,
        url_template=choice.url_template or None,
    )
    try:
        cluster = await compute.connect()
    except BaseException:
        await compute.aclose()
        raise
    if local is None:
        return OpenedCluster(compute=compute, cluster=cluster)
    return OpenedCluster(
        compute=compute,
        # Whoever is to reach it from elsewhere needs the file.
        cluster=structs.replace(cluster, source=str(local.kubeconfig)),
        local=True,
        isolation=local.isolation,
        limits=local.limits,
        network=local.network,
        warning=local.warning,
    )
