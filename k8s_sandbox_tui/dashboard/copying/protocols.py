"""What copying and completing need of the files of a sandbox; the provider's `FileSystem` has more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.provider.files.entries import FileEntry
    from k8s_sandbox_tui.provider.files.name_list import NameList
    from k8s_sandbox_tui.provider.files.transfer import OnProgress, TransferResult


class FilesPort(Protocol):
    """The files of a sandbox. All raise `SandboxError`."""

    async def names(self, path: str, begin: str = "", *, timeout: int | None = None) -> NameList:
        """The names in a directory that begin with a text; `timeout` is in milliseconds."""
        ...

    async def stat(self, path: str, /) -> FileEntry:
        """What there is at a path."""
        ...

    async def upload(
        self, local: Path, remote: str, /, *, parents: bool = False, on_progress: OnProgress | None = None
    ) -> TransferResult:
        """Bring a file, or a directory with all that is in it, to the sandbox; `parents`: make those on the way."""
        ...

    async def download(self, remote: str, local: Path, /, *, on_progress: OnProgress | None = None) -> TransferResult:
        """Bring a file, or a directory with all that is in it, to this machine."""
        ...
