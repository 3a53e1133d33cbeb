"""The entrance: `k8s(…)` gives a `Compute`, whose sandboxes are Pods of one cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from k8s_sandbox_tui.provider.access import ClusterAccess
from k8s_sandbox_tui.provider.collection import SandboxCollection
from k8s_sandbox_tui.provider.config import DEFAULT_PREFIX, DEFAULT_TIMEOUT, K8sConfig, make_config
from k8s_sandbox_tui.provider.ids import check_namespace
from k8s_sandbox_tui.provider.inventory import Inventory
from k8s_sandbox_tui.provider.namespaces import list_namespaces
from k8s_sandbox_tui.provider.rights import Rights, review_rights
from k8s_sandbox_tui.provider.selection import check_namespaces
from k8s_sandbox_tui.provider.usage import SandboxUsage, list_usage

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from types import TracebackType

    from k8s_sandbox_tui.provider.connection.official import OfficialConfiguration
    from k8s_sandbox_tui.provider.models import ClusterInfo, Runtime
    from k8s_sandbox_tui.provider.security import SecurityProfile


def k8s(
    *,
    kube_config_path: str | os.PathLike[str] | None = None,
    kube_config_raw: str | None = None,
    context: str | None = None,
    namespace: str | None = None,
    image: str | None = None,
    runtime: Runtime | None = "node",
    timeout: int | None = DEFAULT_TIMEOUT,
    pod_name_prefix: str | None = DEFAULT_PREFIX,
    url_template: str | None = None,
    security_profile: SecurityProfile | None = None,
    configuration: OfficialConfiguration | None = None,
) -> Compute:
    """Sandboxes on a Kubernetes cluster. Reads and asks nothing yet; empty text and None mean the default.

    Args:
        kube_config_path: A kubeconfig; `$KUBECONFIG`, `~/.kube/config` or the Pod's service account when left out.
        kube_config_raw: A kubeconfig as text. It goes before the environment variable `KUBECONFIG_B64`, which goes
            before `kube_config_path`: ComputeSDK's order.
        context: The context in it; its current one when left out.
        namespace: Where sandboxes are; the context's own, else `default`, when left out.
        image: For all runtimes; `node:20-alpine` or `python:3.11-slim` when left out.
        runtime: `node` or `python`.
        timeout: Milliseconds that `create` waits for a sandbox to run.
        pod_name_prefix: How made names begin.
        url_template: For `get_url`, with `{protocol}`, `{service}`, `{namespace}` and `{port}`.
        security_profile: For new sandboxes: `default`, `compat` or `restricted`, see `provider.security`.
        configuration: A ready `kubernetes.client.Configuration` or `kubernetes.aio.client.Configuration`, in the
            place of a kubeconfig; its `refresh_api_key_hook` is called before each request.

    Raises:
        InvalidArgumentError: A value cannot be used.
    """
    return Compute(
        make_config(
            kube_config_path=kube_config_path,
            kube_config_raw=kube_config_raw,
            context=context,
            namespace=namespace,
            image=image,
            runtime=runtime,
            timeout=timeout,
            pod_name_prefix=pod_name_prefix,
            url_template=url_template,
            security_profile=security_profile,
            configuration=configuration,
        )
    )


class Compute:
    """One cluster and the sandboxes in it. An async context manager; used in one event loop at a time."""

    def __init__(self, config: K8sConfig) -> None:
        """Reads and asks nothing."""
        self._access = ClusterAccess(config)
        self._sandbox = SandboxCollection(self._access)

    @property
    def config(self) -> K8sConfig:
        """The options it was made with."""
        return self._access.config

    @property
    def sandbox(self) -> SandboxCollection:
        """The sandboxes."""
        return self._sandbox

    @property
    def requests(self) -> int:
        """How many requests have been sent to the API server so far, those that were sent again included."""
        return self._access.requests

    async def connect(self) -> ClusterInfo:
        """Reads the kubeconfig and fetches credentials, once; every other call does it by itself.

        The API server is not asked.

        Raises:
            ConfigError: The kubeconfig or its credentials cannot be used; a subclass says why.
        """
        return await self._access.cluster()

    def inventory(
        self,
        *,
        namespaces: Sequence[str] | None = None,
        refresh_interval: float = 2.0,
        watch: bool = True,
        label_selector: str = "",
    ) -> Inventory:
        """The sandboxes and what changes in them, as an async iterator; see `Inventory`.

        Args:
            namespaces: Which; None: the configured one; (): all.
            refresh_interval: Seconds between two lists, where there is no watch.
            watch: False: list at every interval, even where a watch is allowed.
            label_selector: Ask the API server for those alone that have these labels: `team=search,tier!=test`. One
                whose labels change so that it is no longer meant counts as removed.

        Raises:
            InvalidArgumentError: A value cannot be used.
        """
        return Inventory(
            self._access,
            namespaces=namespaces,
            refresh_interval=refresh_interval,
            watch=watch,
            label_selector=label_selector,
        )

    async def namespaces(self) -> tuple[str, ...]:
        """The names of all namespaces of the cluster, sorted. Nothing else here asks for more than one namespace.

        Raises:
            ForbiddenError: They may not be listed, which takes more than a Role. Working in one needs no list.
            AuthenticationError: The credentials are not accepted.
            TransportError: The API server does not answer.
            ConfigError: The kubeconfig or its credentials cannot be used.
        """
        return await list_namespaces(await self._access.open())

    async def list_usage(self, *, namespaces: Sequence[str] | None = None) -> list[SandboxUsage]:
        """What the sandboxes use of CPU (in cores) and memory (in bytes), one request for each namespace.

        A sandbox that has just started, or that does not run, is not among them. Metrics servers measure every 15 s
        or less often: to ask more often tells nothing new.

        Args:
            namespaces: Which; None: the configured one; (): all.

        Raises:
            NotFoundError: The cluster has no metrics server.
            ForbiddenError: It needs the verb `list` on `pods` of the API group `metrics.k8s.io`.
            InvalidArgumentError: A namespace's name cannot be used.
            ApiError: The metrics server does not work.
            TransportError: The API server does not answer.
            ConfigError: The kubeconfig or its credentials cannot be used.
        """
        chosen = (await self._access.namespace(),) if namespaces is None else check_namespaces(namespaces) or ("",)
        return await list_usage(await self._access.open(), chosen)

    async def rights(self, *, namespace: str | None = None) -> Rights:
        """What this identity may do in a namespace, of all that this library asks for; see `Rights`.

        Nothing is tried out: the API server is asked for the rules (`SelfSubjectRulesReview`), and for each right by
        itself where it does not know all rules. Where it refuses to say, the answer is that nothing is known.

        Args:
            namespace: Which; the configured one when it is left out.

        Raises:
            InvalidArgumentError: It is no namespace's name.
            AuthenticationError: The credentials are not accepted.
            TransportError: The API server does not answer.
            ConfigError: The kubeconfig or its credentials cannot be used.
        """
        chosen = check_namespace(namespace) if namespace else await self._access.namespace()
        return await review_rights(await self._access.open(), chosen)

    async def aclose(self) -> None:
        """Closes the connection. Sandboxes stay as they are."""
        await self._access.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connection."""
        await self.aclose()
