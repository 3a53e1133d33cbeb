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
from k8s_sandbox_tui.provider.exec.capture import MAX_OUTPUT
from k8s_sandbox_tui.provider.loop_thread import loop_thread

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType
    from typing import Literal, Self

    from k8s_sandbox_tui.provider.config import K8sConfig
    from k8s_sandbox_tui.provider.exec.commands import Input
    from k8s_sandbox_tui.provider.exec.running import OutputChunk
    from k8s_sandbox_tui.provider.freshness import InventoryUpdate
    from k8s_sandbox_tui.provider.models import ClusterInfo, CommandResult, CreateProgress, Runtime, SandboxInfo

__all__ = ["Compute", "Inventory", "RunningCommand", "Sandbox", "SandboxCollection", "k8s"]


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
        ),
    )


class Compute:
    """One cluster and the sandboxes in it. A context manager; any thread may use it."""

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
    ) -> Inventory:
        """The sandboxes and what changes in them, as an iterator; see `Inventory`.

        Args:
            namespaces: Which; None: the configured one; (): all.
            refresh_interval: Seconds between two lists, where there is no watch.
            watch: False: list at every interval, even where a watch is allowed.

        Raises:
            InvalidArgumentError: A value cannot be used.
        """
        return Inventory(
            loop_thread().call(
                lambda: self._async.inventory(
                    namespaces=namespaces,
                    refresh_interval=refresh_interval,
                    watch=watch,
                ),
            ),
        )

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
        on_progress: Callable[[CreateProgress], None] | None = None,
    ) -> Sandbox:
        """Creates a sandbox and waits until its container runs.

        A sandbox that does not come to run, or whose creation is cancelled, is deleted again. What can never
        start is given up after a grace: at once when the container has ended or its image's name is invalid, after
        10 s when the image cannot be pulled or the container not created, after 20 s when no node has room and no
        autoscaler has said that one is coming.

        Args:
            envs: Environment variables of the container, for every command; values arrive as they are.
            metadata: Kept as annotations; read back as text in `SandboxInfo.metadata`, values other than text as JSON.
            runtime: `node` or `python`: the label, and the image where none is given.
            image: The container's image.
            name: The Pod's name; made from the prefix when it is left out.
            namespace: Where; the configured one when it is left out.
            timeout: Milliseconds to wait; the configured ones when it is left out.
            on_progress: Called with each stage, on the provider's own thread.

        Raises:
            InvalidArgumentError: An argument cannot be; no request was made.
            CreateError: The sandbox cannot start; `reason` and `events` say why.
            CreateTimeoutError: It did not run in time.
            ConflictError: There is a Pod of that name.
            ForbiddenError: Creating Pods here is not allowed, or a policy refuses this one.
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

    def list(self, *, namespace: str | None = None) -> list[Sandbox]:
        """All sandboxes of a namespace, in whatever state; of the configured one when it is left out.

        Raises:
            InvalidArgumentError: It is no namespace's name.
            ForbiddenError: Listing Pods there is not allowed.
        """
        found = loop_thread().run(self._async.list(namespace=namespace))
        return [Sandbox(one) for one in found]

    def destroy(self, sandbox_id: str, *, uid: str | None = None) -> bool:
        """Deletes a sandbox, then the Service `<pod>-svc` if there is one; False when there was no sandbox.

        It has its grace period, 5 s, to end; this does not wait for it.

        Args:
            sandbox_id: `<namespace>/<pod>`, or `<pod>` in the configured namespace.
            uid: Delete only the Pod with this uid.

        Raises:
            InvalidArgumentError: It is no id; no request was made.
            NotManagedError: The Pod is no sandbox; it is left alone.
            SandboxGoneError: Another Pod has the name now; it is left alone.
        """
        return loop_thread().run(self._async.destroy(sandbox_id, uid=uid))


class Sandbox:
    """A sandbox, told from any other Pod of its name by its uid. Made by `SandboxCollection`."""

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
            max_output: Bytes of output that the result keeps, 64 MiB when it is left out; None: all. Callbacks get
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

    def get_info(self) -> SandboxInfo:
        """Looks at the sandbox again.

        Raises:
            SandboxGoneError: It is not there any more, or another Pod has its name.
        """
        return loop_thread().run(self._async.get_info())

    def get_url(self, port: int, *, protocol: str = "http") -> str:
        """The URL of a port by the configured template; makes no request and no Service.

        Raises:
            InvalidArgumentError: The port is not from 1 to 65535, or the protocol is not a URL scheme.
        """
        return loop_thread().call(lambda: self._async.get_url(port, protocol=protocol))

    def destroy(self) -> bool:
        """Deletes this sandbox, and no other Pod of its name; False when it was not there.

        Raises:
            SandboxGoneError: Another Pod has its name; that one is left alone.
        """
        return loop_thread().run(self._async.destroy())

    def __repr__(self) -> str:
        """Names the sandbox."""
        return repr(self._async)


class RunningCommand:
    """A command that was started; `Sandbox.start_command` makes it.

    Iterate it for its output and then `wait` for its exit code. As a context manager it kills the command on leaving,
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

    def wait(self) -> int:
        """Waits for its end; may be called again.

        Output that has not been iterated stays to be: up to 64 MiB of it, what comes after is dropped.

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


class Inventory:
    """Lists once, then watches; lists at an interval where `watch` is refused. It recovers by itself.

    Iterate over it for updates; the first ones bring what is there already. Use it as a context manager,
    or call `close`: it works by itself. An update merges all that has happened since the one before.
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

    def close(self) -> None:
        """Ends it; who waits for an update gets the end of the iteration."""
        loop_thread().run(self._async.aclose())
