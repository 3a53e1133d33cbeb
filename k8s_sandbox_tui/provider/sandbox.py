"""One sandbox: commands in it, its files, jobs and ports, its end."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Self

from k8s_sandbox_tui.provider.config import check_milliseconds
from k8s_sandbox_tui.provider.destroy import DESTROY_TIMEOUT, destroy_sandbox
from k8s_sandbox_tui.provider.errors import SandboxGoneError
from k8s_sandbox_tui.provider.exec.capture import MAX_OUTPUT
from k8s_sandbox_tui.provider.exec.target import ExecTarget
from k8s_sandbox_tui.provider.ids import SandboxId
from k8s_sandbox_tui.provider.sandbox_object import SandboxObject
from k8s_sandbox_tui.provider.url import sandbox_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from k8s_sandbox_tui.provider.exec.commands import Input
    from k8s_sandbox_tui.provider.exec.running import RunningCommand
    from k8s_sandbox_tui.provider.files.filesystem import FileSystem
    from k8s_sandbox_tui.provider.forward.model import ForwardVia
    from k8s_sandbox_tui.provider.forward.port_forward import PortForward
    from k8s_sandbox_tui.provider.jobs.collection import JobCollection
    from k8s_sandbox_tui.provider.models import CommandResult


class Sandbox(SandboxObject):
    """A sandbox, told from any other Pod of its name by its uid. Made by `SandboxCollection`.

    As a context, `async with await compute.sandbox.create() as sandbox:`, it is destroyed when that is left.
    """

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

    def _target(self) -> ExecTarget:
        return ExecTarget(self.namespace, self.name, self.uid)
