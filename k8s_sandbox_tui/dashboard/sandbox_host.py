"""A selected sandbox as the console sees it: the provider's object is fetched when the first command runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import SandboxGoneError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from k8s_sandbox_tui.dashboard.console.protocols import BackgroundJob, CommandHandle
    from k8s_sandbox_tui.dashboard.copying.protocols import FilesPort
    from k8s_sandbox_tui.dashboard.ports import SandboxesPort, SandboxPort
    from k8s_sandbox_tui.provider.files.name_list import NameList


LISTING = 5000
"""Milliseconds that the names of a directory may take."""


class SandboxHost:
    """Runs commands in the sandbox with a certain uid, never in another one that took its name."""

    def __init__(self, sandboxes: SandboxesPort, sandbox_id: str, uid: str) -> None:
        self._sandboxes = sandboxes
        self._sandbox_id = sandbox_id
        self._uid = uid
        self._sandbox: SandboxPort | None = None

    async def sandbox(self) -> SandboxPort:
        """The provider's sandbox.

        Raises:
            SandboxGoneError: It is not there any more, or another one has its name.
            SandboxError: It could not be fetched.
        """
        if self._sandbox is None:
            found = await self._sandboxes.get_by_id(self._sandbox_id)
            if found is None:
                raise SandboxGoneError(f"{self._sandbox_id} does not exist any more.")
            if found.uid != self._uid:
                raise SandboxGoneError(f"{self._sandbox_id} was replaced by another sandbox of that name.")
            self._sandbox = found
        return self._sandbox

    async def start_command(
        self, command: str, /, *, cwd: str | None = None, env: Mapping[str, str] | None = None
    ) -> CommandHandle:
        """Start a command line with `/bin/sh`.

        Raises:
            SandboxError: It could not be started.
        """
        sandbox = await self.sandbox()
        return await sandbox.start_command(command, cwd=cwd, env=env)

    async def start_job(self, command: str, cwd: str | None, env: Mapping[str, str] | None, /) -> BackgroundJob:
        """Start a command that goes on by itself.

        Raises:
            SandboxError: It could not be started.
        """
        return await (await self.sandbox()).jobs.start(command, cwd=cwd, env=env)

    async def files(self) -> FilesPort:
        """The files of the sandbox.

        Raises:
            SandboxError: As `sandbox`.
        """
        return (await self.sandbox()).filesystem

    async def list_names(self, folder: str, begin: str, /) -> NameList:
        """The names in a directory that begin with a text.

        Raises:
            SandboxError: They could not be listed.
        """
        return await (await self.files()).names(folder, begin, timeout=LISTING)

    async def list_jobs(self) -> Sequence[BackgroundJob]:
        """The jobs of the sandbox, the oldest first.

        Raises:
            SandboxError: They could not be listed.
        """
        return await (await self.sandbox()).jobs.list()
