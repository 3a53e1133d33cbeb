"""Syncs of directories, as `sandbox.filesystem.sync`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.files.limits import MAX_DOWNLOAD, MAX_FILES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from k8s_sandbox_tui.provider.files.local_tree import LocalPath
    from k8s_sandbox_tui.provider.files.paths import RemotePath
    from k8s_sandbox_tui.provider.files.runner import Runner
    from k8s_sandbox_tui.provider.files.sync import SyncResult
    from k8s_sandbox_tui.provider.files.transfer import OnProgress


class FileSync:
    """Makes one side of a directory what the other one is; just what has changed goes over the connection.

    Files of the same size are compared by their SHA-256; times do not count. Each file is replaced in one step.
    After a sync that failed, the same one does the rest.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def up(
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
        from k8s_sandbox_tui.provider.files.sync import sync_up

        return await sync_up(
            self._runner,
            local,
            remote,
            exclude=exclude,
            delete=delete,
            dry_run=dry_run,
            on_progress=on_progress,
            timeout=timeout,
        )

    async def down(
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
        from k8s_sandbox_tui.provider.files.sync import sync_down

        return await sync_down(
            self._runner,
            remote,
            local,
            exclude=exclude,
            delete=delete,
            dry_run=dry_run,
            max_bytes=max_bytes,
            max_files=max_files,
            on_progress=on_progress,
            timeout=timeout,
        )
