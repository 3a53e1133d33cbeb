"""The provider without `await`: the same names, arguments, results and errors as `k8s_sandbox_tui`.

    from k8s_sandbox_tui.sync import k8s

    with k8s(runtime="python") as compute:
        sandbox = compute.sandbox.create()
        result = sandbox.run_command("echo hello")
        sandbox.destroy()

Any thread may use it. Calls run on one event loop, on a thread of the provider's own, and callbacks are called there;
they cannot call back into this module. Ctrl-C in a call cancels it, which kills a command in its sandbox.

Derived by `python -m k8s_sandbox_tui.provider.derive_sync`: changes go to the asynchronous classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui import provider as asynchronous
from k8s_sandbox_tui.provider.config import DEFAULT_PREFIX, DEFAULT_TIMEOUT
from k8s_sandbox_tui.provider.destroy import DESTROY_TIMEOUT
from k8s_sandbox_tui.provider.exec.capture import MAX_OUTPUT
from k8s_sandbox_tui.provider.files.limits import MAX_BYTES, MAX_DOWNLOAD, MAX_FILES, TIMEOUT
from k8s_sandbox_tui.provider.files.name_list import MOST_NAMES
from k8s_sandbox_tui.provider.jobs.limits import DEFAULT_LOG, KILL_GRACE, READ_LIMIT
from k8s_sandbox_tui.provider.jobs.models import LOG_START
from k8s_sandbox_tui.provider.loop_thread import loop_thread
from k8s_sandbox_tui.provider.pods import PAGE_SIZE

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Literal, Self

    from k8s_sandbox_tui.provider.config import K8sConfig
    from k8s_sandbox_tui.provider.connection.official import OfficialConfiguration
    from k8s_sandbox_tui.provider.destroy_many import DestroyResult, SandboxRef
    from k8s_sandbox_tui.provider.durations import Duration
    from k8s_sandbox_tui.provider.exec.commands import Input
    from k8s_sandbox_tui.provider.exec.running import OutputChunk
    from k8s_sandbox_tui.provider.files.content import Data
    from k8s_sandbox_tui.provider.files.entries import FileEntry
    from k8s_sandbox_tui.provider.files.local_tree import LocalPath
    from k8s_sandbox_tui.provider.files.name_list import NameList
    from k8s_sandbox_tui.provider.files.paths import RemotePath
    from k8s_sandbox_tui.provider.files.sync import SyncResult
    from k8s_sandbox_tui.provider.files.transfer import OnProgress, TransferResult
    from k8s_sandbox_tui.provider.forward.model import ForwardEvent, ForwardState, ForwardVia, ForwardWay
    from k8s_sandbox_tui.provider.freshness import InventoryUpdate
    from k8s_sandbox_tui.provider.jobs.models import JobInfo, JobLog, JobState, LogChunk, LogOffset
    from k8s_sandbox_tui.provider.looking import SandboxEvent
    from k8s_sandbox_tui.provider.models import ClusterInfo, CommandResult, CreateProgress, Runtime, SandboxInfo
    from k8s_sandbox_tui.provider.pod_fields import Ports, Toleration
    from k8s_sandbox_tui.provider.resources import ResourceAmounts
    from k8s_sandbox_tui.provider.rights import Rights
    from k8s_sandbox_tui.provider.security import SecurityProfile
    from k8s_sandbox_tui.provider.selection import Selection, Statuses
    from k8s_sandbox_tui.provider.usage import SandboxUsage
    from k8s_sandbox_tui.provider.watch import SandboxChange

__all__ = [
    "Compute",
    "FileReader",
    "FileSync",
    "FileSystem",
    "Inventory",
    "Job",
    "JobCollection",
    "JobFollow",
    "PortForward",
    "RunningCommand",
    "Sandbox",
    "SandboxCollection",
    "SandboxPages",
    "SandboxWatch",
    "k8s",
]


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
        asynchronous.k8s(
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
        ),
    )


class Compute:
    """One cluster and the sandboxes in it. An async context manager; used in one event loop at a time."""

    def __init__(self, wrapped: asynchronous.Compute) -> None:
        self._async = wrapped

    @property
    def config(self) -> K8sConfig:
        """The options it was made with."""
        return self._async.config

    @property
    def sandbox(self) -> SandboxCollection:
        """The sandboxes."""
        return SandboxCollection(self._async.sandbox)

    @property
    def requests(self) -> int:
        """How many requests have been sent to the API server so far, those that were sent again included."""
        return self._async.requests

    def connect(self) -> ClusterInfo:
        """Reads the kubeconfig and fetches credentials, once; every other call does it by itself.

        The API server is not asked.

        Raises:
            ConfigError: The kubeconfig or its credentials cannot be used; a subclass says why.
        """
        return loop_thread().run(self._async.connect())

    def inventory(
        self,
        *,
        namespaces: Sequence[str] | None = None,
        refresh_interval: float = 2.0,
        watch: bool = True,
        label_selector: str = "",
    ) -> Inventory:
        """The sandboxes and what changes in them, as an iterator; see `Inventory`.

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
            loop_thread().call(
                lambda: self._async.inventory(
                    namespaces=namespaces,
                    refresh_interval=refresh_interval,
                    watch=watch,
                    label_selector=label_selector,
                ),
            ),
        )

    def namespaces(self) -> tuple[str, ...]:
        """The names of all namespaces of the cluster, sorted. Nothing else here asks for more than one namespace.

        Raises:
            ForbiddenError: They may not be listed, which takes more than a Role. Working in one needs no list.
            AuthenticationError: The credentials are not accepted.
            TransportError: The API server does not answer.
            ConfigError: The kubeconfig or its credentials cannot be used.
        """
        return loop_thread().run(self._async.namespaces())

    def list_usage(self, *, namespaces: Sequence[str] | None = None) -> list[SandboxUsage]:
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
        return loop_thread().run(self._async.list_usage(namespaces=namespaces))

    def rights(self, *, namespace: str | None = None) -> Rights:
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
        return loop_thread().run(self._async.rights(namespace=namespace))

    def close(self) -> None:
        """Closes the connection. Sandboxes stay as they are."""
        loop_thread().run(self._async.aclose())

    def __enter__(self) -> Self:
        loop_thread().run(self._async.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes the connection."""
        loop_thread().run(self._async.__aexit__(kind, error, trace))


class SandboxCollection:
    """`compute.sandbox`."""

    def __init__(self, wrapped: asynchronous.SandboxCollection) -> None:
        self._async = wrapped

    def create(
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
            on_progress: Called with each stage, on the provider's own thread.

        Raises:
            InvalidArgumentError: An argument cannot be; no request was made.
            CreateError: The sandbox cannot start; `reason` and `events` say why.
            CreateTimeoutError: It did not run in time.
            ConflictError: There is a Pod of that name.
            ForbiddenError: Creating Pods here is not allowed, or a policy refuses this one; the hint names the
                security profile that passes.
            SandboxError: See `provider.errors`.
        """
        return Sandbox(
            loop_thread().run(
                self._async.create(
                    envs=envs,
                    metadata=metadata,
                    runtime=runtime,
                    image=image,
                    name=name,
                    namespace=namespace,
                    timeout=timeout,
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
                    on_progress=on_progress,
                ),
            ),
        )

    def get_by_id(self, sandbox_id: str) -> Sandbox | None:
        """The sandbox of an id, `<namespace>/<pod>` or `<pod>` in the configured namespace; None when there is none.

        Raises:
            InvalidArgumentError: It is no id; no request was made.
            NotManagedError: The Pod is no sandbox.
        """
        found = loop_thread().run(self._async.get_by_id(sandbox_id))
        return None if found is None else Sandbox(found)

    def list(
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
        found = loop_thread().run(
            self._async.list(
                namespace=namespace,
                namespaces=namespaces,
                labels=labels,
                metadata=metadata,
                runtime=runtime,
                status=status,
                older_than=older_than,
                newer_than=newer_than,
            ),
        )
        return [Sandbox(one) for one in found]

    def pages(self, selection: Selection | None = None, *, page_size: int = PAGE_SIZE) -> SandboxPages:
        """The same page by page, as an iterator: many sandboxes in little memory, the first of them at once.

        Args:
            selection: Which, made by `select`; all of the configured namespace when it is left out.
            page_size: How many Pods a page has at most, from 1 to 5000; fewer where not all of them are meant.

        Raises:
            InvalidArgumentError: A value cannot be; no request was made.
        """
        return SandboxPages(loop_thread().call(lambda: self._async.pages(selection, page_size=page_size)))

    def watch(self, selection: Selection | None = None, *, refresh_interval: float = 2.0) -> SandboxWatch:
        """What changes among the sandboxes, as an iterator; it begins with those that are there.

            with compute.sandbox.watch() as changes:
                for change in changes:
                    print(change.kind, change.info.id, change.info.status)

        It goes on through expired and broken watches; where `watch` is not allowed it lists at an interval.

        Args:
            selection: Which, made by `select` without an age; all of the configured namespace when it is left out.
            refresh_interval: Seconds between two lists, where there is no watch.

        Raises:
            InvalidArgumentError: A value cannot be used.
        """
        return SandboxWatch(loop_thread().call(lambda: self._async.watch(selection, refresh_interval=refresh_interval)))

    def destroy(
        self,
        sandbox_id: str,
        *,
        uid: str | None = None,
        wait: bool = False,
        timeout: int = DESTROY_TIMEOUT,
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
        return loop_thread().run(self._async.destroy(sandbox_id, uid=uid, wait=wait, timeout=timeout))

    def destroy_many(
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
            on_result: Called with each outcome as it is known, on the provider's own thread.
            keep_going: Asked before each; once it says no, what has not begun is skipped.

        Returns:
            The outcomes, in the order in which the sandboxes were given.

        Raises:
            InvalidArgumentError: One is no id; no request was made and nothing was deleted.
            ForbiddenError: Listing Pods for a selection is not allowed.
        """
        return loop_thread().run(
            self._async.destroy_many(
                sandboxes,
                wait=wait,
                timeout=timeout,
                on_result=on_result,
                keep_going=keep_going,
            ),
        )


class Sandbox:
    """A sandbox, told from any other Pod of its name by its uid. Made by `SandboxCollection`.

    As a context, `with compute.sandbox.create() as sandbox:`, it is destroyed when that is left.
    """

    provider: Literal["k8s"] = "k8s"

    def __init__(self, wrapped: asynchronous.Sandbox) -> None:
        self._async = wrapped

    @property
    def info(self) -> SandboxInfo:
        """The sandbox as it was last seen; `get_info` looks again."""
        return self._async.info

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        return self._async.sandbox_id

    @property
    def name(self) -> str:
        """The Pod's name."""
        return self._async.name

    @property
    def namespace(self) -> str:
        """The Pod's namespace."""
        return self._async.namespace

    @property
    def uid(self) -> str:
        """The Pod's uid."""
        return self._async.uid

    def get_info(self) -> SandboxInfo:
        """Looks at the sandbox again.

        Raises:
            SandboxGoneError: It is not there any more, or another Pod has its name.
        """
        return loop_thread().run(self._async.get_info())

    def get_pod(self) -> dict[str, object]:
        """The whole Pod as the API server has it now; its variables, which may be secret, are in it in clear.

        Raises:
            SandboxGoneError: It is not there any more, or another Pod has its name.
        """
        return loop_thread().run(self._async.get_pod())

    def get_events(self) -> list[SandboxEvent]:
        """What happened to the sandbox, oldest first; Kubernetes forgets that after an hour.

        Raises:
            ForbiddenError: It needs the verb `list` on events, which ComputeSDK's own rights lack.
        """
        return loop_thread().run(self._async.get_events())

    def get_log(self, *, tail_lines: int = 1000, previous: bool = False) -> bytes:
        """The end of what the main process has written, 1 MiB of it at most; commands' output is not in it.

        Args:
            tail_lines: How many lines.
            previous: Of the container before this one, where it was started again.

        Raises:
            SandboxGoneError: It is not there any more, or another Pod has its name.
            ForbiddenError: It needs the verb `get` on pods/log, which ComputeSDK's own rights lack.
            ApiError: The container has not started, or there is no previous one.
        """
        return loop_thread().run(self._async.get_log(tail_lines=tail_lines, previous=previous))

    def set_metadata(self, metadata: Mapping[str, object], *, remove: Iterable[str] = ()) -> SandboxInfo:
        """Sets some of the metadata and leaves the rest as it is.

        Args:
            metadata: What to set; values are kept as by `create`.
            remove: Keys to remove; one that is not there is no error.

        Raises:
            InvalidArgumentError: A key or value cannot be; no request was made.
            SandboxGoneError: It is not there any more, or another Pod has its name.
            ForbiddenError: It needs the verb `patch` on Pods, which ComputeSDK's own rights lack.
        """
        return loop_thread().run(self._async.set_metadata(metadata, remove=remove))

    def extend(self, duration: Duration) -> SandboxInfo:
        """Lets the sandbox live for at least this long from now; never shortens its life.

        A sandbox without an expiry is left as it is. Safe against a client that is about to destroy it: that one
        destroys only what has not changed since it looked.

        Args:
            duration: Milliseconds or a timedelta, from now on by the API server's clock.

        Raises:
            InvalidArgumentError: It is no span of time, or reaches beyond its `max_lifetime`.
            SandboxGoneError: It is not there any more, or another Pod has its name.
            ForbiddenError: It needs the verb `patch` on Pods, which ComputeSDK's own rights lack.
        """
        return loop_thread().run(self._async.extend(duration))

    def set_expiry(self, moment: datetime | None) -> SandboxInfo:
        """Sets when the sandbox expires, earlier or later than before; None: never.

        Raises:
            InvalidArgumentError: The moment has no time zone, or is beyond its `max_lifetime`.
            SandboxGoneError: It is not there any more, or another Pod has its name.
            ForbiddenError: It needs the verb `patch` on Pods, which ComputeSDK's own rights lack.
        """
        return loop_thread().run(self._async.set_expiry(moment))

    def __repr__(self) -> str:
        """Names the sandbox."""
        return repr(self._async)

    @property
    def filesystem(self) -> FileSystem:
        """Its files; makes no request."""
        return FileSystem(self._async.filesystem)

    @property
    def jobs(self) -> JobCollection:
        """Its jobs: commands that run on by themselves; makes no request."""
        return JobCollection(self._async.jobs)

    def run_command(
        self,
        command: str | Sequence[str],
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout: int | None = None,
        background: bool = False,
        stdin: Input | None = None,
        on_stdout: Callable[[str], None] | None = None,
        on_stderr: Callable[[str], None] | None = None,
        max_output: int | None = MAX_OUTPUT,
    ) -> CommandResult:
        """Runs a command and waits for its end; Ctrl-C kills the command's processes.

        Args:
            command: Text is run by `/bin/sh`; a sequence is a program with its arguments, run as they are.
            cwd: The working directory.
            env: Variables beside the sandbox's own; they reach the whole command.
            timeout: Milliseconds after which the command's processes are killed.
            background: Return at once; the output goes to `/tmp/computesdk-bg.log` in the sandbox.
            stdin: The command's input, then its end; None: no input.
            on_stdout: Called with each piece of output as it arrives.
            on_stderr: Called with each piece of error output as it arrives.
            max_output: Bytes of output that the result keeps, 32 MiB when it is left out; None: all. Callbacks get
                everything.

        Raises:
            CommandTimeoutError: The timeout came first; carries the output so far.
            CommandStartError: The executable is missing or may not be run.
            ConnectionLostError: The connection ended before the command's status; carries the output so far.
            SandboxGoneError: The sandbox ended before the command did.
            SandboxError: See `provider.errors`.
        """
        return loop_thread().run(
            self._async.run_command(
                command,
                cwd=cwd,
                env=env,
                timeout=timeout,
                background=background,
                stdin=stdin,
                on_stdout=on_stdout,
                on_stderr=on_stderr,
                max_output=max_output,
            ),
        )

    def start_command(
        self,
        command: str | Sequence[str],
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bool = False,
        tty: bool = False,
        size: tuple[int, int] | None = None,
        timeout: int | None = None,
    ) -> RunningCommand:
        """Starts a command and returns a handle: its output as it arrives, its input, its end.

        Args:
            command: As for `run_command`.
            cwd: The working directory.
            env: Variables beside the sandbox's own.
            stdin: Whether input will be sent.
            tty: Give it a terminal; stdout and stderr are then one.
            size: The terminal's columns and rows.
            timeout: Milliseconds after which the command's processes are killed.

        Raises:
            SandboxError: See `run_command`.
        """
        return RunningCommand(
            loop_thread().run(
                self._async.start_command(
                    command,
                    cwd=cwd,
                    env=env,
                    stdin=stdin,
                    tty=tty,
                    size=size,
                    timeout=timeout,
                ),
            ),
        )

    def get_url(self, port: int, *, protocol: str = "http") -> str:
        """The URL of a port by the configured template; makes no request and no Service.

        Raises:
            InvalidArgumentError: The port is not from 1 to 65535, or the protocol is not a URL scheme.
        """
        return loop_thread().call(lambda: self._async.get_url(port, protocol=protocol))

    def forward_port(
        self,
        remote_port: int,
        *,
        local_port: int = 0,
        host: str = "127.0.0.1",
        via: ForwardVia = "auto",
    ) -> PortForward:
        """Listens on this machine and carries what connects to a port of the sandbox; no kubectl is needed.

        It goes by Kubernetes' port-forward, and through a program in the sandbox (Python, Node.js or nc) where that is
        refused, or does not reach the sandbox's network, as with gVisor. Only this Pod gets the traffic, never a later
        one of its name. A client that ends its half of a connection and waits for the answer gets it through exec
        whenever that comes; by port-forward, containerd and CRI-O do not tell the server of the client's end.

        Args:
            remote_port: The port in the sandbox.
            local_port: The port here; 0: any that is free.
            host: The address here, or `localhost` for both loopback addresses. Who can reach it can reach the port.
            via: `auto`, or one of the two ways alone: `port-forward`, `exec`.

        Raises:
            InvalidArgumentError: An argument cannot be; no request was made.
            ForwardError: The local port cannot be had, or the sandbox has nothing to make connections with.
            ForbiddenError: The rights are missing: `create` on `pods/portforward`, or on `pods/exec`.
            SandboxGoneError: The sandbox has gone.
            SandboxError: See `provider.errors`.
        """
        return PortForward(
            loop_thread().run(
                self._async.forward_port(
                    remote_port,
                    local_port=local_port,
                    host=host,
                    via=via,
                ),
            ),
        )

    def destroy(self, *, wait: bool = False, timeout: int = DESTROY_TIMEOUT) -> bool:
        """Deletes this sandbox, and no other Pod of its name; False when it was not there.

        Args:
            wait: Whether to wait until it has gone; else it still has its grace period, 5 s, to end.
            timeout: Milliseconds to wait for that.

        Raises:
            SandboxGoneError: Another Pod has its name; that one is left alone.
            DestroyTimeoutError: It was deleted, but has not gone in time.
        """
        return loop_thread().run(self._async.destroy(wait=wait, timeout=timeout))

    def __enter__(self) -> Self:
        loop_thread().run(self._async.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Destroys it, as `destroy` does; that it has gone already is no error here."""
        loop_thread().run(self._async.__aexit__(kind, error, trace))


class RunningCommand:
    """A command that was started; `Sandbox.start_command` makes it.

    Iterate it for its output and then `wait` for its exit code. As a context manager it kills the command on
    leaving,
    where that still runs. Ctrl-C in a `wait` or an iteration does not kill it.
    """

    def __init__(self, wrapped: asynchronous.RunningCommand) -> None:
        self._async = wrapped

    @property
    def duration_ms(self) -> int:
        """Milliseconds since its start, or of its whole run."""
        return self._async.duration_ms

    def __iter__(self) -> Self:
        """Its output as it arrives; ends with the command, however that ended: `wait` tells."""
        return self

    def __next__(self) -> OutputChunk:
        try:
            return loop_thread().run(self._async.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def next_chunks(self) -> list[OutputChunk]:
        """All of its output that is there, as soon as there is some; nothing at the end. For much output."""
        return loop_thread().run(self._async.next_chunks())

    def wait(self) -> int:
        """Waits for its end; may be called again.

        Output that has not been iterated stays to be: up to 32 MiB of it, what comes after is dropped.

        Returns:
            Its exit code, 128+n where signal n ended it.

        Raises:
            CommandTimeoutError: It outlived its timeout; carries the output that was not iterated.
            CommandStartError: The runtime could not start it.
            SandboxGoneError: The sandbox ended before it.
            ConnectionLostError: The connection ended before its status came.
            CommandError: The runtime failed otherwise.
        """
        return loop_thread().run(self._async.wait())

    def send_stdin(self, data: bytes) -> None:
        """Sends input; waits while the command does not take it. After the command's end it goes nowhere.

        Raises:
            InvalidArgumentError: It was started without input, or its input was closed.
        """
        loop_thread().run(self._async.send_stdin(data))

    def close_stdin(self) -> None:
        """Ends its input. With a terminal nothing happens, as in Kubernetes: send the terminal's own end, Ctrl-D.

        Raises:
            InvalidArgumentError: It was started without input, or its input was closed.
        """
        loop_thread().run(self._async.close_stdin())

    def resize(self, columns: int, rows: int) -> None:
        """Sets the size of its terminal; does nothing without one.

        Raises:
            InvalidArgumentError: Not a size.
        """
        loop_thread().run(self._async.resize(columns, rows))

    def kill(self) -> None:
        """Kills its processes: TERM, and KILL two seconds later to those that are left. Returns when it has ended.

        Raises:
            CommandError: It may still run; the message says why.
        """
        loop_thread().run(self._async.kill())

    def __enter__(self) -> Self:
        loop_thread().run(self._async.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        loop_thread().run(self._async.__aexit__(kind, error, traceback))


class FileSystem:
    """The files of a sandbox: ComputeSDK's six methods, and what goes beyond them.

    It needs a shell and the usual tools in the image, and works as the user of its commands. Paths are text, bytes
    or
    path objects with any characters but NUL; a relative one counts from the container's own directory. A file is
    replaced in one step, when all of its new content has arrived and been checked; on any failure the old content
    stays. Errors are below `FileError`, itself a `SandboxError`, and carry the `path`; where the sandbox or the
    connection fails, they are those of `run_command`. `timeout` is in milliseconds. Where content is moved there is
    none unless it is given, but a minute in which nothing moves is an error.
    """

    def __init__(self, wrapped: asynchronous.FileSystem) -> None:
        self._async = wrapped

    @property
    def sync(self) -> FileSync:
        """Brings a directory here and one there to the same content, by what has changed."""
        return FileSync(self._async.sync)

    def read_file(self, path: RemotePath, *, max_bytes: int | None = MAX_BYTES, timeout: int | None = None) -> str:
        """The content of a text file in UTF-8.

        Args:
            path: The file; a symbolic link is followed.
            max_bytes: A larger file is refused; None: none is.
            timeout: Milliseconds.

        Raises:
            FileMissingError: There is none.
            FileTooLargeError: It is larger than `max_bytes`.
            FileError: It cannot be read, or is not UTF-8.
        """
        return loop_thread().run(self._async.read_file(path, max_bytes=max_bytes, timeout=timeout))

    def read_bytes(self, path: RemotePath, *, max_bytes: int | None = MAX_BYTES, timeout: int | None = None) -> bytes:
        """The content of a file; arguments and errors are those of `read_file`."""
        return loop_thread().run(self._async.read_bytes(path, max_bytes=max_bytes, timeout=timeout))

    def read_stream(self, path: RemotePath, *, timeout: int | None = None) -> FileReader:
        """Opens a file to be read in pieces, at the reader's pace and with little memory.

        Args:
            path: The file; a symbolic link is followed.
            timeout: Milliseconds for all of the reading.

        Raises:
            FileMissingError: There is none.
            FileError: It cannot be read; what fails later is raised by the iteration.
        """
        return FileReader(loop_thread().run(self._async.read_stream(path, timeout=timeout)))

    def write_file(
        self,
        path: RemotePath,
        content: str | Data,
        *,
        mode: int | None = None,
        parents: bool = False,
        timeout: int | None = None,
    ) -> None:
        """Replaces the content of a file, or makes it.

        A symbolic link is written through. A file that was there passes on its mode and owner. What is no regular file,
        such as a device, is written to as it is, and so is a file that is a mount of its own.

        Args:
            path: The file.
            content: Text, which is written as UTF-8, or bytes.
            mode: Its permissions, as in `0o755`; None: as before, or as the sandbox's umask says.
            parents: Make the directories on the way.
            timeout: Milliseconds.

        Raises:
            FileMissingError: A directory on the way is missing.
            FileIsDirectoryError: The path is a directory.
            FileNoSpaceError: There is no space left.
            FileError: It cannot be written.
        """
        loop_thread().run(self._async.write_file(path, content, mode=mode, parents=parents, timeout=timeout))

    def write_stream(
        self,
        path: RemotePath,
        content: Iterable[bytes] | AsyncIterable[bytes],
        *,
        mode: int | None = None,
        parents: bool = False,
        timeout: int | None = None,
    ) -> None:
        """Replaces the content of a file by what an iterable gives, with little memory; checks its checksum as well.

        Arguments and errors are those of `write_file`; where the iterable raises, the old content stays.
        """
        loop_thread().run(self._async.write_stream(path, content, mode=mode, parents=parents, timeout=timeout))

    def upload(
        self,
        local: LocalPath,
        remote: RemotePath,
        *,
        parents: bool = False,
        on_progress: OnProgress | None = None,
        timeout: int | None = None,
    ) -> TransferResult:
        """Brings a file, or a directory with all that is in it, to the sandbox; with modes and times, in little memory.

        A directory that is there is added to, file by file in one step each, when all have arrived; one that is not
        appears at once, whole. Symbolic links go as links with the target they have, and are never followed: they could
        lead to what is not meant for the sandbox. Devices, pipes and sockets are skipped.

        Args:
            local: The file or directory.
            remote: The path that it gets; nothing is put *into* a directory of that name.
            parents: Make the directories on the way.
            on_progress: Called now and then.
            timeout: Milliseconds for all of it.

        Raises:
            LocalFileError: It cannot be read.
            FileTransferError: It did not arrive whole: its size and checksum are checked.
            FileError: It cannot be written there.
        """
        return loop_thread().run(
            self._async.upload(
                local,
                remote,
                parents=parents,
                on_progress=on_progress,
                timeout=timeout,
            ),
        )

    def download(
        self,
        remote: RemotePath,
        local: LocalPath,
        *,
        max_bytes: int = MAX_DOWNLOAD,
        max_files: int = MAX_FILES,
        on_progress: OnProgress | None = None,
        timeout: int | None = None,
    ) -> TransferResult:
        """Brings a file, or a directory with all that is in it, to this machine; the other way round as `upload`.

        What the sandbox sends is taken for hostile: whatever it is, nothing lands outside of `local` and nothing is
        written through a symbolic link. Links that lead out of the tree are skipped, as devices and pipes are.

        Args:
            remote: The file or directory; a symbolic link is followed.
            local: The path that it gets.
            max_bytes: What is larger is refused, 64 GiB when it is left out.
            max_files: More entries than that are refused, a million when it is left out.
            on_progress: Called now and then.
            timeout: Milliseconds for all of it.

        Raises:
            FileMissingError: There is nothing.
            UnsafeArchiveError: It would land elsewhere, or is more than is allowed. Nothing of it was kept.
            FileTransferError: It did not arrive whole: its size and checksum are checked.
            LocalFileError: It cannot be written.
            FileError: It cannot be read.
        """
        return loop_thread().run(
            self._async.download(
                remote,
                local,
                max_bytes=max_bytes,
                max_files=max_files,
                on_progress=on_progress,
                timeout=timeout,
            ),
        )

    def append(self, path: RemotePath, content: str | Data, *, timeout: int | None = None) -> None:
        """Adds to the end of a file, or makes it; adds all or nothing.

        Raises:
            FileError: As `write_file`.
        """
        loop_thread().run(self._async.append(path, content, timeout=timeout))

    def mkdir(self, path: RemotePath, *, timeout: int | None = TIMEOUT) -> None:
        """Makes a directory and those on the way to it; one that is there is no error.

        Raises:
            FileExistsAlreadyError: Something else is there.
            FileError: It cannot be made.
        """
        loop_thread().run(self._async.mkdir(path, timeout=timeout))

    def readdir(self, path: RemotePath, *, timeout: int | None = TIMEOUT) -> list[FileEntry]:
        """What is in a directory, by name; symbolic links as links.

        Raises:
            FileMissingError: There is none.
            FileNotDirectoryError: It is none.
            FileError: It cannot be read.
        """
        return loop_thread().run(self._async.readdir(path, timeout=timeout))

    def names(
        self,
        path: RemotePath,
        begin: str = "",
        *,
        most: int = MOST_NAMES,
        timeout: int | None = TIMEOUT,
    ) -> NameList:
        """The names in a directory that begin with a text, fast: for completion.

        Args:
            path: The directory. `~`, and what begins with `~/`, is the home directory of the sandbox's user.
            begin: What the names begin with. Hidden ones are listed where it begins with a dot.
            most: Names that are listed.
            timeout: Milliseconds.

        Raises:
            FileError: As `readdir`.
        """
        return loop_thread().run(self._async.names(path, begin, most=most, timeout=timeout))

    def stat(self, path: RemotePath, *, follow_symlinks: bool = True, timeout: int | None = TIMEOUT) -> FileEntry:
        """What there is at a path.

        Raises:
            FileMissingError: Nothing, or a symbolic link to nothing that is to be followed.
            FileError: It cannot be looked at.
        """
        return loop_thread().run(self._async.stat(path, follow_symlinks=follow_symlinks, timeout=timeout))

    def exists(self, path: RemotePath, *, timeout: int | None = TIMEOUT) -> bool:
        """Whether there is something at a path, be it a symbolic link to nothing.

        What cannot be reached, for want of a permission or as something on the way is no directory, does not exist.
        Where the sandbox itself cannot be asked, that is raised: the answer is not known.
        """
        return loop_thread().run(self._async.exists(path, timeout=timeout))

    def remove(self, path: RemotePath, *, timeout: int | None = TIMEOUT) -> None:
        """Removes a file, a symbolic link, or a directory with all that is in it.

        Raises:
            InvalidArgumentError: It is the root directory, `.` or `..`.
            FileMissingError: There is nothing.
            FileError: It, or something in it, cannot be removed.
        """
        loop_thread().run(self._async.remove(path, timeout=timeout))

    def move(self, source: RemotePath, target: RemotePath, *, timeout: int | None = TIMEOUT) -> None:
        """Gives an entry another path, in one step within one file system; a file there is replaced.

        Raises:
            FileMissingError: There is no source, or no directory for the target.
            FileIsDirectoryError: The target is a directory: name the path itself, nothing is moved into one.
            FileExistsAlreadyError: The source is a directory, and there is something at the target.
            FileError: It cannot be moved.
        """
        loop_thread().run(self._async.move(source, target, timeout=timeout))

    def copy(self, source: RemotePath, target: RemotePath, *, timeout: int | None = TIMEOUT) -> None:
        """Copies an entry with all that is in it, its modes and times; what it may replace is as with `move`.

        Raises:
            FileError: As `move`.
        """
        loop_thread().run(self._async.copy(source, target, timeout=timeout))


class FileSync:
    """Makes one side of a directory what the other one is; just what has changed goes over the connection.

    Files of the same size are compared by their SHA-256; times do not count. Each file is replaced in one step.
    After a sync that failed, the same one does the rest.
    """

    def __init__(self, wrapped: asynchronous.FileSync) -> None:
        self._async = wrapped

    def up(
        self,
        local: LocalPath,
        remote: RemotePath,
        *,
        exclude: Iterable[str] = (),
        delete: bool = False,
        dry_run: bool = False,
        on_progress: OnProgress | None = None,
        timeout: int | None = None,
    ) -> SyncResult:
        """Makes a directory of the sandbox what one of this machine is; what has changed is sent as by `upload`.

        Args:
            local: The directory.
            remote: The directory that is to be like it; made where there is none.
            exclude: Patterns as in `.gitignore`; what fits is neither sent nor deleted.
            delete: Delete what the other side does not have; otherwise it stays.
            dry_run: Change nothing, and say what would be done.
            on_progress: Called now and then.
            timeout: Milliseconds for each of its steps.

        Raises:
            FileError: As `FileSystem.upload`.
        """
        return loop_thread().run(
            self._async.up(
                local,
                remote,
                exclude=exclude,
                delete=delete,
                dry_run=dry_run,
                on_progress=on_progress,
                timeout=timeout,
            ),
        )

    def down(
        self,
        remote: RemotePath,
        local: LocalPath,
        *,
        exclude: Iterable[str] = (),
        delete: bool = False,
        dry_run: bool = False,
        max_bytes: int = MAX_DOWNLOAD,
        max_files: int = MAX_FILES,
        on_progress: OnProgress | None = None,
        timeout: int | None = None,
    ) -> SyncResult:
        """The other way round as `up`; what has changed is fetched as by `download`.

        Raises:
            FileMissingError: There is no such directory in the sandbox.
            FileError: As `FileSystem.download`.
        """
        return loop_thread().run(
            self._async.down(
                remote,
                local,
                exclude=exclude,
                delete=delete,
                dry_run=dry_run,
                max_bytes=max_bytes,
                max_files=max_files,
                on_progress=on_progress,
                timeout=timeout,
            ),
        )


class FileReader:
    """A file that is read; `read_stream` makes it. An async iterator over its content, in pieces of any size.

    As a context manager it ends the reading on leaving, wherever that is.
    """

    def __init__(self, wrapped: asynchronous.FileReader) -> None:
        self._async = wrapped

    def peek(self) -> None:
        """Waits until it is known whether the file can be read, and keeps what has been read with that.

        Raises:
            FileError: It cannot.
            SandboxError: As for any command.
        """
        loop_thread().run(self._async.peek())

    def __iter__(self) -> Self:
        """Its content from where it is; ends with the file."""
        return self

    def __next__(self) -> bytes:
        """The next piece.

        Raises:
            FileError: It cannot be read to its end.
            SandboxError: As for any command.
        """
        try:
            return loop_thread().run(self._async.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        """Ends the reading. May be called again."""
        loop_thread().run(self._async.aclose())

    def __enter__(self) -> Self:
        loop_thread().run(self._async.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        loop_thread().run(self._async.__aexit__(kind, error, traceback))


class JobCollection:
    """The jobs of one sandbox. `Sandbox.jobs` is one."""

    def __init__(self, wrapped: asynchronous.JobCollection) -> None:
        self._async = wrapped

    def start(
        self,
        command: str | Sequence[str],
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        max_log: int = DEFAULT_LOG,
    ) -> Job:
        """Starts a command that runs on by itself, without input; returns when it has begun.

        A program that is missing is no error here: the job ends with exit code 127. Where this is cancelled, what was
        started is killed.

        Args:
            command: Text is run by `/bin/sh`; a sequence is a program with its arguments, run as they are.
            cwd: The working directory.
            env: Variables beside the sandbox's own. Values stand in no argument list, URL or file.
            max_log: Bytes of its newest output that are kept of each stream, 8 MiB when it is left out.

        Raises:
            InvalidArgumentError: An argument cannot be; no request was made.
            CommandError: The sandbox has not what jobs need; the message says what.
            SandboxError: See `Sandbox.run_command`.
        """
        return Job(loop_thread().run(self._async.start(command, cwd=cwd, env=env, max_log=max_log)))

    def list(self, *, state: JobState | None = None) -> list[Job]:
        """Lists the jobs, the oldest first: those that run, and the newest of those that have ended.

        Args:
            state: Only those in this state.

        Raises:
            SandboxError: See `Sandbox.run_command`.
        """
        found = loop_thread().run(self._async.list(state=state))
        return [Job(one) for one in found]

    def get(self, job_id: str) -> Job:
        """Finds a job, also one that another program has started.

        Raises:
            InvalidArgumentError: The id cannot be one.
            JobNotFoundError: There is no such job.
            SandboxGoneError: The sandbox ended.
            SandboxError: See `Sandbox.run_command`.
        """
        return Job(loop_thread().run(self._async.get(job_id)))


class Job:
    """A job of one sandbox. Made by `JobCollection`.

    It depends on nothing here: it goes on when this program ends, and any other can find it by its id.
    """

    def __init__(self, wrapped: asynchronous.Job) -> None:
        self._async = wrapped

    @property
    def info(self) -> JobInfo:
        """The job as it was last seen; `get_info` looks again."""
        return self._async.info

    @property
    def id(self) -> str:
        """12 hexadecimal digits, unlike those of any other job."""
        return self._async.id

    @property
    def command(self) -> str | tuple[str, ...]:
        """As it was given; of a long one the first 4096 characters."""
        return self._async.command

    @property
    def started_at(self) -> datetime:
        """By the clock of the sandbox's node."""
        return self._async.started_at

    @property
    def state(self) -> JobState:
        """As it was last seen."""
        return self._async.state

    @property
    def exit_code(self) -> int | None:
        """128+n where signal n ended it; None where it was last seen running, and where it was lost."""
        return self._async.exit_code

    def get_info(self) -> JobInfo:
        """Looks at the job again.

        Raises:
            JobNotFoundError: It has been removed.
            SandboxGoneError: The sandbox ended, and its jobs with it.
            SandboxError: See `Sandbox.run_command`.
        """
        return loop_thread().run(self._async.get_info())

    def follow(self, offset: LogOffset = LOG_START) -> JobFollow:
        """Gives its log as it arrives, to the end of the job; an iterator and context manager.

        Args:
            offset: From where in the log; the beginning when it is left out.
        """
        return JobFollow(loop_thread().call(lambda: self._async.follow(offset)))

    def peek(self, offset: LogOffset = LOG_START) -> JobFollow:
        """Gives its log to what is its end now; as `follow` otherwise.

        Args:
            offset: From where in the log; the beginning when it is left out.
        """
        return JobFollow(loop_thread().call(lambda: self._async.peek(offset)))

    def read_log(self, offset: LogOffset = LOG_START, *, limit: int = READ_LIMIT) -> JobLog:
        """Reads its log from an offset to what is its end now.

        Args:
            offset: From where in the log; the beginning when it is left out.
            limit: Bytes of both streams together after which it stops, 16 MiB when it is left out.

        Raises:
            JobNotFoundError: It has been removed.
            SandboxError: See `Sandbox.run_command`.
        """
        return loop_thread().run(self._async.read_log(offset, limit=limit))

    def wait(self, timeout: int | None = None) -> int:
        """Waits for its end.

        Args:
            timeout: Milliseconds to wait; None: for ever. The job goes on after it.

        Returns:
            Its exit code, 128+n where signal n ended it.

        Raises:
            JobTimeoutError: It did not end in that time.
            JobLostError: It has ended, and nobody knows its exit code.
            JobNotFoundError: It has been removed.
            SandboxGoneError: The sandbox ended, and its jobs with it.
            SandboxError: It could not be reached for two minutes, or not at all.
        """
        return loop_thread().run(self._async.wait(timeout))

    def signal(self, name: str) -> bool:
        """Sends a signal to all processes of its group; False when it had ended.

        Args:
            name: As `TERM` or `SIGTERM`.

        Raises:
            InvalidArgumentError: No such signal.
            JobNotFoundError: It has been removed.
            SandboxError: See `Sandbox.run_command`.
        """
        return loop_thread().run(self._async.signal(name))

    def kill(self, grace: Duration = KILL_GRACE) -> None:
        """Kills all its processes, also those that have left its group, and waits until they have ended.

        Args:
            grace: Milliseconds or a timedelta between TERM and KILL, 60 s at most.

        Raises:
            CommandError: Some of them may still run; the message says why.
            JobNotFoundError: It has been removed.
            SandboxError: See `Sandbox.run_command`.
        """
        loop_thread().run(self._async.kill(grace))

    def remove(self) -> None:
        """Removes its log and what else is known of it.

        Raises:
            JobRunningError: It runs.
            JobNotFoundError: It has been removed.
            SandboxError: See `Sandbox.run_command`.
        """
        loop_thread().run(self._async.remove())

    def __repr__(self) -> str:
        """Names the job."""
        return repr(self._async)


class JobFollow:
    """The log of a job as it arrives; `Job.follow` makes it. Iterating it ends with the job.

    A connection that is lost is made again, where the log was left: nothing is lost or given twice. Leaving it, by
    `close`, as a context manager or by cancelling, leaves the job running and nothing behind in the sandbox.
    """

    def __init__(self, wrapped: asynchronous.JobFollow) -> None:
        self._async = wrapped

    @property
    def offset(self) -> LogOffset:
        """Where the log goes on after what was given out; `Job.follow` takes it."""
        return self._async.offset

    @property
    def trouble(self) -> str:
        """Why the connection is being made again, as a sentence; empty while there is one."""
        return self._async.trouble

    def __iter__(self) -> Self:
        """Its log as it arrives; ends with the job.

        Raises:
            JobNotFoundError: There is no such job, or none any more.
            SandboxGoneError: The sandbox ended.
            SandboxError: It could not be reached for two minutes, or not at all.
        """
        return self

    def __next__(self) -> LogChunk:
        try:
            return loop_thread().run(self._async.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        """Leaves the job; takes a second at most."""
        loop_thread().run(self._async.aclose())

    def __enter__(self) -> Self:
        loop_thread().run(self._async.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        loop_thread().run(self._async.__aexit__(kind, error, traceback))


class PortForward:
    """A port of a sandbox on this machine, until it is closed or the sandbox has gone.

    `Sandbox.forward_port` makes it. A context manager; any thread may use it. Iterate it for what happens at
    it: up to 1,024 events wait to be taken, then the oldest go.
    """

    def __init__(self, wrapped: asynchronous.PortForward) -> None:
        self._async = wrapped

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        return self._async.sandbox_id

    @property
    def remote_port(self) -> int:
        """The port in the sandbox."""
        return self._async.remote_port

    @property
    def local_host(self) -> str:
        """The address that is listened on here; of `localhost`, the IPv4 one."""
        return self._async.local_host

    @property
    def local_port(self) -> int:
        """The port that is listened on here."""
        return self._async.local_port

    @property
    def url(self) -> str:
        """`http://<address>:<port>`, as a browser of this machine takes it."""
        return self._async.url

    @property
    def via(self) -> ForwardWay:
        """How connections get into the sandbox."""
        return self._async.via

    @property
    def state(self) -> ForwardState:
        """Whether it takes connections."""
        return self._async.state

    @property
    def reason(self) -> str:
        """Why the sandbox has gone, as a sentence; empty in the other states."""
        return self._async.reason

    @property
    def last_error(self) -> str:
        """What went wrong with a connection last, as a sentence; empty where nothing has."""
        return self._async.last_error

    @property
    def live_connections(self) -> int:
        """Connections that are open, or being made."""
        return self._async.live_connections

    @property
    def total_connections(self) -> int:
        """Connections so far."""
        return self._async.total_connections

    @property
    def failed_connections(self) -> int:
        """Of these, those that could not be made, or broke."""
        return self._async.failed_connections

    @property
    def bytes_sent(self) -> int:
        """Bytes that went into the sandbox."""
        return self._async.bytes_sent

    @property
    def bytes_received(self) -> int:
        """Bytes that came from the sandbox."""
        return self._async.bytes_received

    def wait_closed(self) -> ForwardState:
        """Waits for its end, and returns whether it was closed or the sandbox has gone."""
        return loop_thread().run(self._async.wait_closed())

    def close(self) -> None:
        """Stops listening and breaks the connections that are open. May be called again."""
        loop_thread().run(self._async.aclose())

    def __enter__(self) -> Self:
        loop_thread().run(self._async.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes it."""
        loop_thread().run(self._async.__aexit__(kind, error, trace))

    def __iter__(self) -> Self:
        """What happens at it, as it happens; ends with it."""
        return self

    def __next__(self) -> ForwardEvent:
        try:
            return loop_thread().run(self._async.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def __repr__(self) -> str:
        """Names both ends."""
        return repr(self._async)


class Inventory:
    """Lists once, then watches; lists at an interval where `watch` is refused. It recovers by itself.

    Iterate over it for updates; the first ones bring what is there already. Use it as a context manager,
    or call `close`: it works by itself. An update merges all that has happened since the one before.
    Sandboxes that are past their expiry are destroyed, see `Sandbox.extend`.
    """

    def __init__(self, wrapped: asynchronous.Inventory) -> None:
        self._async = wrapped

    def __enter__(self) -> Self:
        """Begins to list."""
        loop_thread().run(self._async.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends everything."""
        loop_thread().run(self._async.__aexit__(kind, error, trace))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> InventoryUpdate:
        """The next update, as soon as there is something new."""
        try:
            return loop_thread().run(self._async.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def refresh(self) -> None:
        """Lists again now."""
        loop_thread().call(self._async.refresh)

    def pause(self) -> None:
        """Asks for no list before `resume`, as nobody looks; a watch that is open stays so, and its updates come."""
        loop_thread().call(self._async.pause)

    def resume(self) -> None:
        """Asks again; at once and once, where a list has become due meanwhile."""
        loop_thread().call(self._async.resume)

    def close(self) -> None:
        """Ends it; who waits for an update gets the end of the iteration."""
        loop_thread().run(self._async.aclose())


class SandboxWatch:
    """Changes, as an iterator. Use it as a context manager, or call `close`: it works by itself.

    Changes to one sandbox that come faster than they are taken become one. A sandbox that was made and has gone
    in the meantime is not mentioned.
    """

    def __init__(self, wrapped: asynchronous.SandboxWatch) -> None:
        self._async = wrapped

    def __enter__(self) -> Self:
        """Begins to list."""
        loop_thread().run(self._async.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends everything."""
        loop_thread().run(self._async.__aexit__(kind, error, trace))

    def close(self) -> None:
        """Ends the watch; who waits for a change gets the end of the iteration."""
        loop_thread().run(self._async.aclose())

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> SandboxChange:
        """The next change.

        Raises:
            ForbiddenError: Listing Pods is not allowed; a later call tries again.
            SandboxError: What will not pass by itself, such as an unusable kubeconfig.
        """
        try:
            return loop_thread().run(self._async.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None


class SandboxPages:
    """Pages, as an iterator. Each is asked for when it is taken; one may be empty, where none is meant in it."""

    def __init__(self, wrapped: asynchronous.SandboxPages) -> None:
        self._async = wrapped

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> list[Sandbox]:
        """The next page.

        Raises:
            ForbiddenError: Listing Pods there is not allowed.
        """
        try:
            found = loop_thread().run(self._async.__anext__())
            return [Sandbox(one) for one in found]
        except StopAsyncIteration:
            raise StopIteration from None
