"""The connection that a `Compute` and all its sandboxes share: opened on first use, once."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.provider.config import DEFAULT_NAMESPACE, K8sConfig
from k8s_sandbox_tui.provider.errors import InvalidArgumentError, InvalidKubeconfigError, SandboxError
from k8s_sandbox_tui.provider.ids import check_namespace
from k8s_sandbox_tui.provider.models import ClusterInfo

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.connection.connection import Connection
    from k8s_sandbox_tui.provider.connection.credential import CredentialSource
    from k8s_sandbox_tui.provider.connection.kubeconfig import ClusterTarget
    from k8s_sandbox_tui.provider.models import SandboxInfo

UNFINISHED_SECONDS = 5.0


class Closing(Protocol):
    """What works over the connection, and ends before it."""

    async def aclose(self) -> None:
        """Ends it."""
        ...


class ClusterAccess:
    """Opens the cluster of a configuration, once for each event loop after another.

    The cluster never changes under a sandbox: where a kubeconfig is written again, only a new login is taken from it.
    """

    def __init__(self, config: K8sConfig) -> None:
        self.config = config
        self.watch_denied: set[str] = set()
        """Namespaces where `watch` on Pods was refused: not asked for again by each create."""
        self.reap_denied: set[str] = set()
        """Namespaces where an expired sandbox could not be destroyed for want of a right: not tried again."""
        self._creating: set[asyncio.Task[SandboxInfo]] = set()
        self._unfinished: set[asyncio.Task[None]] = set()
        self._held: set[Closing] = set()
        self._target: ClusterTarget | None = None
        self._opened: tuple[Connection, ClusterInfo] | None = None
        self._requests_before = 0
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = asyncio.Lock()

    async def open(self) -> Connection:
        """The connection; the first call reads the kubeconfig and fetches credentials.

        Raises:
            ConfigError: The kubeconfig or its credentials cannot be used.
        """
        return (await self._open())[0]

    async def cluster(self) -> ClusterInfo:
        """Which cluster this is; reads the kubeconfig on the first call.

        Raises:
            ConfigError: The kubeconfig or its credentials cannot be used.
        """
        return (await self._open())[1]

    async def namespace(self) -> str:
        """The namespace that bare ids and new sandboxes belong to."""
        return (await self.cluster()).namespace

    @property
    def requests(self) -> int:
        """Requests that have been sent so far."""
        return self._requests_before + (self._opened[0].requests if self._opened is not None else 0)

    def keep(self, task: asyncio.Task[None]) -> None:
        """Lets a task that deletes what a cancelled call has made end before the connection is closed."""
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)

    def keep_create(self, task: asyncio.Task[SandboxInfo]) -> None:
        """Has a create that is still under way when the connection is closed cancelled first, so that it cleans up."""
        self._creating.add(task)
        task.add_done_callback(self._creating.discard)

    def hold(self, closing: Closing) -> None:
        """Has something closed before the connection is."""
        self._held.add(closing)

    def release(self, closing: Closing) -> None:
        """It has ended by itself."""
        self._held.discard(closing)

    async def aclose(self) -> None:
        """Closes the connection; nothing can be opened again.

        Creates that are under way are cancelled, and what they have made is deleted, for 5 s at the longest.
        """
        self._enter_loop()
        self._closed = True
        ends = time.monotonic() + UNFINISHED_SECONDS
        try:
            await asyncio.gather(*(held.aclose() for held in tuple(self._held)))
            for task in self._creating:
                task.cancel()
            # A create that is cancelled leaves a task behind that deletes what it has made.
            while (pending := self._creating | self._unfinished) and time.monotonic() < ends:
                await asyncio.wait(pending, timeout=ends - time.monotonic(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if self._opened is not None:
                await self._opened[0].aclose()

    def _enter_loop(self) -> None:
        """Leaves an event loop that has ended: nothing that was opened in it can be used in another one.

        Raises:
            SandboxError: It still runs, in another thread.
        """
        running = asyncio.get_running_loop()
        if self._loop is running:
            return
        if self._loop is not None and self._loop.is_running():
            hint = "Make one with k8s() in each event loop, or take k8s_sandbox_tui.sync, which all threads may use."
            raise SandboxError("This compute is in use in another event loop.", hint=hint)
        if self._loop is not None:
            self._requests_before = self.requests
            self._lock, self._opened = asyncio.Lock(), None
            self._creating, self._unfinished, self._held = set(), set(), set()
        self._loop = running

    async def _open(self) -> tuple[Connection, ClusterInfo]:
        self._enter_loop()
        if self._opened is not None:
            return self._opened
        async with self._lock:
            if self._opened is None and not self._closed:
                self._opened = await self._connect()
                if self._closed:  # meanwhile, and there was nothing to close yet
                    await self._opened[0].aclose()
            if self._opened is None or self._closed:
                raise SandboxError("This compute has been closed.", hint="Make another one with k8s().")
        return self._opened

    async def _connect(self) -> tuple[Connection, ClusterInfo]:
        from k8s_sandbox_tui.provider.connection.late_authorities import import_aiohttp

        import_aiohttp()
        from k8s_sandbox_tui.provider.connection.connection import Connection
        from k8s_sandbox_tui.provider.connection.kubeconfig import load_target

        config = self.config
        credentials: CredentialSource | None = None
        if config.configuration is not None:
            from k8s_sandbox_tui.provider.connection.official import ConfiguredCredentials, target_of

            target, credentials = target_of(config.configuration), ConfiguredCredentials(config.configuration)
        else:
            target = self._target or load_target(
                raw=config.kube_config_raw, path=config.kube_config_path, context=config.context
            )
            if not config.kube_config_raw:
                from k8s_sandbox_tui.provider.connection.logins import KubeconfigCredentials

                credentials = KubeconfigCredentials(target, path=config.kube_config_path)
        self._target = target
        namespace = config.namespace or target.namespace or DEFAULT_NAMESPACE
        try:
            check_namespace(namespace)
        except InvalidArgumentError as error:
            raise InvalidKubeconfigError(f"The context {target.context!r} of {target.source}: {error}") from None
        connection = Connection(target, credentials)
        try:
            await connection.prepare()
        except BaseException:
            await connection.aclose()
            raise
        cluster = ClusterInfo(
            context=target.context,
            server=connection.server,
            namespace=namespace,
            user=target.user_name,
            source=target.source,
        )
        return connection, cluster
