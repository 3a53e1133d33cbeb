"""The sandboxes of a cluster: create, find, list, destroy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.config import check_milliseconds
from k8s_sandbox_tui.provider.create import create_sandbox
from k8s_sandbox_tui.provider.destroy import DESTROY_TIMEOUT, destroy_sandbox, not_managed
from k8s_sandbox_tui.provider.destroy_many import DestroyResult, SandboxRef, Target, destroy_many
from k8s_sandbox_tui.provider.errors import InvalidArgumentError, NotFoundError
from k8s_sandbox_tui.provider.ids import SandboxId, parse_id
from k8s_sandbox_tui.provider.info import is_managed, sandbox_info
from k8s_sandbox_tui.provider.listing import all_sandboxes
from k8s_sandbox_tui.provider.options import pod_request
from k8s_sandbox_tui.provider.pages import SandboxPages
from k8s_sandbox_tui.provider.pods import PAGE_SIZE, get_pod
from k8s_sandbox_tui.provider.sandbox import Sandbox
from k8s_sandbox_tui.provider.selection import Selection, select
from k8s_sandbox_tui.provider.watch import SandboxWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from k8s_sandbox_tui.provider.access import ClusterAccess
    from k8s_sandbox_tui.provider.durations import Duration
    from k8s_sandbox_tui.provider.models import CreateProgress, Runtime
    from k8s_sandbox_tui.provider.pod_fields import Ports, Toleration
    from k8s_sandbox_tui.provider.resources import ResourceAmounts
    from k8s_sandbox_tui.provider.security import SecurityProfile
    from k8s_sandbox_tui.provider.selection import Statuses


class SandboxCollection:
    """`compute.sandbox`."""

    def __init__(self, access: ClusterAccess) -> None:
        """Makes no request."""
        self._access = access

    async def create(
        self,
        *,
        envs: Mapping[str, str] | None = None,
        metadata: Mapping[str, object] | None = None,
        runtime: Runtime | None = None,
        image: str | None = None,
        name: str | None = None,
        namespace: str | None = None,
        timeout: int | None = None,
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
        on_progress: Callable[[CreateProgress], None] | None = None,
    ) -> Sandbox:
        """Creates a sandbox and waits until its container runs.

        A sandbox that does not come to run, or whose creation is cancelled, is deleted again. What can never
        start is given up after a grace: at once when the container has ended or its image's name is invalid, after
        10 s when the image cannot be pulled or the container not created, after 20 s when no node has room and the
        Pod's events, which have to be readable for that, tell of no autoscaler that brings one.

        Args:
            envs: Environment variables of the container, for every command; values arrive as they are (but for
                the profile `compat`, where the kubelet expands `$(NAME)` in them).
            metadata: Kept as annotations; read back as text in `SandboxInfo.metadata`, values other than text as JSON.
            runtime: `node` or `python`: the label, and the image where none is given.
            image: The container's image.
            name: The Pod's name; made from the prefix when it is left out.
            namespace: Where; the configured one when it is left out.
            timeout: Milliseconds to wait for it to run, and before that for the API server's answer, for that 10 s at
                least; the configured ones when it is left out.
            labels: Labels of the Pod beside the provider's own.
            directory: Where commands run unless they say otherwise; made when it is missing. With the profile
                `restricted` it is an empty volume, else a folder that belongs to root.
            requests: What is kept free for the sandbox: `cpu`, `memory`, `ephemeral-storage`, as Kubernetes writes
                them (`"500m"`, `"2Gi"`, `2`). ComputeSDK's 250m and 256Mi where left out; None for a name: none.
            limits: What it may use at most; 1 and 1Gi where left out. A default gives way to what is asked for.
            node_selector: Labels that its node must have.
            tolerations: Taints of nodes that it puts up with, in Kubernetes' words.
            service_account: The service account that it runs as; it gets no token unless the next one is True.
            service_account_token: Whether the service account's token is mounted; by the profile when left out.
            image_pull_secrets: Names of Secrets to pull the image with.
            runtime_class: A RuntimeClass of the cluster, such as gVisor's or Kata's.
            ports: Ports that it listens on, by name if you like. They tell others; nothing is opened or closed.
            lifetime: How long it lives, in milliseconds or as a timedelta, unless `Sandbox.extend` puts that off.
                It is kept as the annotation `computesdk.io/expires-at`, which every client of this kind honours
                that lists or watches the sandbox with the right to delete it: see `provider.expiry`.
            max_lifetime: The hard cap, which Kubernetes itself enforces (`activeDeadlineSeconds`) and nobody can
                raise; whole seconds, rounded up. Without a lifetime of its own a sandbox expires with it.
            security_profile: `default`, `compat` or `restricted`, see `provider.security`; the configured one when
                it is left out.
            on_progress: Called with each stage, from this event loop.

        Raises:
            InvalidArgumentError: An argument cannot be; no request was made.
            CreateError: The sandbox cannot start; `reason` and `events` say why.
            CreateTimeoutError: It did not run in time.
            ConflictError: There is a Pod of that name.
            ForbiddenError: Creating Pods here is not allowed, or a policy refuses this one; the hint names the
                security profile that passes.
            SandboxError: See `provider.errors`.
        """
        config = self._access.config
        wait = config.timeout if timeout is None else check_milliseconds("timeout", timeout)
        request = pod_request(
            config,
            envs=envs,
            metadata=metadata,
            runtime=runtime,
            image=image,
            name=name,
            namespace=namespace,
            labels=labels,
            directory=directory,
            requests=requests,
            limits=limits,
            node_selector=node_selector,
            tolerations=tolerations,
            service_account=service_account,
            service_account_token=service_account_token,
            image_pull_secrets=image_pull_secrets,
            runtime_class=runtime_class,
            ports=ports,
            lifetime=lifetime,
            max_lifetime=max_lifetime,
            security_profile=security_profile,
        )
        info = await create_sandbox(self._access, request, timeout=wait, on_progress=on_progress)
        return Sandbox(self._access, info)

    async def get_by_id(self, sandbox_id: str) -> Sandbox | None:
        """The sandbox of an id, `<namespace>/<pod>` or `<pod>` in the configured namespace; None when there is none.

        Raises:
            InvalidArgumentError: It is no id; no request was made.
            NotManagedError: The Pod is no sandbox.
        """
        parsed = await self._parse(sandbox_id)
        try:
            pod = await get_pod(await self._access.open(), parsed.namespace, parsed.name)
        except NotFoundError:
            return None
        if not is_managed(pod):
            raise not_managed(parsed)
        return Sandbox(self._access, sandbox_info(pod))

    async def list(
        self,
        *,
        namespace: str | None = None,
        namespaces: Sequence[str] | None = None,
        labels: Mapping[str, str] | None = None,
        metadata: Mapping[str, object] | None = None,
        runtime: Runtime | None = None,
        status: Statuses | None = None,
        older_than: Duration | None = None,
        newer_than: Duration | None = None,
    ) -> list[Sandbox]:
        """All sandboxes for which all of this is true, in whatever state unless `status` says which.

        Args:
            namespace: Of this namespace; of the configured one when both this and `namespaces` are left out.
            namespaces: Of these namespaces; `()`: of all, which needs the right to list Pods in the whole cluster.
            labels: With these labels.
            metadata: With this metadata; values compare as `create` keeps them.
            runtime: With this runtime.
            status: In this status, or one of these.
            older_than: Made longer ago than this, in milliseconds or as a timedelta.
            newer_than: Made less long ago.

        Raises:
            InvalidArgumentError: A value cannot be; no request was made.
            ForbiddenError: Listing Pods there is not allowed.
        """
        selection = select(
            namespace=namespace,
            namespaces=namespaces,
            labels=labels,
            metadata=metadata,
            runtime=runtime,
            status=status,
            older_than=older_than,
            newer_than=newer_than,
        )
        return [Sandbox(self._access, info) for info in await all_sandboxes(self._access, selection)]

    def pages(self, selection: Selection | None = None, *, page_size: int = PAGE_SIZE) -> SandboxPages:
        """The same page by page, as an async iterator: many sandboxes in little memory, the first of them at once.

        Args:
            selection: Which, made by `select`; all of the configured namespace when it is left out.
            page_size: How many Pods a page has at most, from 1 to 5000; fewer where not all of them are meant.

        Raises:
            InvalidArgumentError: A value cannot be; no request was made.
        """
        return SandboxPages(self._access, selection or select(), page_size=page_size)

    def watch(self, selection: Selection | None = None, *, refresh_interval: float = 2.0) -> SandboxWatch:
        """What changes among the sandboxes, as an async iterator; it begins with those that are there.

            async with compute.sandbox.watch() as changes:
                async for change in changes:
                    print(change.kind, change.info.id, change.info.status)

        It goes on through expired and broken watches; where `watch` is not allowed it lists at an interval.

        Args:
            selection: Which, made by `select` without an age; all of the configured namespace when it is left out.
            refresh_interval: Seconds between two lists, where there is no watch.

        Raises:
            InvalidArgumentError: A value cannot be used.
        """
        return SandboxWatch(self._access, selection or select(), refresh_interval=refresh_interval)

    async def destroy(
        self, sandbox_id: str, *, uid: str | None = None, wait: bool = False, timeout: int = DESTROY_TIMEOUT
    ) -> bool:
        """Deletes a sandbox, then the Service `<pod>-svc` if there is one; False when there was no sandbox.

        Args:
            sandbox_id: `<namespace>/<pod>`, or `<pod>` in the configured namespace.
            uid: Delete only the Pod with this uid.
            wait: Whether to wait until it has gone; else it still has its grace period, 5 s, to end.
            timeout: Milliseconds to wait for that.

        Raises:
            InvalidArgumentError: It is no id; no request was made.
            NotManagedError: The Pod is no sandbox; it is left alone.
            SandboxGoneError: Another Pod has the name now; it is left alone.
            DestroyTimeoutError: It was deleted, but has not gone in time.
        """
        check_milliseconds("timeout", timeout)
        return await destroy_sandbox(self._access, await self._parse(sandbox_id), uid=uid, wait=wait, timeout=timeout)

    async def destroy_many(
        self,
        sandboxes: Iterable[str | SandboxRef] | Selection,
        *,
        wait: bool = False,
        timeout: int = DESTROY_TIMEOUT,
        on_result: Callable[[DestroyResult], None] | None = None,
        keep_going: Callable[[], bool] | None = None,
    ) -> list[DestroyResult]:
        """Deletes many sandboxes, 20 at a time, and says of each what became of it. One failure keeps none of the rest.

        Args:
            sandboxes: Ids; or sandboxes or rows, of which just those with the same uid are deleted; or a selection
                made by `select`, of which all that are there now are deleted.
            wait: Whether to wait until they have gone.
            timeout: Milliseconds to wait for each.
            on_result: Called with each outcome as it is known, from this event loop.
            keep_going: Asked before each; once it says no, what has not begun is skipped.

        Returns:
            The outcomes, in the order in which the sandboxes were given.

        Raises:
            InvalidArgumentError: One is no id; no request was made and nothing was deleted.
            ForbiddenError: Listing Pods for a selection is not allowed.
        """
        check_milliseconds("timeout", timeout)
        if isinstance(sandboxes, str):
            raise InvalidArgumentError("sandboxes is one text.", hint="Give a list of ids.")
        if isinstance(sandboxes, Selection):
            given: list[str | SandboxRef] = [*await all_sandboxes(self._access, sandboxes)]
        else:
            given = list(sandboxes)
        for one in given:
            if isinstance(one, str):
                parse_id(one, "default")
        targets = [await self._target(one) for one in given]
        return await destroy_many(
            self._access, targets, wait=wait, timeout=timeout, on_result=on_result, keep_going=keep_going
        )

    async def _target(self, sandbox: str | SandboxRef) -> Target:
        if isinstance(sandbox, str):
            return Target(await self._parse(sandbox))
        return Target(SandboxId(sandbox.namespace, sandbox.name), sandbox.uid)

    async def _parse(self, sandbox_id: str) -> SandboxId:
        parse_id(sandbox_id, "default")  # a malformed id is refused before a credential plugin runs
        return parse_id(sandbox_id, await self._access.namespace())
