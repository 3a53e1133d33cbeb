"""One sandbox: commands in it, what is known of it, its end."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal, Self

import msgspec

from k8s_sandbox_tui.provider.changing import annotate, current_pod, current_pod_body, extend, set_expiry
from k8s_sandbox_tui.provider.config import check_milliseconds
from k8s_sandbox_tui.provider.destroy import DESTROY_TIMEOUT, destroy_sandbox
from k8s_sandbox_tui.provider.durations import Duration, check_duration
from k8s_sandbox_tui.provider.errors import SandboxGoneError
from k8s_sandbox_tui.provider.exec.capture import MAX_OUTPUT
from k8s_sandbox_tui.provider.exec.target import ExecTarget
from k8s_sandbox_tui.provider.ids import SandboxId
from k8s_sandbox_tui.provider.info import sandbox_info
from k8s_sandbox_tui.provider.manifest import metadata_annotations
from k8s_sandbox_tui.provider.url import sandbox_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

    from k8s_sandbox_tui.provider.access import ClusterAccess
    from k8s_sandbox_tui.provider.exec.commands import Input
    from k8s_sandbox_tui.provider.exec.running import RunningCommand
    from k8s_sandbox_tui.provider.files.filesystem import FileSystem
    from k8s_sandbox_tui.provider.forward.model import ForwardVia
    from k8s_sandbox_tui.provider.forward.port_forward import PortForward
    from k8s_sandbox_tui.provider.jobs.collection import JobCollection
    from k8s_sandbox_tui.provider.looking import SandboxEvent
    from k8s_sandbox_tui.provider.models import CommandResult, SandboxInfo


class Sandbox:
    """A sandbox, told from any other Pod of its name by its uid. Made by `SandboxCollection`.

    As a context, `async with await compute.sandbox.create() as sandbox:`, it is destroyed when that is left.
    """

    provider: Literal["k8s"] = "k8s"

    def __init__(self, access: ClusterAccess, info: SandboxInfo) -> None:
        """Wraps what is known; makes no request."""
        self._access = access
        self._info = info

    @property
    def info(self) -> SandboxInfo:
        """The sandbox as it was last seen; `get_info` looks again."""
        return self._info

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        return self._info.id

    @property
    def name(self) -> str:
        """The Pod's name."""
        return self._info.name

    @property
    def namespace(self) -> str:
        """The Pod's namespace."""
        return self._info.namespace

    @property
    def uid(self) -> str:
        """The Pod's uid."""
        return self._info.uid

    @property
    def filesystem(self) -> FileSystem:
        """Its files; makes no request."""
        from k8s_sandbox_tui.provider.files.filesystem import FileSystem

        return FileSystem(self._access, self._target())

    @property
    def jobs(self) -> JobCollection:
        """Its jobs: commands that run on by themselves; makes no request."""
        from k8s_sandbox_tui.provider.jobs.collection import JobCollection
        from k8s_sandbox_tui.provider.jobs.place import JobPlace

        return JobCollection(JobPlace(self._access.open, self._target()))

    async def run_command(
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
        """Runs a command and waits for its end; a cancelled task kills the command's processes.

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
        from k8s_sandbox_tui.provider.exec.commands import run_command

        return await run_command(
            await self._access.open(),
            self._target(),
            command,
            cwd=cwd,
            env=env,
            timeout=timeout,
            background=background,
            stdin=stdin,
            on_stdout=on_stdout,
            on_stderr=on_stderr,
            max_output=max_output,
        )

    async def start_command(
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
        from k8s_sandbox_tui.provider.exec.commands import start_command

        return await start_command(
            await self._access.open(),
            self._target(),
            command,
            cwd=cwd,
            env=env,
            stdin=stdin,
            tty=tty,
            size=size,
            timeout=timeout,
        )

    async def get_info(self) -> SandboxInfo:
        """Looks at the sandbox again.

        Raises:
            SandboxGoneError: It is not there any more, or another Pod has its name.
        """
        self._info = sandbox_info(await current_pod(await self._access.open(), self._info))
        return self._info

    async def get_pod(self) -> dict[str, object]:
        """The whole Pod as the API server has it now; its variables, which may be secret, are in it in clear.

        Raises:
            SandboxGoneError: It is not there any more, or another Pod has its name.
        """
        body = await current_pod_body(await self._access.open(), self._info)
        return msgspec.json.decode(body, type=dict[str, object])

    async def get_events(self) -> list[SandboxEvent]:
        """What happened to the sandbox, oldest first; Kubernetes forgets that after an hour.

        Raises:
            ForbiddenError: It needs the verb `list` on events, which ComputeSDK's own rights lack.
        """
        from k8s_sandbox_tui.provider.looking import sandbox_events

        return await sandbox_events(await self._access.open(), self._info)

    async def get_log(self, *, tail_lines: int = 1000, previous: bool = False) -> bytes:
        """The end of what the main process has written, 1 MiB of it at most; commands' output is not in it.

        Args:
            tail_lines: How many lines.
            previous: Of the container before this one, where it was started again.

        Raises:
            SandboxGoneError: It is not there any more, or another Pod has its name.
            ForbiddenError: It needs the verb `get` on pods/log, which ComputeSDK's own rights lack.
            ApiError: The container has not started, or there is no previous one.
        """
        from k8s_sandbox_tui.provider.looking import sandbox_log

        return await sandbox_log(await self._access.open(), self._info, tail_lines=tail_lines, previous=previous)

    async def set_metadata(self, metadata: Mapping[str, object], *, remove: Iterable[str] = ()) -> SandboxInfo:
        """Sets some of the metadata and leaves the rest as it is.

        Args:
            metadata: What to set; values are kept as by `create`.
            remove: Keys to remove; one that is not there is no error.

        Raises:
            InvalidArgumentError: A key or value cannot be; no request was made.
            SandboxGoneError: It is not there any more, or another Pod has its name.
            ForbiddenError: It needs the verb `patch` on Pods, which ComputeSDK's own rights lack.
        """
        removed = metadata_annotations(dict.fromkeys(remove, ""))
        changes: dict[str, str | None] = {**dict.fromkeys(removed), **metadata_annotations(metadata)}
        self._info = await annotate(await self._access.open(), self._info, changes)
        return self._info

    async def extend(self, duration: Duration) -> SandboxInfo:
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
        span = check_duration("duration", duration)
        self._info = await extend(await self._access.open(), self._info, span)
        return self._info

    async def set_expiry(self, moment: datetime | None) -> SandboxInfo:
        """Sets when the sandbox expires, earlier or later than before; None: never.

        Raises:
            InvalidArgumentError: The moment has no time zone, or is beyond its `max_lifetime`.
            SandboxGoneError: It is not there any more, or another Pod has its name.
            ForbiddenError: It needs the verb `patch` on Pods, which ComputeSDK's own rights lack.
        """
        self._info = await set_expiry(await self._access.open(), self._info, moment)
        return self._info

    def get_url(self, port: int, *, protocol: str = "http") -> str:
        """The URL of a port by the configured template; makes no request and no Service.

        Raises:
            InvalidArgumentError: The port is not from 1 to 65535, or the protocol is not a URL scheme.
        """
        return sandbox_url(
            self._access.config.url_template,
            namespace=self.namespace,
            name=self.name,
            port=port,
            protocol=protocol,
        )

    async def forward_port(
        self, remote_port: int, *, local_port: int = 0, host: str = "127.0.0.1", via: ForwardVia = "auto"
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
        from k8s_sandbox_tui.provider.forward.opening import open_forward

        return await open_forward(self._access, self._target(), remote_port, local_port=local_port, host=host, via=via)

    async def destroy(self, *, wait: bool = False, timeout: int = DESTROY_TIMEOUT) -> bool:
        """Deletes this sandbox, and no other Pod of its name; False when it was not there.

        Args:
            wait: Whether to wait until it has gone; else it still has its grace period, 5 s, to end.
            timeout: Milliseconds to wait for that.

        Raises:
            SandboxGoneError: Another Pod has its name; that one is left alone.
            DestroyTimeoutError: It was deleted, but has not gone in time.
        """
        check_milliseconds("timeout", timeout)
        target = SandboxId(self.namespace, self.name)
        return await destroy_sandbox(self._access, target, uid=self.uid, wait=wait, timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Destroys it, as `destroy` does; that it has gone already is no error here."""
        with suppress(SandboxGoneError):
            await self.destroy()

    def __repr__(self) -> str:
        """Names the sandbox."""
        return f"Sandbox({self.sandbox_id!r})"

    def _target(self) -> ExecTarget:
        return ExecTarget(self.namespace, self.name, self.uid)
